//! Where an operation takes place in the tree, and whether it may.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::Refusal;
use super::children::Children;
use super::ground::{Ground, Slot};
use crate::tree::{NodeId, Shape};
use crate::{FieldPath, Node, PathStep, Stream};

/// The written part of a path, and what surrounds it.
#[derive(Clone)]
pub(super) struct Target<'a> {
    /// The document's root and every collection down to the last node found,
    /// which comes last.
    pub(super) chain: Vec<Node<'a>>,
    /// Which child each of them is of the one before, from the second on.
    pub(super) children: Vec<usize>,
    /// The document's bytes.
    pub(super) document: Range<usize>,
    /// The steps of the path that are not written.
    pub(super) missing: &'a [PathStep],
}

impl<'a> Target<'a> {
    pub(super) fn find(root: Node<'a>, path: &'a FieldPath) -> Result<Self, Refusal> {
        let Ancestors { document, mut chain, mut children } = Ancestors::of(root)?;
        let mut missing = path.steps();
        while let [step, rest @ ..] = missing {
            let parent = chain[chain.len() - 1];
            let Some((index, node)) = descend(parent, step)? else { break };
            if parent.is_alias() {
                return Err(Refusal::new("the value is shared through an alias"));
            }
            chain.push(node);
            children.push(index);
            missing = rest;
        }
        Ok(Self { chain, children, document, missing })
    }

    /// The last node that is written.
    pub(super) fn node(&self) -> Node<'a> {
        self.chain[self.chain.len() - 1]
    }

    /// The collection that holds it, and which child of it it is.
    pub(super) fn parent(&self) -> Option<(Node<'a>, usize)> {
        let parent = self.chain[self.chain.len().checked_sub(2)?];
        Some((parent, *self.children.last()?))
    }

    /// The way to the collection that holds it.
    pub(super) fn up(&self) -> Self {
        let above = self.chain.len() - 1;
        Self {
            chain: self.chain[..above].to_vec(),
            children: self.children[..above.saturating_sub(1)].to_vec(),
            document: self.document.clone(),
            missing: &[],
        }
    }

    /// The place of the last node's value.
    pub(super) fn slot(&self, ground: Ground<'a>) -> Option<Slot> {
        match self.parent() {
            Some((parent, index)) => Children::new(ground, parent).slot(index),
            None => Some(ground.root_slot(self.document.clone(), self.node())),
        }
    }

    /// The column of the block around the last node's collection, -1 for none.
    pub(super) fn outer_column(&self, ground: Ground<'a>) -> isize {
        self.parent().map_or(-1, |(parent, _)| ground.column(parent.span().range().start).cast_signed())
    }

    /// Refuses what lies in a value that an alias repeats. The last node
    /// itself may be an alias: that changes only what stands here.
    pub(super) fn refuse_shared(&self, with_last: bool) -> Result<(), Refusal> {
        let last = self.node();
        let checked =
            if with_last && !last.is_alias() { &self.chain[..] } else { &self.chain[..self.chain.len() - 1] };
        let stream = last.stream();
        let repeated = alias_targets(stream);
        if !repeated.is_empty() && checked.iter().any(|node| repeated.contains(&node.id())) {
            return Err(Refusal::new("an alias elsewhere repeats the value"));
        }
        Ok(())
    }

    /// Refuses to take away an anchor that an alias outside needs.
    pub(super) fn refuse_needed_anchors(&self) -> Result<(), Refusal> {
        let node = self.node();
        if node.is_alias() {
            return Ok(());
        }
        let (span, stream) = (node.span(), node.stream());
        let is_inside = |id: NodeId| {
            let data = stream.data(id);
            span.start <= data.start && data.end <= span.end
        };
        let is_needed = aliases(stream).any(|(alias, target)| is_inside(target) && !is_inside(alias));
        if is_needed { Err(Refusal::new("an alias elsewhere repeats the value")) } else { Ok(()) }
    }
}

/// One step down, with the child's place among those written.
fn descend<'a>(parent: Node<'a>, step: &PathStep) -> Result<Option<(usize, Node<'a>)>, Refusal> {
    let name = match step {
        PathStep::Index(index) => {
            let index = *index as usize;
            return Ok(parent.index(index).map(|item| (index, item)));
        }
        PathStep::Key(name) => name,
    };
    let Some(entry) = parent.entry(name) else { return Ok(None) };
    if entry.merged {
        return Err(Refusal::new("the field comes from another mapping through `<<`"));
    }
    let key = entry.key.written_id();
    let index = parent.written_entries().position(|written| written.key.written_id() == key);
    Ok(index.map(|index| (index, entry.value)))
}

/// The way from a document's root to a node.
struct Ancestors<'a> {
    document: Range<usize>,
    chain: Vec<Node<'a>>,
    children: Vec<usize>,
}

impl<'a> Ancestors<'a> {
    fn of(node: Node<'a>) -> Result<Self, Refusal> {
        let stream = node.stream();
        let lost = || Refusal::new("the place is not in the file");
        let start = node.span().start;
        let index = stream.documents().iter().rposition(|document| document.span.start <= start);
        let index = index.ok_or_else(lost)?;
        let root = stream.document_root(index).ok_or_else(lost)?;
        let document = stream.documents()[index].span.range();
        let mut found = Self { document, chain: vec![root], children: Vec::new() };
        let mut around = root;
        while around.id() != node.id() {
            let values = around.items().chain(around.written_entries().map(|entry| entry.value));
            let holds = |it: &(usize, Node<'_>)| !it.1.is_alias() && it.1.span().contains(node.span());
            let (index, next) = values.enumerate().find(holds).ok_or_else(lost)?;
            found.chain.push(next);
            found.children.push(index);
            around = next;
        }
        Ok(found)
    }
}

fn aliases(stream: &Stream) -> impl Iterator<Item = (NodeId, NodeId)> {
    let with_ids = stream.nodes.iter().enumerate();
    with_ids
        .filter(|(_, data)| data.shape == Shape::Alias)
        .map(|(index, data)| (NodeId(index as u32), data.target()))
}

fn alias_targets(stream: &Stream) -> FxHashSet<NodeId> {
    aliases(stream).map(|(_, target)| target).collect()
}
