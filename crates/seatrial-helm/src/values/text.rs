//! A values file: its documents, and the values made of them.

use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, Node, ProblemKind, Stream};

use super::read;
use crate::template::{Map, OriginId, Trace, Value};

/// A values file, parsed once; values are made of it for each render.
#[derive(Debug)]
pub struct ValuesText {
    /// Its id.
    pub file: FileId,
    text: Arc<str>,
    documents: Vec<Document>,
    /// Whether it may hold several documents.
    is_multi: bool,
    /// A separator that the reader of documents refuses.
    broken_separator: Option<(String, Span)>,
}

#[derive(Debug)]
struct Document {
    /// Where its text begins in the file.
    base: u32,
    stream: Stream,
}

/// Why a values file is refused, in Helm's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesFault {
    /// The words.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
}

impl ValuesText {
    /// Parses a text: all its documents, or the first one only.
    pub fn parse(file: FileId, text: &Arc<str>, is_multi: bool) -> Self {
        let mut values =
            Self { file, text: text.clone(), documents: Vec::new(), is_multi, broken_separator: None };
        let ranges = if is_multi { values.split() } else { std::iter::once(0..text.len()).collect() };
        for range in ranges {
            let part: Arc<str> =
                if range == (0..text.len()) { text.clone() } else { text[range.clone()].into() };
            let stream = seatrial_yaml::parse(file, part, Dialect::GoYaml2, &Limits::default());
            values.documents.push(Document { base: range.start as u32, stream });
        }
        values
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The root of the only document, if that is a mapping and can be read, and
    /// where the document's text begins in the file.
    pub fn root(&self) -> Option<(Node<'_>, u32)> {
        let [document] = self.documents.as_slice() else { return None };
        let root = document.stream.roots().next().filter(|it| it.is_mapping())?;
        document.stream.is_accepted().then_some((root, document.base))
    }

    /// The parts between lines that are nothing but `---` and a comment.
    fn split(&mut self) -> Vec<std::ops::Range<usize>> {
        let mut ranges = Vec::new();
        let mut start = 0;
        let first = self.text.starts_with("---").then_some(0);
        let others = memchr::memmem::find_iter(self.text.as_bytes(), "\n---").map(|it| it + 1);
        for at in first.into_iter().chain(others) {
            let line = self.text[at..].split_inclusive('\n').next().unwrap_or_default();
            let rest = line["---".len()..].trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                let span = Span::new(self.file, at as u32, (at + line.trim_end().len()) as u32);
                self.broken_separator = Some((format!("invalid Yaml document separator: {rest}"), span));
                return ranges;
            }
            if start < at {
                ranges.push(start..at);
            }
            start = at + line.len();
        }
        if start < self.text.len() {
            ranges.push(start..self.text.len());
        }
        ranges
    }

    /// Whether it holds more than is read.
    pub(crate) fn is_too_large(&self) -> bool {
        self.documents.iter().flat_map(|it| it.stream.all_problems()).any(|it| it.kind == ProblemKind::Size)
    }

    /// Whether Helm takes the file.
    pub fn check(&self) -> Result<(), ValuesFault> {
        for document in &self.documents {
            document.check().map_err(|fault| self.told(fault))?;
        }
        match &self.broken_separator {
            Some((message, span)) => Err(ValuesFault {
                message: format!("error reading yaml document: {message}"),
                span: Some(*span),
            }),
            None => Ok(()),
        }
    }

    /// Readers of several documents say so.
    fn told(&self, fault: ValuesFault) -> ValuesFault {
        if !self.is_multi {
            return fault;
        }
        ValuesFault { message: format!("cannot unmarshal yaml document: {}", fault.message), ..fault }
    }

