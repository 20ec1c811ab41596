//! Recorded JSON, compared by value: `1` equals `1.0`, the order of keys does
//! not count, and no integer loses digits on the way.

use serde::Deserialize;
use serde_json::{Number, Value};

/// Reads JSON of any depth; the caller provides the stack.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Whether two values are the same.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

fn same_number(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left == right,
        (Some(integer), None) => same_as_float(integer, right),
        (None, Some(integer)) => same_as_float(integer, left),
        (None, None) => left.as_f64() == right.as_f64(),
    }
}

/// Exact: an integer that a float cannot hold equals none.
fn same_as_float(integer: i128, float: &Number) -> bool {
    #[expect(clippy::float_cmp, reason = "equality is what is asked")]
    float.as_f64().is_some_and(|float| integer as f64 == float && float as i128 == integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str) -> bool {
        let (left, right): (Value, Value) = (read(left).unwrap(), read(right).unwrap());
        same(&left, &right)
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(check("1", "1.0"));
        assert!(check("-0", "0"));
        assert!(check("1e20", "100000000000000000000"));
        assert!(!check("9007199254740993", "9007199254740992.0"));
        assert!(!check("18446744073709551615", "18446744073709551616"));
        assert!(!check("1", "\"1\""));
    }

    #[test]
    fn the_order_of_keys_does_not_count() {
        assert!(check(r#"{"a":1,"b":[2]}"#, r#"{"b":[2.0],"a":1}"#));
        assert!(!check(r#"{"a":1}"#, r#"{"a":1,"b":null}"#));
        assert!(!check("[1,2]", "[2,1]"));
    }
}
