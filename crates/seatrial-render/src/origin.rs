//! Where a person edits to change a field of an object.

use seatrial_diagnostics::FieldPart;
use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Located, Node};

use crate::charts::guide::Asked;

/// The bytes of a field: a scalar's value, a collection's key, and for a field
/// that is absent the key of its nearest written ancestor.
pub(crate) fn of_field(root: Node<'_>, path: &FieldPath, part: Option<&FieldPart>) -> Span {
    let found = root.nearest(path);
    if found.matched < path.len() || part == Some(&FieldPart::Key) {
        return head(root, found);
    }
    let node = found.node;
    let is_scalar = !node.is_mapping() && !node.is_sequence();
    if !is_scalar || node.span().is_empty() {
        return head(root, found);
    }
    let bytes = match part {
        Some(FieldPart::Bytes(bytes)) => node.part_span(bytes.start as usize..bytes.end as usize),
        _ => None,
    };
    bytes.unwrap_or_else(|| node.span())
}

/// The first words of a collection: its key, or its first entry.
fn head(root: Node<'_>, found: Located<'_>) -> Span {
    if let Some(entry) = found.entry {
        return entry.key.written_span();
    }
    if found.node.id() == root.id()
        && let Some(kind) = root.entry("kind")
    {
        return kind.span();
    }
    first_line(found.node)
}

/// An item of a sequence has no key: what stands on its first line names it.
pub(crate) fn first_line(node: Node<'_>) -> Span {
    let span = node.span();
    let text = node.source_text();
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    Span::new(span.file, span.start, span.start + text[..end].trim_end().len() as u32)
}

/// What a field of rendered text is, for finding out where it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) key: Asked,
    /// The bytes of the container that the field is, or that it would stand in.
    pub(crate) container: Option<Span>,
}

/// What [`of_field`] gives for a field: its key, or its value.
pub(crate) fn asked(root: Node<'_>, path: &FieldPath, part: Option<&FieldPart>) -> Question {
    let found = root.nearest(path);
    let node = found.node;
    let is_container = node.is_mapping() || node.is_sequence();
    let is_key = found.matched < path.len() || is_container || part == Some(&FieldPart::Key);
    let holds = is_container && node.id() != root.id() && !node.span().is_empty();
    Question {
        key: if is_key || node.span().is_empty() { Asked::Key } else { Asked::Scalar },
        container: (holds && part != Some(&FieldPart::Key)).then(|| node.span()),
    }
}
