//! Objects as text: YAML as `kustomize build` prints it, and the JSON that
//! hashes are taken of.

use std::fmt;

use seatrial_source::FileId;
use seatrial_yaml::emit::{EmitOptions, Emitter, sort_by_key};
use seatrial_yaml::{Dialect, Limits, Plain, Style, json_float, parse};

use crate::node::{Content, Node, Scalar, Tag, Value};

/// A stretch of a printed text and what set it: start, end, origin.
pub type Mark = (usize, usize, crate::OriginId);

/// An object as YAML: keys sorted as `sigs.k8s.io/yaml` sorts them.
pub fn yaml(object: &Node) -> String {
    marked_yaml(object).0
}

/// An object as YAML, and what set each of its scalars and empty collections.
pub(crate) fn marked_yaml(object: &Node) -> (String, Vec<Mark>) {
    let mut text = String::new();
    let mut writer =
        Writer { emitter: Emitter::new(&mut text, &EmitOptions::new(Dialect::GoYaml2)), marks: Vec::new() };
    writer.write(object).expect("a string takes everything");
    let Writer { emitter, marks } = writer;
    emitter.finish().expect("a string takes everything");
    (text, marks)
}

struct Writer<'t> {
    emitter: Emitter<&'t mut String>,
    marks: Vec<Mark>,
}

impl Writer<'_> {
    fn write(&mut self, node: &Node) -> fmt::Result {
        let start = self.emitter.sink_mut().len();
        match &node.content {
            Content::Scalar(scalar) => write_scalar(scalar, &mut self.emitter)?,
            Content::List(items) => {
                self.emitter.begin_sequence()?;
                items.iter().try_for_each(|item| self.write(item))?;
                self.emitter.end()?;
            }
            Content::Map(entries) => {
                self.emitter.begin_mapping()?;
                let entries: Vec<_> = entries.iter().collect();
                for (key, value) in sort_by_key(entries, |(key, _)| key.as_str(), Dialect::GoYaml2) {
                    self.emitter.json_str(key)?;
                    self.write(value)?;
                }
                self.emitter.end()?;
            }
        }
        if matches!(node.content, Content::Scalar(_)) || node.is_empty() {
            self.marks.push((start, self.emitter.sink_mut().len(), node.origin));
        }
        Ok(())
    }
}

/// What becomes of a text in a folded block that is written and read again:
/// lines that are indented more than the first gain a break.
pub(crate) fn refolded(text: &str) -> String {
    let mut written = String::new();
    let options = EmitOptions::new(Dialect::GoYaml3).indent(2).compact_sequences(true);
    let mut emitter = Emitter::new(&mut written, &options);
    emitter
        .begin_mapping()
        .and_then(|()| emitter.str("text"))
        .and_then(|()| emitter.scalar(text, Style::Folded))
        .and_then(|()| emitter.end())
        .and_then(|()| emitter.finish().map(drop))
        .expect("a string takes everything");
    let stream = parse(FileId(0), written.into(), Dialect::GoYaml3, &Limits::default());
    let read = stream.document_root(0).and_then(|root| root.get("text")?.as_str().map(str::to_owned));
    read.unwrap_or_else(|| text.to_owned())
}

/// Writes folded blocks as they are read in the end.
pub(crate) fn settle_folded(node: &mut Node) {
    match &mut node.content {
        Content::Scalar(scalar) if scalar.is_folded => {
            scalar.text = refolded(&scalar.text).into();
            scalar.is_folded = false;
        }
        Content::Scalar(_) => {}
        Content::Map(entries) => entries.iter_mut().for_each(|(_, value)| settle_folded(value)),
        Content::List(items) => items.iter_mut().for_each(settle_folded),
    }
}

fn write_scalar(scalar: &Scalar, emitter: &mut Emitter<&mut String>) -> fmt::Result {
    if scalar.is_folded {
        return emitter.json_str(&refolded(&scalar.text));
    }
    match scalar.value() {
        Value::Str(text) => emitter.json_str(text),
        Value::Other(Plain::Null) => emitter.null(),
        Value::Other(Plain::Bool(value)) => emitter.bool(value),
        Value::Other(Plain::Int(value)) => emitter.int(value),
        Value::Other(Plain::Uint(value)) => emitter.uint(value),
        Value::Other(Plain::Float(value)) => emitter.json_float(value),
        Value::Other(Plain::Time(text)) => emitter.json_str(&text),
        Value::Other(Plain::Str) => emitter.json_str(&scalar.text),
    }
}

