//! The children of a collection as pieces of text: where each starts and
//! ends, keys, marks, anchors and tags included.

use std::ops::Range;

use super::ground::{Ground, Slot};
use crate::{Entry, Node, Style};

/// A collection that is changed.
#[derive(Clone, Copy)]
pub(super) struct Children<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) node: Node<'a>,
}

impl<'a> Children<'a> {
    pub(super) fn new(ground: Ground<'a>, node: Node<'a>) -> Self {
        Self { ground, node }
    }

    pub(super) fn len(self) -> usize {
        self.node.len()
    }

    pub(super) fn in_flow(self) -> bool {
        self.node.style() == Style::Flow
    }

    pub(super) fn range(self) -> Range<usize> {
        self.node.span().range()
    }

    /// Whether a flow collection has brackets: a pair in a list needs none.
    pub(super) fn has_brackets(self) -> bool {
        matches!(self.ground.byte(self.range().start), b'{' | b'[') && {
            let closing = if self.node.is_mapping() { b'}' } else { b']' };
            self.ground.byte(self.range().end - 1) == closing
        }
    }

    pub(super) fn entry(self, index: usize) -> Option<Entry<'a>> {
        self.node.written_entry(index)
    }

    pub(super) fn value(self, index: usize) -> Option<Node<'a>> {
        if self.node.is_mapping() { Some(self.entry(index)?.value) } else { self.node.index(index) }
    }

    /// Where a child begins: at its dash, key, `?`, or the anchor or tag before.
    pub(super) fn start(self, index: usize) -> usize {
        let start = self.range().start;
        let Some(before) = index.checked_sub(1) else {
            return if self.in_flow() && self.has_brackets() {
                self.ground.skip_trivia(start + 1)
            } else {
                start
            };
        };
        let next = self.ground.skip_trivia(self.end(before));
        if self.in_flow() && self.ground.byte(next) == b',' {
            return self.ground.skip_trivia(next + 1);
        }
        next
    }

    /// Where a child's value ends, or its mark if the value is left out.
    pub(super) fn end(self, index: usize) -> usize {
        let Some(value) = self.value(index) else { return self.range().end };
        let end = value.written_span().range().end;
        match self.entry(index) {
            Some(entry) => end.max(entry.key.written_span().range().end),
            None => end,
        }
    }

    /// Where the value of a child stands; none where a key has no `:`.
    pub(super) fn slot(self, index: usize) -> Option<Slot> {
        if let Some(entry) = self.entry(index) {
            return self.ground.entry_slot(entry.key, entry.value);
        }
        let item = self.node.index(index)?;
        Some(self.ground.item_slot(self.start(index), item, self.in_flow()))
    }

    /// The comma behind a child of a flow collection.
    pub(super) fn comma(self, index: usize) -> Option<usize> {
        let next = self.ground.skip_trivia(self.end(index));
        (self.ground.byte(next) == b',').then_some(next)
    }
}
