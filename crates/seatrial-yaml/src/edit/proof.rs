//! The proof of an edit: the edited text is read again, and both trees are
//! walked side by side. Only what the operation names may differ.
//!
//! Aliases are compared as aliases of corresponding nodes, never followed, so
//! the walk is as long as the text.

use std::borrow::Cow;

use super::content::Content;
use super::{Edit, Refusal, apply};
use crate::tree::{IRREGULAR, NodeId, Shape};
use crate::{Limits, Node, Stream, parse};

/// What is meant to differ. Ids are those of the text before, as written.
#[derive(Clone, Debug)]
pub(super) enum Difference {
    /// A node holds another value.
    Value { node: NodeId, content: Content },
    /// A mapping has one more entry.
    Entry { mapping: NodeId, index: usize, name: String, content: Content },
    /// A list has one more item.
    Item { list: NodeId, index: usize, content: Content },
    /// A collection lacks a child.
    Without { collection: NodeId, index: usize },
    /// An entry has another key.
    Key { mapping: NodeId, index: usize, name: String },
}

impl Difference {
    /// What is new.
    pub(super) fn content(&self) -> Option<&Content> {
        match self {
            Self::Value { content, .. } | Self::Entry { content, .. } | Self::Item { content, .. } => {
                Some(content)
            }
            Self::Without { .. } | Self::Key { .. } => None,
        }
    }
}

/// Reads the edited text and compares it with the text before.
pub(super) fn prove(before: &Stream, edits: &[Edit], difference: &Difference) -> Result<(), Refusal> {
    let unproven = || Refusal::new("the edit would change more than the field");
    let text = apply(before.text(), edits).ok_or_else(unproven)?;
    let after = parse(before.file(), text.into(), before.dialect(), &Limits::default());
    let holds = has_no_new_problem(before, &after)
        && keeps_comments(before, &after, edits)
        && Walk::new(before, &after, difference).run();
    if holds { Ok(()) } else { Err(unproven()) }
}

fn has_no_new_problem(before: &Stream, after: &Stream) -> bool {
    if !after.is_accepted() {
        return false;
    }
    let sorted = |stream: &'_ Stream| {
        let mut found: Vec<_> = stream.all_problems().map(|it| (it.kind, it.message.clone())).collect();
        found.sort_unstable();
        found
    };
    let mut known = sorted(before).into_iter();
    sorted(after).into_iter().all(|problem| known.any(|it| it == problem))
}

/// Whether every comment that no edit replaces stands where it must now.
fn keeps_comments(before: &Stream, after: &Stream, edits: &[Edit]) -> bool {
    let mut found = after.comments().iter().map(|comment| comment.span.range());
    let mut edits = edits.iter().peekable();
    let mut shift = 0_isize;
    for comment in before.comments() {
        let range = comment.span.range();
        let mut is_replaced = false;
        while let Some(edit) = edits.peek() {
            let replaced = edit.span.range();
            if replaced.end > range.start {
                is_replaced = replaced.start <= range.start && range.end <= replaced.end;
                if !is_replaced && replaced.start < range.end {
                    return false;
                }
                break;
            }
            shift += edit.text.len().cast_signed() - replaced.len().cast_signed();
            edits.next();
        }
        let moved = |at: usize| at.cast_signed() + shift;
        if !is_replaced
            && found.next().is_none_or(|it| {
                it.start.cast_signed() != moved(range.start) || it.end.cast_signed() != moved(range.end)
            })
        {
            return false;
        }
    }
    found.next().is_none()
}

/// Two trees, walked side by side in the order of the text.
struct Walk<'a> {
    before: &'a Stream,
    after: &'a Stream,
    difference: &'a Difference,
    /// By id before: the node after.
    partners: Vec<Option<NodeId>>,
    /// Pairs to compare, the next one last.
    pairs: Vec<(NodeId, NodeId)>,
    found: bool,
    /// The mapping that differs, where its entries are not just those written.
    irregular: Option<(NodeId, NodeId)>,
}

impl<'a> Walk<'a> {
    fn new(before: &'a Stream, after: &'a Stream, difference: &'a Difference) -> Self {
        let partners = vec![None; before.nodes.len()];
        Self { before, after, difference, partners, pairs: Vec::new(), found: false, irregular: None }
    }

    fn run(mut self) -> bool {
        let (before, after) = (self.before.documents(), self.after.documents());
        if before.len() != after.len() {
            return false;
        }
        for (before, after) in before.iter().zip(after) {
            match (before.root, after.root) {
                (Some(before), Some(after)) => self.pairs.push((before, after)),
                (None, None) => {}
                _ => return false,
            }
            while let Some((before, after)) = self.pairs.pop() {
                if !self.same(before, after) {
                    return false;
                }
            }
        }
        self.found && self.irregular.is_none_or(|(before, after)| self.same_to_readers(before, after))
    }

