//! The way to a node.

use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Node, PathStep};

/// Nodes that are looked at on the way to one; bounds what aliases multiply.
const STEPS: usize = 100_000;

/// The path from a document's root to a node of it.
pub(crate) fn path_to(root: Node<'_>, target: Node<'_>) -> Option<FieldPath> {
    let mut path = FieldPath::root();
    let mut node = root;
    for _ in 0..STEPS {
        if node.id() == target.id() {
            return Some(path);
        }
        let inside = |child: Node<'_>| !child.is_alias() && child.span().contains(target.span());
        let (step, child) = children(node).find(|(_, child)| inside(*child))?;
        path.push(step);
        node = child;
    }
    None
}

/// The node that stands exactly there.
pub(crate) fn at_span(root: Node<'_>, span: Span) -> Option<Node<'_>> {
    let mut node = root;
    for _ in 0..STEPS {
        if node.span() == span && !node.is_mapping() && !node.is_sequence() {
            return Some(node);
        }
        let inside = |child: &Node<'_>| !child.is_alias() && child.span().contains(span);
        node = children(node).map(|(_, child)| child).find(inside)?;
    }
    None
}

fn children<'a>(node: Node<'a>) -> Box<dyn Iterator<Item = (PathStep, Node<'a>)> + 'a> {
    if node.is_sequence() {
        return Box::new(node.items().enumerate().map(|(at, item)| (PathStep::Index(at as u32), item)));
    }
    Box::new(node.written_entries().map(|entry| (PathStep::Key(entry.name().as_ref().into()), entry.value)))
}
