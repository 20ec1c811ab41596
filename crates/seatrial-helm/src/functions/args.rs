//! Arguments that the engine has held against a signature.

use crate::template::{Data, Map, Value};

/// The bytes of a `string` argument.
pub(super) fn text(args: &[Value], index: usize) -> &[u8] {
    args.get(index).and_then(Value::as_str_bytes).unwrap_or_default()
}

/// An `int` or `int64` argument.
pub(super) fn int(args: &[Value], index: usize) -> i64 {
    match args.get(index).map(|it| &it.data) {
        Some(Data::Int(number, _)) => *number,
        _ => 0,
    }
}

/// A `float64` argument.
pub(super) fn float(args: &[Value], index: usize) -> Option<f64> {
    match args.get(index).map(|it| &it.data) {
        Some(Data::Float(number)) => Some(*number),
        _ => None,
    }
}

/// A `bool` argument.
pub(super) fn flag(args: &[Value], index: usize) -> bool {
    matches!(args.get(index).map(|it| &it.data), Some(Data::Bool(true)))
}

/// A `map[string]interface {}` argument, as of that type whatever its name.
pub(super) fn map(args: &[Value], index: usize) -> Map {
    let mut map = Map::new();
    match args.get(index).map(|it| &it.data) {
        Some(Data::Map(given)) => {
            map.clone_from(given);
            map.named = None;
        }
        _ => map.is_nil = true,
    }
    map
}

/// An argument of any type; nil when it is not there.
pub(super) fn any(args: &[Value], index: usize) -> Value {
    args.get(index).cloned().unwrap_or_default()
}
