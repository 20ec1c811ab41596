//! A tree into an emitter, without recursion: documents may nest deeper than a
//! thread's stack.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use seatrial_source::FileId;

use crate::timestamp::Timestamp;
use crate::tree::Shape;
use crate::{Dialect, Limits, Node, Value, json_writer, numbers};

use super::emitter::Emitter;
use super::key_order;
use super::options::EmitOptions;

/// What is left of a collection.
enum Open<'a> {
    Sequence(std::vec::IntoIter<Node<'a>>),
    Mapping(std::vec::IntoIter<(Cow<'a, str>, Node<'a>)>),
}

pub(super) fn write<W: fmt::Write>(
    root: Node<'_>,
    options: &EmitOptions,
    emitter: &mut Emitter<W>,
) -> fmt::Result {
    let mut open = Vec::new();
    open.extend(begin(root, options, emitter)?);
    while let Some(collection) = open.last_mut() {
        let next = match collection {
            Open::Sequence(items) => items.next(),
            Open::Mapping(entries) => match entries.next() {
                Some((name, value)) => {
                    emitter.str(&by_way_of_json(&name, options))?;
                    Some(value)
                }
                None => None,
            },
        };
        let Some(node) = next else {
            emitter.end()?;
            open.pop();
            continue;
        };
        open.extend(begin(node, options, emitter)?);
    }
    Ok(())
}

/// Writes a scalar, or the begin of a collection.
fn begin<'a, W: fmt::Write>(
    node: Node<'a>,
    options: &EmitOptions,
    emitter: &mut Emitter<W>,
) -> Result<Option<Open<'a>>, fmt::Error> {
    match node.value() {
        Value::Sequence => {
            emitter.begin_sequence()?;
            return Ok(Some(Open::Sequence(node.items().collect::<Vec<_>>().into_iter())));
        }
        Value::Mapping => {
            emitter.begin_mapping()?;
            let entries = node.entries().map(|entry| (entry.name(), entry.value)).collect();
            let sorted = key_order::sort(entries, |(name, _)| name.as_ref(), options.is_v3());
            return Ok(Some(Open::Mapping(sorted.into_iter())));
        }
        Value::Null => emitter.null()?,
        Value::Bool(value) => emitter.bool(value)?,
        Value::Int(value) => emitter.int(value)?,
        Value::Uint(value) => emitter.uint(value)?,
        Value::Float(value) => float(value, options, emitter)?,
        Value::Str(text) => string(node, text, options, emitter)?,
    }
    Ok(None)
}

/// JSON writes a whole float without a point, and YAML then takes it for an
/// integer.
pub(super) fn float<W: fmt::Write>(
    value: f64,
    options: &EmitOptions,
    emitter: &mut Emitter<W>,
) -> fmt::Result {
    if options.is_direct() || !value.is_finite() {
        return emitter.float(value);
    }
    let text = numbers::json_float(value);
    if let Some(value) = numbers::parse_int(&text) {
        return emitter.int(value);
    }
    match numbers::parse_uint(&text) {
        Some(value) => emitter.uint(value),
        None => emitter.float(value),
    }
}

fn string<W: fmt::Write>(
    node: Node<'_>,
    text: &str,
    options: &EmitOptions,
    emitter: &mut Emitter<W>,
) -> fmt::Result {
    let time = if matches!(node.data().shape, Shape::Time | Shape::DecodedTime) {
        Timestamp::parse(text)
    } else {
        None
    };
    match time {
        Some(time) if options.is_direct() => emitter.scalar(&time.to_rfc3339(), crate::Style::Plain),
        Some(time) => emitter.str(&time.to_rfc3339()),
        None => emitter.str(&by_way_of_json(text, options)),
    }
}

/// JSON leaves a next-line sign as it is, and YAML then takes it for the end of
/// a line, to be folded with the spaces around it.
pub(super) fn by_way_of_json<'a>(text: &'a str, options: &EmitOptions) -> Cow<'a, str> {
    if options.is_direct() || !text.contains('\u{85}') {
        return Cow::Borrowed(text);
    }
    // Go escapes these two in JSON, and nothing else that YAML takes for a break.
    let json = json_writer::quoted(text).replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let json: Arc<str> = json.into();
    let dialect = if options.is_v3() { Dialect::GoYaml3 } else { Dialect::GoYaml2 };
    let stream = crate::parse(FileId(0), json, dialect, &Limits::default());
    let read = stream.document_root(0).filter(|_| stream.is_accepted());
    match read.and_then(Node::as_str) {
        Some(read) => Cow::Owned(read.to_owned()),
        None => Cow::Borrowed(text),
    }
}