    fn same(&mut self, before: NodeId, after: NodeId) -> bool {
        self.partners[before.0 as usize] = Some(after);
        if let Difference::Value { node, content } = self.difference
            && *node == before
        {
            self.found = true;
            return content.is_held_by(self.after.node(after));
        }
        let (old, new) = (self.before.data(before), self.after.data(after));
        match (old.shape, new.shape) {
            (Shape::Alias, Shape::Alias) => self.partners[old.target().0 as usize] == Some(new.target()),
            (Shape::Alias, _) | (_, Shape::Alias) => false,
            (Shape::Sequence, Shape::Sequence) | (Shape::Mapping, Shape::Mapping) => {
                self.same_children(before, after)
            }
            _ => self.same_scalar(before, after),
        }
    }

    fn same_scalar(&self, before: NodeId, after: NodeId) -> bool {
        let (old, new) = (self.before.data(before), self.after.data(after));
        let is_text = |shape: Shape| shape.is_string() || shape.is_time();
        if is_text(old.shape) && is_text(new.shape) {
            return old.shape.is_time() == new.shape.is_time()
                && self.before.string(old) == self.after.string(new);
        }
        old.shape == new.shape && old.bits() == new.bits()
    }

    fn same_children(&mut self, before: NodeId, after: NodeId) -> bool {
        let (old_data, new_data) = (self.before.data(before), self.after.data(after));
        let width = if old_data.shape == Shape::Mapping { 2 } else { 1 };
        let (old, new) = (self.before.child_ids(old_data), self.after.child_ids(new_data));
        // What lies before the place that differs, and what differs on each side.
        let (kept, gone, added) = match self.difference {
            Difference::Entry { mapping: node, index, .. } | Difference::Item { list: node, index, .. }
                if *node == before =>
            {
                (index * width, 0, width)
            }
            Difference::Without { collection: node, index } if *node == before => (index * width, width, 0),
            Difference::Key { mapping: node, index, .. } if *node == before => (index * width, 1, 1),
            _ => (old.len(), 0, 0),
        };
        if old.len() + added != new.len() + gone || kept + gone > old.len() || kept + added > new.len() {
            return false;
        }
        if gone + added > 0 {
            self.found = true;
            if !self.is_meant(&new[kept..kept + added]) {
                return false;
            }
        }
        if gone + added > 0 || self.holds_value(old) {
            self.note_irregular((before, after));
        }
        let first = self.pairs.len();
        self.pairs.extend(old[..kept].iter().copied().zip(new[..kept].iter().copied()));
        self.pairs.extend(old[kept + gone..].iter().copied().zip(new[kept + added..].iter().copied()));
        self.pairs[first..].reverse();
        true
    }

    /// Whether the value that changes is one of these children.
    fn holds_value(&self, children: &[NodeId]) -> bool {
        matches!(self.difference, Difference::Value { node, .. } if children.contains(node))
    }

    /// Whether what was added is what was meant.
    fn is_meant(&self, added: &[NodeId]) -> bool {
        let node = |id: NodeId| self.after.node(id);
        match (self.difference, added) {
            (Difference::Entry { name, content, .. }, [key, value]) => {
                node(*key).as_str() == Some(name.as_str()) && content.is_held_by(node(*value))
            }
            (Difference::Item { content, .. }, [item]) => content.is_held_by(node(*item)),
            (Difference::Key { name, .. }, [key]) => node(*key).as_str() == Some(name.as_str()),
            (Difference::Without { .. }, []) => true,
            _ => false,
        }
    }

    fn note_irregular(&mut self, (before, after): (NodeId, NodeId)) {
        let is_irregular = self.before.data(before).detail & IRREGULAR != 0
            || self.after.data(after).detail & IRREGULAR != 0;
        if self.before.data(before).shape == Shape::Mapping && is_irregular {
            self.irregular = Some((before, after));
        }
    }

    /// Whether the readers of a mapping with `<<` or duplicate keys find what
    /// they found, but for what is meant.
    fn same_to_readers(&self, before: NodeId, after: NodeId) -> bool {
        let (before, after) = (self.before.node(before), self.after.node(after));
        let mut expected = self.expected_entries(before);
        let mut found: Vec<_> = after.entries().map(|entry| (entry.name(), Some(entry.value.id()))).collect();
        expected.sort();
        found.sort();
        expected.len() == found.len()
            && expected.iter().zip(&found).all(|(expected, found)| {
                expected.0 == found.0 && (expected.1.is_none() || expected.1 == found.1)
            })
    }

    /// Names with the node that must stand there; none where any may, because
    /// its value was looked at already.
    fn expected_entries(&self, before: Node<'a>) -> Vec<(Cow<'a, str>, Option<NodeId>)> {
        let mut entries = Vec::new();
        for entry in before.entries() {
            let partner = self.partners[entry.value.id().0 as usize];
            let changed = |index: &usize| {
                before.written_entry(*index).is_some_and(|it| it.key.written_id() == entry.key.written_id())
            };
            match self.difference {
                Difference::Without { index, .. } if changed(index) => {}
                Difference::Value { node, .. } if entry.value.written_id() == *node => {
                    entries.push((entry.name(), None));
                }
                Difference::Key { index, name, .. } if changed(index) => {
                    entries.push((Cow::Borrowed(name.as_str()), partner));
                }
                _ => entries.push((entry.name(), partner)),
            }
        }
        if let Difference::Entry { name, .. } = self.difference {
            entries.push((Cow::Borrowed(name.as_str()), None));
        }
        entries
    }
}
