//! Values to be written, free of any text.

use super::scalar;
use crate::{Node, Value};

/// What an edited field should hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
    /// A sequence.
    List(Vec<Content>),
    /// A mapping, in the order to be written.
    Map(Vec<(String, Content)>),
}

/// Nesting of a new value that is written.
const DEPTH_MAX: usize = 64;

impl Content {
    /// Whether a node holds this value; the order of a mapping's keys does
    /// not count. It costs no more than the content is large.
    pub fn is_held_by(&self, node: Node<'_>) -> bool {
        match (self, node.value()) {
            (Content::Null, Value::Null) => true,
            (Content::Bool(value), Value::Bool(held)) => *value == held,
            (Content::Int(value), Value::Int(held)) => *value == held,
            (Content::Text(value), Value::Str(held)) => value == held && !node.data().shape.is_time(),
            (Content::List(items), Value::Sequence) => {
                items.len() == node.len()
                    && items.iter().zip(node.items()).all(|(item, held)| item.is_held_by(held))
            }
            (Content::Map(entries), Value::Mapping) => are_held_by(entries, node),
            _ => false,
        }
    }

    pub(super) fn is_collection(&self) -> bool {
        matches!(self, Content::List(_) | Content::Map(_))
    }

    /// Whether it is nested deeper than anybody writes.
    pub(super) fn is_too_deep(&self) -> bool {
        self.is_deeper_than(DEPTH_MAX)
    }

    fn is_deeper_than(&self, depth: usize) -> bool {
        match self {
            Content::List(items) => depth == 0 || items.iter().any(|item| item.is_deeper_than(depth - 1)),
            Content::Map(entries) => {
                depth == 0 || entries.iter().any(|(_, value)| value.is_deeper_than(depth - 1))
            }
            _ => false,
        }
    }

    /// Whether a text in it is better written over several lines.
    pub(super) fn has_lines(&self) -> bool {
        match self {
            Content::Text(text) => scalar::wants_lines(text),
            Content::List(items) => items.iter().any(Content::has_lines),
            Content::Map(entries) => entries.iter().any(|(_, value)| value.has_lines()),
            _ => false,
        }
    }

    /// Whether a mapping in it has a key twice, so that no text can hold it.
    pub(super) fn repeats_key(&self) -> bool {
        match self {
            Content::List(items) => items.iter().any(Content::repeats_key),
            Content::Map(entries) => {
                let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                names.windows(2).any(|pair| pair[0] == pair[1])
                    || entries.iter().any(|(_, value)| value.repeats_key())
            }
            _ => false,
        }
    }
}

fn are_held_by(entries: &[(String, Content)], node: Node<'_>) -> bool {
    // A mapping with `<<` may stand for many more entries than are written.
    if node.len() > entries.len().saturating_mul(2) + 1 {
        return false;
    }
    let held: Vec<_> = node.entries().take(entries.len() + 1).collect();
    held.len() == entries.len()
        && entries.iter().all(|(name, value)| {
            held.iter().any(|entry| entry.is_named(name) && value.is_held_by(entry.value))
        })
}