/// A value as `encoding/json` prints it: keys by their bytes.
pub(crate) fn json(node: &Node) -> String {
    let mut text = String::new();
    write_json(node, &mut text);
    text
}

fn write_json(node: &Node, text: &mut String) {
    match &node.content {
        Content::Scalar(scalar) => text.push_str(&json_scalar(scalar)),
        Content::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write_json(item, text);
            }
            text.push(']');
        }
        Content::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            text.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&quoted(key));
                text.push(':');
                write_json(value, text);
            }
            text.push('}');
        }
    }
}

/// A value as `json.MarshalIndent` prints it with two spaces.
pub(crate) fn json_indented(node: &Node) -> String {
    let mut text = String::new();
    write_indented(node, 0, &mut text);
    text
}

fn write_indented(node: &Node, depth: usize, text: &mut String) {
    let line = |depth: usize, text: &mut String| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    match &node.content {
        Content::List(items) if !items.is_empty() => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                line(depth + 1, text);
                write_indented(item, depth + 1, text);
            }
            line(depth, text);
            text.push(']');
        }
        Content::Map(entries) if !entries.is_empty() => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            text.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                line(depth + 1, text);
                text.push_str(&quoted(key));
                text.push_str(": ");
                write_indented(value, depth + 1, text);
            }
            line(depth, text);
            text.push('}');
        }
        _ => write_json(node, text),
    }
}

/// A value as `kyaml` prints it: keys in their order, quotes kept.
pub(crate) fn styled_yaml(node: &Node) -> String {
    let mut text = String::new();
    let options = EmitOptions::new(Dialect::GoYaml3).indent(2).compact_sequences(true);
    let mut emitter = Emitter::new(&mut text, &options);
    write_styled(node, &mut emitter)
        .and_then(|()| emitter.finish().map(drop))
        .expect("a string takes everything");
    text
}

fn write_styled(node: &Node, emitter: &mut Emitter<&mut String>) -> fmt::Result {
    match &node.content {
        Content::Scalar(scalar) if scalar.is_folded => emitter.scalar(&scalar.text, Style::Folded),
        Content::Scalar(scalar) if scalar.is_quoted && scalar.text.contains('\n') => {
            emitter.scalar(&scalar.text, Style::Literal)
        }
        Content::Scalar(scalar) if scalar.is_quoted => emitter.scalar(&scalar.text, Style::DoubleQuoted),
        Content::Scalar(scalar) if scalar.tag == Tag::Str => emitter.str(&scalar.text),
        Content::Scalar(scalar) => emitter.scalar(&scalar.text, Style::Plain),
        Content::List(items) => {
            emitter.begin_sequence()?;
            items.iter().try_for_each(|item| write_styled(item, emitter))?;
            emitter.end()
        }
        Content::Map(entries) => {
            emitter.begin_mapping()?;
            for (key, value) in entries {
                emitter.str(key)?;
                write_styled(value, emitter)?;
            }
            emitter.end()
        }
    }
}

fn json_scalar(scalar: &Scalar) -> String {
    if scalar.is_folded {
        return quoted(&refolded(&scalar.text));
    }
    match scalar.value() {
        Value::Str(text) => quoted(text),
        Value::Other(Plain::Null) => "null".to_owned(),
        Value::Other(Plain::Bool(value)) => value.to_string(),
        Value::Other(Plain::Int(value)) => value.to_string(),
        Value::Other(Plain::Uint(value)) => value.to_string(),
        Value::Other(Plain::Float(value)) => json_float(value),
        Value::Other(Plain::Time(text)) => quoted(&text),
        Value::Other(Plain::Str) => quoted(&scalar.text),
    }
}

/// A string as `encoding/json` prints it.
pub(crate) fn quoted(text: &str) -> String {
    use fmt::Write;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(quoted, "\\u{:04x}", letter as u32).expect("it grows");
            }
            letter if letter < ' ' => write!(quoted, "\\u{:04x}", letter as u32).expect("it grows"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
