//! Go's `fmt`: the verbs of `printf`, and `%v` and `%T` of every value.

use super::value::Value;

/// `fmt.Sprint` of one value: `%v`.
pub fn show(value: &Value) -> Vec<u8> {
    value.as_str_bytes().unwrap_or_default().to_vec()
}
