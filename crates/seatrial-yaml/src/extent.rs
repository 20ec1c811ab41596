//! How much lies below a node, and whether two are written alike, told from the
//! records alone: all that is below a node was completed right before it.

use crate::Node;
use crate::tree::{NodeData, NodeId, Shape};

/// Longer is no scalar but a string: `-1.2345678901234567e-308`.
const SCALAR_MOST: usize = 24;

/// How much a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many nodes there are, keys included.
    pub nodes: usize,
    /// How many bytes their texts and numbers have at most, without quotes and escapes.
    pub text: usize,
}

/// The value and all below it, in the order of their ends.
fn records(node: Node<'_>) -> &[NodeData] {
    let stream = node.stream();
    let mut first = node.id();
    while let Some(&child) = stream.child_ids(stream.data(first)).first() {
        first = child;
    }
    stream.records(first, node.id())
}

/// None where an alias or a collection as a key stands in it.
pub(crate) fn of(node: Node<'_>) -> Option<Extent> {
    let records = records(node);
    let mut text = 0;
    for record in records {
        text += match record.shape {
            Shape::Alias => return None,
            Shape::Mapping if has_collection_as_key(node, record) => return None,
            Shape::Mapping | Shape::Sequence => 0,
            Shape::Str | Shape::DecodedStr | Shape::Time | Shape::DecodedTime => record.run().len(),
            _ => SCALAR_MOST,
        };
    }
    Some(Extent { nodes: records.len(), text })
}

fn has_collection_as_key(node: Node<'_>, mapping: &NodeData) -> bool {
    let is_collection =
        |id: &NodeId| matches!(node.stream().data(*id).shape, Shape::Mapping | Shape::Sequence);
    node.stream().child_ids(mapping).iter().step_by(2).any(is_collection)
}

/// Whether both are the same text, read the same way, so that what is said of
/// one is true of the other. Where aliases are, they are not.
pub(crate) fn is_written_alike(one: Node<'_>, other: Node<'_>) -> bool {
    if one.stream().dialect() != other.stream().dialect() || one.source_text() != other.source_text() {
        return false;
    }
    let (start, other_start) = (one.span().start, other.span().start);
    let (records, others) = (records(one), records(other));
    records.len() == others.len()
        && records.iter().zip(others).all(|(a, b)| {
            a.shape == b.shape
                && a.shape != Shape::Alias
                && a.start.wrapping_sub(start) == b.start.wrapping_sub(other_start)
                && a.end.wrapping_sub(start) == b.end.wrapping_sub(other_start)
        })
}

#[cfg(test)]
mod tests {
    use seatrial_source::FileId;

    use super::*;
    use crate::{Dialect, Limits, Stream, parse};

    fn stream(text: &str) -> Stream {
        parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default())
    }

    #[test]
    fn an_extent_counts_what_is_below() {
        let stream = stream("x\n---\na: {b: [1, text]}\nc:\n---\na: &n 1\nb: *n\n---\n? [a]\n: b\n");
        let extents: Vec<_> = stream.roots().map(Node::extent).collect();
        let some = |nodes, text| Some(Extent { nodes, text });
        assert_eq!(extents, [some(1, 1), some(9, 3 + 4 + 2 * SCALAR_MOST), None, None]);
    }

    #[test]
    fn the_same_text_is_alike_unless_it_means_something_else() {
        let [a, b, c, d] = [
            stream("x: 1\n---\nk: {a: b}\nl: |\n  x\n"),
            stream("k: {a: b}\nl: |\n  x\n"),
            stream("k: {a: c}\nl: |\n  x\n"),
            stream("- &n 1\n- [*n]\n---\n- &n 2\n- [*n]\n"),
        ];
        let root = |stream: &'static Stream, index| stream.document_root(index).expect("a document");
        let [a, b, c, d] = [a, b, c, d].map(|it| &*Box::leak(Box::new(it)));
        assert!(root(a, 1).is_written_alike(root(b, 0)));
        assert!(!root(a, 1).is_written_alike(root(c, 0)));
        let item = |document| root(d, document).index(1).expect("an item");
        assert!(!item(0).is_written_alike(item(1)));
    }
}
