//! The entries of mappings: as written, and as their readers see them once
//! duplicates and merge keys are worked in.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use seatrial_source::Span;

use crate::tree::{IRREGULAR, NodeId};
use crate::{Dialect, Node, Stream};

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
    /// Whether it came through `<<` from another mapping.
    pub merged: bool,
    /// Whether its key counts as text, whatever it looks like.
    key_is_text: bool,
}

impl<'a> Entry<'a> {
    pub(crate) fn written(key: Node<'a>, value: Node<'a>) -> Self {
        Self { key, value, merged: false, key_is_text: false }
    }

    /// The key as `sigs.k8s.io/yaml` writes it: `y` is `true` in `GoYaml2`.
    #[inline]
    pub fn name(&self) -> Cow<'a, str> {
        let text = if self.key_is_text { self.key.scalar_text() } else { None };
        text.unwrap_or_else(|| self.key.key_name())
    }

    /// Whether [`Entry::name`] is this name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        match self.key.as_str() {
            Some(text) => text == name,
            None => self.name() == name,
        }
    }

    /// Whether it is `<<`, which merges its value into the mapping.
    pub fn is_merge(&self) -> bool {
        is_merge_key(self.key)
    }

    /// From the key's start to the value's end.
    pub fn span(&self) -> Span {
        let key = self.key.written_span();
        Span::new(key.file, key.start, self.value.written_span().end.max(key.end))
    }
}

/// Entries as written, see [`Node::written_entries`].
#[derive(Clone, Debug)]
pub struct WrittenEntries<'a> {
    stream: &'a Stream,
    pairs: std::slice::ChunksExact<'a, NodeId>,
}

impl<'a> WrittenEntries<'a> {
    pub(crate) fn new(node: Node<'a>) -> Self {
        let ids = if node.is_mapping() { node.stream().child_ids(node.data()) } else { &[] };
        Self { stream: node.stream(), pairs: ids.chunks_exact(2) }
    }
}

impl<'a> Iterator for WrittenEntries<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        let pair = self.pairs.next()?;
        let [key, value] = [pair[0], pair[1]].map(|id| Node::new(self.stream, id));
        Some(Entry::written(key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

/// Entries as readers see them, see [`Node::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a>(Source<'a>);

#[derive(Clone, Debug)]
enum Source<'a> {
    Written(WrittenEntries<'a>),
    Effective(std::vec::IntoIter<Entry<'a>>),
}

impl<'a> Entries<'a> {
    pub(crate) fn new(node: Node<'a>) -> Self {
        if node.is_mapping() && node.data().detail & IRREGULAR != 0 {
            return Self(Source::Effective(effective(node).into_iter()));
        }
        Self(Source::Written(WrittenEntries::new(node)))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        match &mut self.0 {
            Source::Written(entries) => entries.next(),
            Source::Effective(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::Written(entries) => entries.size_hint(),
            Source::Effective(entries) => entries.size_hint(),
        }
    }
}

/// Whether a key asks to merge its value into the mapping.
pub(crate) fn is_merge_key(key: Node<'_>) -> bool {
    key.data().detail == MERGE_KEY && !key.is_alias()
}

/// Mark of a scalar that is a merge key where it stands as a key.
pub(crate) const MERGE_KEY: u16 = u16::MAX;

fn effective(node: Node<'_>) -> Vec<Entry<'_>> {
    let mut found = Effective::default();
    match node.stream().dialect {
        Dialect::GoYaml3 => found.written_first(node),
        Dialect::GoYaml2 | Dialect::Json => found.in_order(node),
    }
    found.entries
}

/// Entries by name, in the order in which the names were met. Merges are
/// worked off a stack: a chain of them may be as long as the text.
#[derive(Default)]
struct Effective<'a> {
    entries: Vec<Entry<'a>>,
    by_name: FxHashMap<Cow<'a, str>, usize>,
}

impl<'a> Effective<'a> {
    /// v2: every entry overwrites what was there, a merge where it stands.
    fn in_order(&mut self, node: Node<'a>) {
        let mut open = vec![(node.written_entries(), false)];
        while let Some((entries, merged)) = open.last_mut() {
            let merged = *merged;
            let Some(entry) = entries.next() else {
                open.pop();
                continue;
            };
            if is_merge_key(entry.key) {
                // The last pushed goes first: earlier sources overwrite later ones.
                open.extend(merge_sources(entry.value).map(|source| (source.written_entries(), true)));
                continue;
            }
            self.set(Entry { merged, ..entry }, true);
        }
    }

    /// v3: entries of the mapping itself win, then the sources in their order.
    /// A mapping whose own keys are strings takes merged keys as text, and
    /// drops those that are null.
    fn written_first(&mut self, node: Node<'a>) {
        let text_keys = has_text_keys(node);
        let mut open = vec![(node, false)];
        while let Some((node, merged)) = open.pop() {
            let taken = self.entries.len();
            let mut sources = Vec::new();
            for entry in node.written_entries() {
                if is_merge_key(entry.key) {
                    sources = merge_sources(entry.value).collect();
                    continue;
                }
                let key_is_text = text_keys && merged;
                if key_is_text && entry.key.is_null() {
                    continue;
                }
                let entry = Entry { merged, key_is_text, ..entry };
                let own = self.by_name.get(&entry.name()).is_none_or(|&at| at >= taken);
                self.set(entry, own);
            }
            open.extend(sources.into_iter().rev().map(|source| (source, true)));
        }
    }

    fn set(&mut self, entry: Entry<'a>, overwrite: bool) {
        let next = self.entries.len();
        let at = *self.by_name.entry(entry.name()).or_insert(next);
        if at == next {
            self.entries.push(entry);
        } else if overwrite {
            self.entries[at] = entry;
        }
    }
}

/// Whether all keys of a mapping, those that are merged apart, are strings.
pub(crate) fn has_text_keys(node: Node<'_>) -> bool {
    node.written_entries().all(|entry| entry.key.data().shape.is_string())
}

/// The mappings that a merge key's value names.
fn merge_sources(value: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::once(value)
        .filter(|value| value.is_mapping())
        .chain(value.items().filter(|item| item.is_mapping()))
}
