//! Aliases that multiply a document: the count that the Go libraries keep,
//! without expanding anything.

use crate::entries::is_merge_key;
use crate::tree::{IRREGULAR, NodeId, Shape};
use crate::{Dialect, Node, Stream};

/// Up to here, Go lets nearly all visits come from aliases; the share then
/// falls until `LARGE`.
const SMALL: u64 = 400_000;
const LARGE: u64 = 4_000_000;

pub(crate) struct AliasCount {
    /// By id.
    visits: Vec<Visits>,
    most: u64,
}

/// How often Go's decoder visits a node and what is below it.
#[derive(Clone, Copy)]
struct Visits {
    as_value: u64,
    /// The same where the node is merged into another by `<<`.
    as_merge: u64,
}

impl Visits {
    fn below(self, child: Child) -> u64 {
        if child.is_merged { self.as_merge } else { self.as_value }
    }
}

/// A child that a decoder visits.
#[derive(Clone, Copy)]
struct Child {
    id: NodeId,
    is_merged: bool,
}

impl AliasCount {
    pub(crate) fn new(most: u64) -> Self {
        Self { visits: Vec::new(), most }
    }

    /// Whether Go would refuse the document for its aliases.
    pub(crate) fn is_excessive(&mut self, stream: &Stream, root: Option<NodeId>) -> bool {
        let Some(root) = root else { return false };
        // Children and targets come before the nodes that lead to them.
        for index in self.visits.len()..stream.nodes.len() {
            let visits = self.count(stream, NodeId(index as u32));
            self.visits.push(visits);
        }
        self.walk(stream, root)
    }

    fn of(&self, id: NodeId) -> Visits {
        self.visits[id.0 as usize]
    }

    fn count(&self, stream: &Stream, id: NodeId) -> Visits {
        let data = stream.data(id);
        if data.shape == Shape::Alias {
            let target = self.of(data.target());
            let [as_value, as_merge] =
                [target.as_value, target.as_merge].map(|visits| visits.saturating_add(1));
            return Visits { as_value, as_merge };
        }
        let mut as_merge = 1u64;
        each_child(stream, id, |child| as_merge = as_merge.saturating_add(self.of(child.id).below(child)));
        Visits { as_value: as_merge.saturating_add(keys_read_again(stream, id)), as_merge }
    }

    /// Goes through the document in Go's order. Inside an alias both counts
    /// grow alike, so it is enough to look at the end of each.
    fn walk(&self, stream: &Stream, root: NodeId) -> bool {
        let mut all = 1u64;
        let mut in_aliases = 0u64;
        let mut todo = vec![Child { id: root, is_merged: false }];
        while let Some(child) = todo.pop() {
            let data = stream.data(child.id);
            all = all.saturating_add(1);
            if data.shape == Shape::Alias {
                let target = self.of(data.target()).below(child);
                all = all.saturating_add(target);
                in_aliases = in_aliases.saturating_add(target);
            } else if !child.is_merged {
                all = all.saturating_add(keys_read_again(stream, child.id));
            }
            if in_aliases > self.most || is_too_much(all, in_aliases) {
                return true;
            }
            let first = todo.len();
            each_child(stream, child.id, |child| todo.push(child));
            todo[first..].reverse();
        }
        false
    }
}

/// v3 reads the keys of a mapping with `<<` a second time.
fn keys_read_again(stream: &Stream, id: NodeId) -> u64 {
    let node = Node::new(stream, id);
    let applies = stream.dialect == Dialect::GoYaml3
        && node.data().detail & IRREGULAR != 0
        && node.written_entries().any(|entry| is_merge_key(entry.key));
    if applies && node.is_mapping() { node.len() as u64 } else { 0 }
}

fn is_too_much(all: u64, in_aliases: u64) -> bool {
    in_aliases > 100 && all > 1000 && in_aliases as f64 / all as f64 > allowed_share(all)
}

fn allowed_share(all: u64) -> f64 {
    let beyond = all.clamp(SMALL, LARGE) - SMALL;
    0.99 - 0.89 * (beyond as f64 / (LARGE - SMALL) as f64)
}

/// The children that a decoder visits: of a merge key only what it merges.
fn each_child(stream: &Stream, id: NodeId, mut visit: impl FnMut(Child)) {
    let data = stream.data(id);
    let children = stream.child_ids(data);
    let child = |is_merged| move |&id: &NodeId| Child { id, is_merged };
    if data.shape != Shape::Mapping {
        children.iter().map(child(false)).for_each(visit);
        return;
    }
    for pair in children.chunks_exact(2) {
        let value = stream.data(pair[1]);
        if !is_merge_key(Node::new(stream, pair[0])) {
            pair.iter().map(child(false)).for_each(&mut visit);
        } else if value.shape == Shape::Sequence {
            stream.child_ids(value).iter().map(child(true)).for_each(&mut visit);
        } else {
            visit(Child { id: pair[1], is_merged: true });
        }
    }
}
