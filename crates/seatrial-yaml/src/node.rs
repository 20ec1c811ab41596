//! Views of nodes: values, fields, places.

use std::borrow::Cow;
use std::fmt;

use seatrial_source::Span;

use crate::entries::{Entries, Entry, WrittenEntries};
use crate::path::{FieldPath, PathStep};
use crate::tree::{IRREGULAR, NodeData, NodeId, Shape, Style};
use crate::{Extent, Stream, extent, json_writer, numbers, part, same};

/// A node of a [`Stream`], cheap to copy. Aliases are already followed: the
/// view shows the node with the anchor, [`Node::written_span`] the alias.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    stream: &'a Stream,
    /// As it stands at this place: an alias, or the same as `id`.
    written: NodeId,
    id: NodeId,
}

/// What a node is, scalars with their value in the dialect of the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Null, written or left out.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A string, decoded.
    Str(&'a str),
    /// A sequence, see [`Node::items`].
    Sequence,
    /// A mapping, see [`Node::entries`].
    Mapping,
}

/// The deepest part of a path that is written in a document.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The node there.
    pub node: Node<'a>,
    /// The entry whose value it is, if the last step went into a mapping.
    pub entry: Option<Entry<'a>>,
    /// How many steps of the path lead there.
    pub matched: usize,
}

impl<'a> Node<'a> {
    #[inline]
    pub(crate) fn new(stream: &'a Stream, written: NodeId) -> Self {
        Self { stream, written, id: stream.resolve(written) }
    }

