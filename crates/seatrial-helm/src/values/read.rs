//! YAML texts as values: what `sigs.k8s.io/yaml` makes of them, numbers as
//! `float64`, each value with the place where it stands, and its name with its own.

use std::rc::Rc;
use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, Node};

pub(crate) use super::words::first_refusal;
use crate::template::{Data, IntKind, Map, OriginId, Value};

/// What of a text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A value.
    Value,
    /// The name that a value lies under.
    Key,
}

/// Tells where a part of a text came from.
pub type Places<'a> = dyn FnMut(Span, Part) -> OriginId + 'a;

/// The value of a text's first document, nil if there is none; what follows is
/// not looked at. The error is goyaml's.
pub fn first_document(text: &str, origin: &mut Places<'_>) -> Result<Value, String> {
    let stream = seatrial_yaml::parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    if let Some((problem, _)) = first_refusal(&stream) {
        return Err(problem);
    }
    Ok(stream.document_root(0).map_or(Value::NIL, |root| value_of(root, origin)))
}

/// What whole numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// `float64`, as values are read.
    Floats,
    /// `int64`, as objects of a cluster come.
    Whole,
}

/// A value to come, its name and where that stands.
type Named<'a> = (Rc<str>, OriginId, Node<'a>);

/// A collection that is being filled.
enum Open<'a> {
    List { rest: Vec<Node<'a>>, items: Vec<Value>, origin: OriginId },
    Map { rest: Vec<Named<'a>>, key: (Rc<str>, OriginId), entries: Vec<(Rc<str>, Value)>, origin: OriginId },
}

/// A node as a value: maps with string keys, numbers as `float64`. Aliases are
/// written out.
pub fn value_of(root: Node<'_>, origin: &mut Places<'_>) -> Value {
    value_in(root, Numbers::Floats, origin)
}

/// The same with whole numbers as they are wanted.
pub fn value_in(root: Node<'_>, numbers: Numbers, origin: &mut Places<'_>) -> Value {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = Some(root);
    loop {
        let mut done = next.take().and_then(|node| begin(node, numbers, origin, &mut open));
        loop {
            match (open.last_mut(), done.take()) {
                (None, done) => return done.unwrap_or_default(),
                (Some(Open::List { items, .. }), Some(value)) => items.push(value),
                (Some(Open::Map { key, entries, .. }), Some(value)) => {
                    entries.push((Rc::clone(&key.0), value.with_key(key.1)));
                }
                (Some(_), None) => {}
            }
            next = match open.last_mut() {
                Some(Open::List { rest, .. }) => rest.pop(),
                Some(Open::Map { rest, key, .. }) => rest.pop().map(|(name, at, node)| {
                    *key = (name, at);
                    node
                }),
                None => None,
            };
            if next.is_some() {
                break;
            }
            done = open.pop().map(|it| match it {
                Open::List { items, origin, .. } => Value::list(items).with_origin(origin),
                Open::Map { entries, origin, .. } => {
                    Value::from(entries.into_iter().collect::<Map>()).with_origin(origin)
                }
            });
        }
    }
}

/// A scalar's value; a collection is opened.
fn begin<'a>(
    node: Node<'a>,
    numbers: Numbers,
    origin: &mut Places<'_>,
    open: &mut Vec<Open<'a>>,
) -> Option<Value> {
    let at = origin(node.span(), Part::Value);
    let data = match node.value() {
        seatrial_yaml::Value::Null => Data::Nil,
        seatrial_yaml::Value::Bool(value) => Data::Bool(value),
        seatrial_yaml::Value::Int(value) if numbers == Numbers::Whole => Data::Int(value, IntKind::Int64),
        seatrial_yaml::Value::Int(value) => Data::Float(value as f64),
        seatrial_yaml::Value::Uint(value) => Data::Float(value as f64),
        seatrial_yaml::Value::Float(value) => Data::Float(value),
        seatrial_yaml::Value::Str(text) => Data::Str(text.into()),
        seatrial_yaml::Value::Sequence => {
            let rest = node.items().rev().collect();
            open.push(Open::List { rest, items: Vec::with_capacity(node.len()), origin: at });
            return None;
        }
        seatrial_yaml::Value::Mapping => {
            let named = |entry: seatrial_yaml::Entry<'a>| {
                let key = origin(entry.key.span(), Part::Key);
                (Rc::from(entry.name().as_ref()), key, entry.value)
            };
            let mut rest: Vec<Named<'a>> = node.entries().map(named).collect();
            rest.reverse();
            let entries = Vec::with_capacity(rest.len());
            open.push(Open::Map { rest, key: (Rc::from(""), OriginId::NONE), entries, origin: at });
            return None;
        }
    };
    Some(Value::new(data).with_origin(at))
}
