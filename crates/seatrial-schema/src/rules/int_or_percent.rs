//! Numbers of pods that may be written as a share of them (`kubernetes` 1.36,
//! `pkg/apis/apps/validation/validation.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::value::Value;

/// A whole number that is not negative, or a percentage.
pub fn non_negative(value: &Value, at: &Path<'_>, errors: &mut Errors) {
    match value {
        Value::Str(text) => errors.each_invalid(at, text, names::percent(text)),
        _ => metadata::non_negative(value.as_int().unwrap_or_default(), at, errors),
    }
}

/// A percentage of all at most; numbers may be anything.
pub fn at_most_all(value: &Value, at: &Path<'_>, errors: &mut Errors) {
    if percent(value).is_some_and(|percent| percent > 100) {
        errors.invalid(at, value.clone(), "must not be greater than 100%");
    }
}

/// Whether it allows nothing; what is neither number nor percentage counts as 0.
pub fn is_zero(value: &Value) -> bool {
    percent(value).unwrap_or_else(|| match value {
        Value::Str(text) => text.parse().unwrap_or_default(),
        _ => value.as_int().unwrap_or_default(),
    }) == 0
}

fn percent(value: &Value) -> Option<i64> {
    let digits = value.as_str().strip_suffix('%').filter(|it| !it.is_empty())?;
    let is_number = digits.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_numbers_are_bounded() {
        let rows = [
            (Value::Int(-1), 1, false),
            (Value::Int(0), 0, true),
            (Value::Int(500), 0, false),
            (Value::from("0%"), 0, true),
            (Value::from("100%"), 0, false),
            (Value::from("101%"), 1, false),
            (Value::from("99999999999999999999%"), 1, false),
            (Value::from("5"), 1, false),
            (Value::from("some"), 1, true),
        ];
        for (value, wrong, zero) in rows {
            let mut errors = Errors::new();
            non_negative(&value, &Path::new("a"), &mut errors);
            at_most_all(&value, &Path::new("a"), &mut errors);
            assert_eq!((errors.len(), is_zero(&value)), (wrong, zero), "{value:?}");
        }
    }
}
