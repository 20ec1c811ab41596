//! Values as texts, and texts as values.

use std::fmt::Write as _;

use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

/// Texts that are made are no longer than this.
pub(super) const TEXT_MAX: usize = 1024 * 1024;

/// What a text in JSON holds.
pub(crate) fn of_json(text: &str) -> Option<Value> {
    read(text, Dialect::Json)
}

/// What a text in YAML holds.
pub(super) fn of_yaml(text: &str) -> Option<Value> {
    read(text, Dialect::GoYaml2)
}

fn read(text: &str, dialect: Dialect) -> Option<Value> {
    let stream = parse(FileId(0), text.into(), dialect, &Limits::default());
    if !stream.is_accepted() {
        return None;
    }
    stream.document_root(0).map(untyped)
}

/// A value in JSON, as Go writes it.
pub(crate) fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => drop(write!(out, "{truth}")),
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::Float(number) => drop(write!(out, "{number}")),
        Value::Str(text) => write_text(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, entry) in map.entries().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(&entry.key, out);
                out.push(':');
                write_json(&entry.value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", char as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// A value as Go's `fmt.Sprint` prints it; collections as JSON, which nothing is
/// compared with.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Str(text) => text.to_string(),
        other => json(other),
    }
}
