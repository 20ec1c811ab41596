//! The texts of arguments, as bytes and as letters.

use std::borrow::Cow;

use crate::template::{Data, Value};

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
