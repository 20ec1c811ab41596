//! Aliases that multiply a document: the count that the Go libraries keep,
//! without expanding anything.

use crate::entries::is_merge_key;
use crate::tree::{NodeId, Shape};
use crate::{Node, Stream};

/// Up to here, Go lets nearly all visits come from aliases; the share then
/// falls until `LARGE`.
const SMALL: u64 = 400_000;
const LARGE: u64 = 4_000_000;

pub(crate) struct AliasCount {
    /// Visits below each node, itself included, by id.
    visits: Vec<u64>,
    most: u64,
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

    fn count(&self, stream: &Stream, id: NodeId) -> u64 {
        let data = stream.data(id);
        if data.shape == Shape::Alias {
            return 1u64.saturating_add(self.visits[data.target().0 as usize]);
        }
        let mut sum = 1u64;
        decoded_children(stream, id, |child| sum = sum.saturating_add(self.visits[child.0 as usize]));
        sum
    }

    /// Goes through the document in Go's order. Inside an alias both counts
    /// grow alike, so it is enough to look at the end of each.
    fn walk(&self, stream: &Stream, root: NodeId) -> bool {
        let mut all = 1u64;
        let mut in_aliases = 0u64;
        let mut todo = vec![root];
        while let Some(id) = todo.pop() {
            let data = stream.data(id);
            all = all.saturating_add(1);
            if data.shape == Shape::Alias {
                let target = self.visits[data.target().0 as usize];
                all = all.saturating_add(target);
                in_aliases = in_aliases.saturating_add(target);
            }
            if in_aliases > self.most || is_too_much(all, in_aliases) {
                return true;
            }
            let first = todo.len();
            decoded_children(stream, id, |child| todo.push(child));
            todo[first..].reverse();
        }
        false
    }
}

fn is_too_much(all: u64, in_aliases: u64) -> bool {
    in_aliases > 100 && all > 1000 && in_aliases as f64 / all as f64 > allowed_share(all)
}

fn allowed_share(all: u64) -> f64 {
    let beyond = all.clamp(SMALL, LARGE) - SMALL;
    0.99 - 0.89 * (beyond as f64 / (LARGE - SMALL) as f64)
}

/// The children that a decoder visits: of a merge key only what it merges.
fn decoded_children(stream: &Stream, id: NodeId, mut visit: impl FnMut(NodeId)) {
    let data = stream.data(id);
    let children = stream.child_ids(data);
    if data.shape != Shape::Mapping {
        children.iter().copied().for_each(visit);
        return;
    }
    for pair in children.chunks_exact(2) {
        let value = stream.data(pair[1]);
        if !is_merge_key(Node::new(stream, pair[0])) {
            visit(pair[0]);
            visit(pair[1]);
        } else if value.shape == Shape::Sequence {
            stream.child_ids(value).iter().copied().for_each(&mut visit);
        } else {
            visit(pair[1]);
        }
    }
}
