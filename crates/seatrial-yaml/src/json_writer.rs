//! Values as JSON text.

use std::fmt::Write;

use crate::entries::Entry;
use crate::tree::Shape;
use crate::{Node, Value, numbers, timestamp};

/// A collection that is being written. A stack of these stands in for
/// recursion, since documents may nest deeper than a thread's stack.
enum Open<'a> {
    Sequence(std::vec::IntoIter<Node<'a>>),
    Mapping(std::vec::IntoIter<Entry<'a>>),
}

pub(crate) fn to_json(node: Node<'_>) -> String {
    let mut out = String::new();
    let mut open = Vec::new();
    open.extend(begin(&mut out, node));
    while let Some(collection) = open.last_mut() {
        let Some(next) = next_value(&mut out, collection) else {
            open.pop();
            continue;
        };
        open.extend(begin(&mut out, next));
    }
    out
}

/// Writes a scalar, or the bracket that opens a collection.
fn begin<'a>(out: &mut String, node: Node<'a>) -> Option<Open<'a>> {
    match node.value() {
        Value::Sequence => {
            out.push('[');
            return Some(Open::Sequence(node.items().collect::<Vec<_>>().into_iter()));
        }
        Value::Mapping => {
            out.push('{');
            let mut entries: Vec<_> = node.entries().collect();
            entries.sort_by_cached_key(Entry::name);
            return Some(Open::Mapping(entries.into_iter()));
        }
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Int(value) => push(out, value),
        Value::Uint(value) => push(out, value),
        Value::Float(value) => out.push_str(&numbers::json_float(value)),
        Value::Str(text) if is_time(node) => match timestamp::Timestamp::parse(text) {
            Some(time) => string(out, &time.to_rfc3339()),
            None => string(out, text),
        },
        Value::Str(text) => string(out, text),
    }
    None
}

fn is_time(node: Node<'_>) -> bool {
    matches!(node.data().shape, Shape::Time | Shape::DecodedTime)
}

/// Writes what stands before the next value, or the closing bracket.
fn next_value<'a>(out: &mut String, collection: &mut Open<'a>) -> Option<Node<'a>> {
    match collection {
        Open::Sequence(items) => {
            let Some(item) = items.next() else {
                out.push(']');
                return None;
            };
            separate(out, '[');
            Some(item)
        }
        Open::Mapping(entries) => {
            let Some(entry) = entries.next() else {
                out.push('}');
                return None;
            };
            separate(out, '{');
            string(out, &entry.name());
            out.push(':');
            Some(entry.value)
        }
    }
}

fn separate(out: &mut String, bracket: char) {
    if !out.ends_with(bracket) {
        out.push(',');
    }
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a string takes everything");
}

/// A string as JSON text.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    string(&mut out, text);
    out
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter < ' ' => {
                write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes everything");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}
