//! Reads what `encoding/json` would read into Go's types, with the place of
//! every value.

use rustc_hash::FxHashMap;
use seatrial_source::{Span, TreePath};
use seatrial_yaml::{Node, Value};
use smol_str::SmolStr;

use crate::problem::{Problem, ProblemKind};

/// Something and the bytes that say it.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    /// What is said.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A text and where it stands.
pub(crate) type Text = At<SmolStr>;

/// A text that is read as a document of its own.
#[derive(Clone, Debug)]
pub(crate) struct Inline {
    /// The text.
    pub text: Text,
    /// For each of its lines, its first byte there and in the file.
    pub lines: crate::origin::Lines,
}

/// Reads what `encoding/json` would read into Go's types.
pub(crate) struct Reader<'p> {
    pub(crate) problems: Vec<Problem>,
    pub(crate) path: &'p TreePath,
    /// Where all of it is said, for a text that stands in no file.
    pub(crate) at: Option<Span>,
    /// The keys of the values that were read.
    keys: FxHashMap<Span, Span>,
}

impl<'p> Reader<'p> {
    /// Reads what stands in a file.
    pub(crate) fn new(path: &'p TreePath) -> Self {
        Self { problems: Vec::new(), path, at: None, keys: FxHashMap::default() }
    }

    /// Reads what stands in no file, and is said somewhere.
    pub(crate) fn within(path: &'p TreePath, at: Span) -> Self {
        Self { at: Some(at), ..Self::new(path) }
    }
}

impl Reader<'_> {
    pub(super) fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        let span = self.at.unwrap_or(span);
        self.problems.push(Problem::new(kind, self.path, Some(span), message));
    }

    /// The entry that stands for all that is read, where that stands in no file.
    pub(crate) fn entry(&self) -> Option<Span> {
        self.at
    }

    pub(crate) fn span(&self, node: Node<'_>) -> Span {
        self.at.unwrap_or_else(|| node.span())
    }

    /// What stands in no file is read by other rules, which pass over it.
    pub(super) fn unknown(&mut self, name: &str, value: Node<'_>) {
        if self.at.is_some() {
            return;
        }
        let message = format!("invalid Kustomization: json: unknown field {name:?}");
        self.problem(ProblemKind::UnknownField, self.key_of(value), message);
    }

    /// The key of a field that was just read.
    pub(super) fn key_of(&self, value: Node<'_>) -> Span {
        self.keys.get(&value.span()).copied().unwrap_or(value.span())
    }

    pub(super) fn wrong_type(&mut self, node: Node<'_>, wanted: &str) {
        let is = match node.value() {
            Value::Mapping => "object",
            Value::Sequence => "array",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
            Value::Str(_) => "string",
            Value::Null => return,
        };
        let message =
            format!("invalid Kustomization: json: cannot unmarshal {is} into Go value of type {wanted}");
        self.problem(ProblemKind::Kustomization, node.span(), message);
    }

    pub(crate) fn fields<'n>(&mut self, node: Node<'n>) -> Vec<(SmolStr, Node<'n>)> {
        if !node.is_mapping() {
            self.wrong_type(node, "a struct");
            return Vec::new();
        }
        self.keys.extend(node.entries().map(|entry| (entry.value.span(), entry.key.span())));
        node.entries().map(|entry| (SmolStr::new(entry.name()), entry.value)).collect()
    }

    /// The fields of an entry, by the names it may have.
    pub(crate) fn named<'n>(
        &mut self,
        node: Node<'n>,
        names: &[&'static str],
    ) -> Vec<(&'static str, Node<'n>)> {
        let mut found = Vec::new();
        for (name, value) in self.fields(node) {
            match names.iter().find(|known| known.eq_ignore_ascii_case(&name)) {
                Some(known) => found.push((*known, value)),
                None => self.unknown(&name, value),
            }
        }
        found
    }

    pub(crate) fn text(&mut self, node: Node<'_>) -> Option<Text> {
        if let Value::Str(text) = node.value() {
            return Some(At { value: text.into(), span: self.span(node) });
        }
        self.wrong_type(node, "string");
        None
    }

    pub(super) fn inlines(&mut self, node: Node<'_>) -> Vec<Inline> {
        self.list(node, Self::inline).into_iter().flatten().collect()
    }

    pub(crate) fn inline(&mut self, node: Node<'_>) -> Option<Inline> {
        let text = self.text(node)?;
        let starts = std::iter::once(0).chain(text.value.match_indices('\n').map(|(at, _)| at + 1));
        let lines = starts.filter(|&at| at < text.value.len()).filter_map(|at| {
            let first = text.value[at..].chars().next()?.len_utf8();
            Some((at as u32, node.part_span(at..at + first)?.start))
        });
        Some(Inline { lines: lines.collect(), text })
    }

    pub(crate) fn string(&mut self, node: Node<'_>) -> SmolStr {
        self.text(node).map(|it| it.value).unwrap_or_default()
    }

    pub(crate) fn bool(&mut self, node: Node<'_>) -> bool {
        node.as_bool().unwrap_or_else(|| {
            self.wrong_type(node, "bool");
            false
        })
    }

    pub(crate) fn number(&mut self, node: Node<'_>) -> i64 {
        node.as_i64().unwrap_or_else(|| {
            self.wrong_type(node, "int64");
            0
        })
    }

    pub(crate) fn list<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> T,
    ) -> Vec<T> {
        if !node.is_sequence() {
            self.wrong_type(node, "a slice");
            return Vec::new();
        }
        node.items().map(|item| read(self, item)).collect()
    }

    /// A list of objects. What is none is told, and nothing is built with it.
    pub(crate) fn objects<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> T,
    ) -> Vec<T> {
        let all = self.list(node, |this, item| (item.is_mapping() || item.is_null(), read(this, item)));
        all.into_iter().filter_map(|(is_object, item)| is_object.then_some(item)).collect()
    }

    pub(crate) fn texts(&mut self, node: Node<'_>) -> Vec<Text> {
        self.list(node, Self::text).into_iter().flatten().collect()
    }

    /// Keys and texts, sorted by key as Go's maps are used.
    pub(crate) fn pairs(&mut self, node: Node<'_>) -> Vec<(SmolStr, Text)> {
        let fields = self.fields(node);
        let mut pairs: Vec<_> =
            fields.into_iter().filter_map(|(name, value)| Some((name, self.text(value)?))).collect();
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
        pairs
    }
}