    /// The values, later documents over earlier ones. What cannot be read is
    /// left out.
    pub(crate) fn to_map(&self, trace: &mut Trace) -> Map {
        let mut map: Option<Map> = None;
        for document in &self.documents {
            let Some(root) = document.stream.document_root(0).filter(|root| root.is_mapping()) else {
                continue;
            };
            let next = value_of(root, document.base, trace);
            let Some(next) = next.as_map() else { continue };
            map = Some(match map {
                Some(map) => merge_maps(&map, next),
                None => next.clone(),
            });
        }
        map.unwrap_or_default()
    }

    /// The roots of the documents, each with the place of its text in the file.
    pub fn roots(&self) -> impl Iterator<Item = (Node<'_>, u32)> {
        self.documents.iter().filter_map(|it| Some((it.stream.document_root(0)?, it.base)))
    }
}

impl Document {
    fn check(&self) -> Result<(), ValuesFault> {
        if let Some((message, span)) = read::first_refusal(&self.stream) {
            return Err(ValuesFault {
                message: format!("error converting YAML to JSON: {message}"),
                span: Some(shifted(span, self.base)),
            });
        }
        let Some(root) = self.stream.document_root(0) else { return Ok(()) };
        if root.is_mapping() || root.is_null() {
            return Ok(());
        }
        let is = match root.value() {
            seatrial_yaml::Value::Sequence => "array",
            seatrial_yaml::Value::Str(_) => "string",
            seatrial_yaml::Value::Bool(_) => "bool",
            _ => "number",
        };
        Err(ValuesFault {
            message: format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {is} into Go value of type map[string]interface {{}}"
            ),
            span: Some(shifted(root.span(), self.base)),
        })
    }
}

pub(super) fn shifted(span: Span, base: u32) -> Span {
    Span::new(span.file, span.start + base, span.end + base)
}

/// The value of a node of a text that begins at `base`.
pub(super) fn value_of(node: Node<'_>, base: u32, trace: &mut Trace) -> Value {
    read::value_of(node, &mut |span, part| match part {
        read::Part::Key if !trace.is_on() => OriginId::NONE,
        _ => trace.value(shifted(span, base)),
    })
}

/// A new map with the entries of both; of two values the later one, of two maps
/// both.
pub(super) fn merge_maps(earlier: &Map, later: &Map) -> Map {
    let merged: Map = earlier.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in later.entries().iter() {
        let both = value.as_map().and_then(|value| Some((merged.get(key)?.as_map()?.clone(), value)));
        let value = match both {
            Some((earlier, later)) => Value::from(merge_maps(&earlier, later)).with_origin(value.origin),
            None => value.clone(),
        };
        merged.set(key.clone(), value);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_multi: bool) -> Result<Map, String> {
        let values = ValuesText::parse(FileId(3), &text.into(), is_multi);
        values.check().map_err(|fault| fault.message)?;
        Ok(values.to_map(&mut Trace::off()))
    }

    #[test]
    fn later_documents_lie_over_earlier_ones() {
        let map = read("a: {b: 1, c: 2}\n---\na: {c: 3}\n--- # more\nd: x\n", true).expect("it is read");
        let inner = map.get("a").expect("the key is there");
        assert_eq!(inner.as_map().expect("a map").len(), 2);
        assert_eq!(map.get("d").expect("the key is there").as_str(), Some("x"));
        let first = read("a: 1\n---\nb: 2\n", false).expect("it is read");
        assert_eq!(first.len(), 1);
        assert!(read("a: 1\n--- b\n", true).expect_err("no separator").contains("separator: b"));
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "a: 1\n---\nb: xyz\n";
        let values = ValuesText::parse(FileId(3), &text.into(), true);
        let mut trace = Trace::off();
        let origin = values.to_map(&mut trace).get("b").expect("the key is there").origin;
        let Some(crate::template::trace::Origin::Value(span)) = trace.origin(origin) else {
            panic!("a value has a place")
        };
        assert_eq!(&text[span.range()], "xyz");
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        assert!(read("- a\n", true).expect_err("a list").contains("cannot unmarshal array into Go value"));
        assert_eq!(read("", true).expect("nothing is fine").len(), 0);
        assert_eq!(read("null\n", true).expect("null is fine").len(), 0);
    }
}