    #[inline]
    pub(crate) fn data(self) -> &'a NodeData {
        self.stream.data(self.id)
    }

    /// Its id; an alias has the id of the node it stands for.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The id of what stands at this place: of the alias if one does.
    pub fn written_id(self) -> NodeId {
        self.written
    }

    /// The stream it belongs to.
    pub fn stream(self) -> &'a Stream {
        self.stream
    }

    /// Where the value is written, without tag and anchor. Empty where a
    /// value is left out.
    pub fn span(self) -> Span {
        let data = self.data();
        self.stream.span(data.start, data.end)
    }

    /// Like [`Node::span`], but of the alias if one stands here.
    pub fn written_span(self) -> Span {
        let data = self.stream.data(self.written);
        self.stream.span(data.start, data.end)
    }

    /// Whether an alias stands here.
    pub fn is_alias(self) -> bool {
        self.written != self.id
    }

    /// The text of [`Node::span`].
    pub fn source_text(self) -> &'a str {
        self.stream.slice(self.span())
    }

    /// How it is written.
    pub fn style(self) -> Style {
        self.data().style
    }

    /// What it is.
    #[inline]
    pub fn value(self) -> Value<'a> {
        let data = self.data();
        match data.shape {
            Shape::Null | Shape::Alias => Value::Null,
            Shape::Bool => Value::Bool(data.bits() != 0),
            Shape::Int => Value::Int(data.bits().cast_signed()),
            Shape::Uint => Value::Uint(data.bits()),
            Shape::Float => Value::Float(f64::from_bits(data.bits())),
            Shape::Str | Shape::DecodedStr | Shape::Time | Shape::DecodedTime => {
                Value::Str(self.stream.string(data))
            }
            Shape::Sequence => Value::Sequence,
            Shape::Mapping => Value::Mapping,
        }
    }

    /// The text of a string.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        match self.value() {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.value() {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        match self.value() {
            Value::Int(value) => value.try_into().ok(),
            Value::Uint(value) => Some(value),
            _ => None,
        }
    }

    /// Any number, rounded if need be.
    pub fn as_f64(self) -> Option<f64> {
        match self.value() {
            Value::Int(value) => Some(value as f64),
            Value::Uint(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is null, written or left out.
    #[inline]
    pub fn is_null(self) -> bool {
        matches!(self.value(), Value::Null)
    }

    /// Whether it is a mapping.
    #[inline]
    pub fn is_mapping(self) -> bool {
        self.data().shape == Shape::Mapping
    }

    /// Whether it is a sequence.
    #[inline]
    pub fn is_sequence(self) -> bool {
        self.data().shape == Shape::Sequence
    }

    /// A scalar's text for messages: a string's value, anything else as
    /// written. None for collections.
    pub fn scalar_text(self) -> Option<Cow<'a, str>> {
        match self.value() {
            Value::Sequence | Value::Mapping => None,
            Value::Str(text) => Some(Cow::Borrowed(text)),
            _ => Some(Cow::Borrowed(self.source_text().trim_matches(['"', '\'']))),
        }
    }

    /// The value of an entry of this mapping.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        self.entry(name).map(|entry| entry.value)
    }

    /// An entry of this mapping.
    pub fn entry(self, name: &str) -> Option<Entry<'a>> {
        let data = self.data();
        if data.shape != Shape::Mapping || data.detail & IRREGULAR != 0 {
            return self.entries().find(|entry| entry.is_named(name));
        }
        // What is asked most of a tree: entries stand for themselves here.
        let mut pairs = self.stream.child_ids(data).chunks_exact(2);
        let pair = pairs.find(|pair| self.stream.is_key_named(pair[0], name))?;
        let [key, value] = [pair[0], pair[1]].map(|id| Node::new(self.stream, id));
        Some(Entry::written(key, value))
    }

    /// The entries of this mapping as its readers see them: of duplicate keys
    /// the last, and those that `<<` brings in.
    #[inline]
    pub fn entries(self) -> Entries<'a> {
        Entries::new(self)
    }

    /// The entries of this mapping as they are written, `<<` and duplicates too.
    pub fn written_entries(self) -> WrittenEntries<'a> {
        WrittenEntries::new(self)
    }

    /// One entry of this mapping as written.
    pub fn written_entry(self, index: usize) -> Option<Entry<'a>> {
        let data = self.data();
        if data.shape != Shape::Mapping {
            return None;
        }
        let pair = self.stream.child_ids(data).chunks_exact(2).nth(index)?;
        let [key, value] = [pair[0], pair[1]].map(|id| Node::new(self.stream, id));
        Some(Entry::written(key, value))
    }

    /// The items of this sequence.
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'a>> + DoubleEndedIterator + Clone {
        let ids = if self.is_sequence() { self.stream.child_ids(self.data()) } else { &[] };
        ids.iter().map(move |&id| Node::new(self.stream, id))
    }

    /// One item of this sequence.
    pub fn index(self, index: usize) -> Option<Node<'a>> {
        let ids = if self.is_sequence() { self.stream.child_ids(self.data()) } else { &[] };
        ids.get(index).map(|&id| Node::new(self.stream, id))
    }

    /// How many items or written entries it has; 0 for scalars.
    #[inline]
    pub fn len(self) -> usize {
        let data = self.data();
        match data.shape {
            Shape::Sequence => data.run().len(),
            Shape::Mapping => data.run().len() / 2,
            _ => 0,
        }
    }

    /// Whether it has no items or entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The node at the end of a path.
    pub fn at(self, path: &FieldPath) -> Option<Node<'a>> {
        let found = self.nearest(path);
        (found.matched == path.len()).then_some(found.node)
    }

    /// The deepest node of a path that is written.
    pub fn nearest(self, path: &FieldPath) -> Located<'a> {
        let mut found = Located { node: self, entry: None, matched: 0 };
        for step in path.steps() {
            let (node, entry) = match step {
                PathStep::Index(index) => (found.node.index(*index as usize), None),
                PathStep::Key(name) => {
                    let entry = found.node.entry(name);
                    (entry.map(|entry| entry.value), entry)
                }
            };
            let Some(node) = node else { return found };
            found = Located { node, entry, matched: found.matched + 1 };
        }
        found
    }

    /// The value as JSON, as `sigs.k8s.io/yaml` would make it: keys sorted,
    /// numbers exact. What JSON cannot say (`.inf`) is null.
    pub fn to_json(self) -> String {
        json_writer::to_json(self)
    }

    /// Whether another node, of any stream, has the value of this one: their
    /// JSON is the same. It is not written out, so aliases cost nothing.
    pub fn is_same(self, other: Node<'_>) -> bool {
        same::is_same(self, other)
    }

    /// How much the value is, for little: nothing is followed or decoded. None
    /// where an alias or a collection as a key stands in it.
    pub fn extent(self) -> Option<Extent> {
        extent::of(self)
    }

    /// Whether another node is the same text read the same way, so that what is
    /// said of one is true of the other, but for the place. Where aliases are,
    /// that is not known.
    pub fn is_written_alike(self, other: Node<'_>) -> bool {
        extent::is_written_alike(self, other)
    }

    /// Where a part of a string's value stands in the source, the range given
    /// in bytes of the decoded text. None if it is no string or the range is
    /// not in it.
    pub fn part_span(self, part: std::ops::Range<usize>) -> Option<Span> {
        part::part_span(self, part)
    }

    /// The name that this node has as a key in JSON.
    #[inline]
    pub fn key_name(self) -> Cow<'a, str> {
        match self.value() {
            Value::Str(text) => Cow::Borrowed(text),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Int(value) => Cow::Owned(value.to_string()),
            Value::Uint(value) => Cow::Owned(value.to_string()),
            Value::Float(value) => Cow::Owned(numbers::float_key(value)),
            Value::Null => Cow::Borrowed("null"),
            Value::Sequence | Value::Mapping => Cow::Borrowed(self.source_text()),
        }
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.value(), self.span().range())
    }
}
