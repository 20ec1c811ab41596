//! Bounds and formats of numbers (`kube-openapi`,
//! `pkg/validation/validate/{validator,values}.go`): whole numbers are compared
//! as such, with the bound cut to a whole number.

use super::shape;
use super::values::Found;
use crate::errors::Reason;
use crate::path::Path;
use crate::structural::{Structural, ValueKind};
use crate::value::Value;

pub(super) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Whether both are the same number, whole or not.
pub(super) fn are_equal(a: &Value, b: &Value) -> bool {
    as_float(a).zip(as_float(b)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
}

/// The rules for a number; `base` is where the whole value stands.
pub(super) fn validate(
    schema: &Structural,
    value: &Value,
    name: &dyn Fn() -> String,
    at: &Path<'_>,
    base: &Path<'_>,
    found: &mut Found,
) {
    let bounds = schema.bounds();
    let refuse = |found: &mut Found, detail: String| {
        found.add(Reason::Invalid, at, Some(value.clone()), detail);
    };
    let in_range = |found: &mut Found, what: &str, number: &Value| {
        let Some(kind) = out_of_range(schema, number) else { return };
        let detail = format!("{what} value must be of type {kind} in {}", name());
        found.add_above(base, at, detail);
    };
    in_range(found, "Checked", value);
    if let Some(factor) = bounds.multiple_of {
        in_range(found, "MultipleOf", &Value::Float(factor));
        match is_multiple(value, factor) {
            None => refuse(
                found,
                format!("factor MultipleOf declared for {} must be positive: {}", name(), go(factor)),
            ),
            Some(false) => {
                refuse(found, format!("{} in body should be a multiple of {}", name(), go(factor)));
            }
            Some(true) => {}
        }
    }
    for (bound, is_exclusive, what, words) in [
        (bounds.minimum, bounds.exclusive_minimum, "Minimum boundary", "greater than"),
        (bounds.maximum, bounds.exclusive_maximum, "Maximum boundary", "less than"),
    ] {
        let Some(bound) = bound else { continue };
        in_range(found, what, &Value::Float(bound));
        let is_least = words == "greater than";
        if breaks(value, bound, is_exclusive, is_least) {
            let or_equal = if is_exclusive { "" } else { " or equal to" };
            let bound = if value.as_int().is_some() { (bound as i64).to_string() } else { go(bound) };
            refuse(found, format!("{} in body should be {words}{or_equal} {bound}", name()));
        }
    }
}

fn breaks(value: &Value, bound: f64, is_exclusive: bool, is_least: bool) -> bool {
    use std::cmp::Ordering;
    let order = match value {
        Value::Int(number) => number.cmp(&(bound as i64)),
        Value::Float(number) => number.partial_cmp(&bound).unwrap_or(Ordering::Equal),
        _ => return false,
    };
    let beyond = if is_least { Ordering::Less } else { Ordering::Greater };
    order == beyond || (is_exclusive && order == Ordering::Equal)
}

/// Whether it is a multiple; nothing where the factor makes no sense.
fn is_multiple(value: &Value, factor: f64) -> Option<bool> {
    match value {
        Value::Int(number) => {
            let factor = factor as i64;
            (factor > 0).then(|| number % factor == 0)
        }
        _ if factor <= 0.0 => None,
        _ => {
            let number = as_float(value).unwrap_or_default();
            Some(is_whole(if factor < 1.0 { 1.0 / factor * number } else { number / factor }))
        }
    }
}

/// Whether upstream takes a number for a whole one: it lies at most a little above one,
/// among those that JSON keeps exactly.
fn is_whole(number: f64) -> bool {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let whole = number.trunc();
    if !(-MOST - 1.0..=MOST).contains(&number) {
        return false;
    }
    number.fract() == 0.0 || whole > 0.0 && (number - whole) / (number + whole) < 1e-9
}

/// The type and format that a number does not fit into.
fn out_of_range(schema: &Structural, number: &Value) -> Option<String> {
    let value = as_float(number)?;
    match (schema.kind.filter(|_| !schema.int_or_string), shape::format(schema)) {
        (Some(ValueKind::Integer), format) => {
            let (least, most) = match format {
                "int32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
                _ => (i64::MIN as f64, i64::MAX as f64),
            };
            let fits = value.fract() == 0.0 && (least..=most).contains(&value);
            let format = if format.is_empty() {
                "(default format)".to_owned()
            } else {
                format!("with format {format}")
            };
            (!fits).then(|| format!("integer {format}"))
        }
        (Some(ValueKind::Number), "float") => {
            (value.abs() > f64::from(f32::MAX)).then(|| "number with format float".to_owned())
        }
        _ => None,
    }
}

/// A number as Go's `%v` prints it.
fn go(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    number.to_string()
}
