//! The way to a node.

use seatrial_source::Span;
use seatrial_yaml::{Entry, FieldPath, Node, PathStep};

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
        let (at, key, child) = child_before(node, target.span())?;
        if child.is_alias() || !child.span().contains(target.span()) {
            return None;
        }
        path.push(key.map_or(PathStep::Index(at as u32), |key| PathStep::Key(key.name().as_ref().into())));
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
        let (.., child) = child_before(node, span)?;
        node = Some(child).filter(|it| !it.is_alias() && it.span().contains(span))?;
    }
    None
}

/// The last item, or value of an entry as written, that begins before a span
/// or with it: no other can hold it. Comes with its place, and the entry.
pub(crate) fn child_before(node: Node<'_>, span: Span) -> Option<(usize, Option<Entry<'_>>, Node<'_>)> {
    let start = |at: usize| match node.written_entry(at) {
        Some(entry) => Some(entry.key.written_span().start),
        None => node.index(at).map(|it| it.written_span().start),
    };
    let (mut low, mut high) = (0, node.len());
    while low < high {
        let middle = low.midpoint(high);
        if start(middle)? <= span.start { low = middle + 1 } else { high = middle }
    }
    let at = low.checked_sub(1)?;
    let entry = node.written_entry(at);
    Some((at, entry, entry.map(|it| it.value).or_else(|| node.index(at))?))
}
