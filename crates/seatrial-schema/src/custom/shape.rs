//! The type of a value against the type of its schema (`kube-openapi`,
//! `pkg/validation/validate/type.go`).

use super::formats;
use crate::structural::{Structural, ValueKind};
use crate::value::Value;

/// The names of the types a schema takes, none for all.
fn types(schema: &Structural) -> &'static [&'static str] {
    if schema.int_or_string {
        return &["integer", "string"];
    }
    match schema.kind {
        None => &[],
        Some(ValueKind::Object) => &["object"],
        Some(ValueKind::Array) => &["array"],
        Some(ValueKind::String) => &["string"],
        Some(ValueKind::Integer) => &["integer"],
        Some(ValueKind::Number) => &["number"],
        Some(ValueKind::Boolean) => &["boolean"],
    }
}

/// The format of a schema, if the server knows it for the type.
pub(super) fn format(schema: &Structural) -> &str {
    let kind = if schema.int_or_string { "" } else { types(schema).first().copied().unwrap_or("") };
    let format = schema.bounds().format.as_str();
    if !format.is_empty() && formats::is_recognized(format, kind) { format } else { "" }
}

/// Whether the type is looked at at all.
pub(super) fn is_typed(schema: &Structural) -> bool {
    !types(schema).is_empty() || !format(schema).is_empty()
}

/// What the value should be and what it is, if these differ.
pub(super) fn mismatch(schema: &Structural, value: &Value) -> Option<(String, &'static str)> {
    let types = types(schema);
    let joined = || types.join(",");
    let (kind, own_format) = match value {
        Value::Null => {
            return (!types.is_empty() && !schema.nullable).then(|| (joined(), "null"));
        }
        Value::Bool(_) => ("boolean", ""),
        Value::Int(_) => ("integer", "int64"),
        Value::Float(_) => ("number", "float64"),
        Value::Str(_) => ("string", ""),
        Value::List(_) => ("array", ""),
        Value::Map(_) => ("object", ""),
    };
    let is_whole = matches!(value, Value::Float(number) if number.fract() == 0.0);
    let fits = types.contains(&kind)
        || (is_whole && types.contains(&"integer"))
        || (kind == "integer" && types.contains(&"number"));
    let format = format(schema);
    let has_text = matches!(kind, "string" | "array");
    if !format.is_empty() && !has_text && !fits && own_format != format {
        // The server names the format then, and that of the value, which is mostly none.
        return Some((format.to_owned(), own_format));
    }
    let is_number = types.iter().any(|it| matches!(*it, "number" | "integer"));
    if !is_number && !format.is_empty() && has_text {
        return None;
    }
    (!fits && !types.is_empty()).then(|| (joined(), kind))
}
