//! Arguments that the engine has held against a signature.

use std::borrow::Cow;

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

/// The bytes of a string argument; none for anything else.
pub(crate) fn go_text(value: &Value) -> Cow<'_, [u8]> {
    match &value.data {
        Data::Str(text) => Cow::Borrowed(text.as_bytes()),
        Data::Raw(bytes) | Data::Bytes(bytes) => Cow::Borrowed(bytes),
        _ => Cow::Borrowed(&[]),
    }
}

/// Bytes as letters, with replacement characters where they are none.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(crate::json::lossy(bytes)), Cow::Borrowed)
}
