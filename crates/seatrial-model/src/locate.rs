//! From a field of an object to the bytes that are written for it.

use seatrial_diagnostics::{FieldPart, Location};
use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Node};

use crate::{Object, Repository};

impl Object {
    /// The bytes that stand for a field: a scalar's value, a collection's key.
    /// An absent field stands for its nearest written ancestor, the object
    /// itself for its name.
    pub fn span_at(&self, path: &FieldPath) -> Span {
        let located = self.root().nearest(path);
        let Some(entry) = located.entry else {
            // The root, or an item of a sequence: collections start at their first key.
            return if located.matched == 0 { self.name_span() } else { first_line(located.node) };
        };
        let is_collection = located.node.is_mapping() || located.node.is_sequence();
        if is_collection || located.matched < path.len() || located.node.span().is_empty() {
            entry.key.span()
        } else {
            located.node.span()
        }
    }

    fn name_span(&self) -> Span {
        let name = self.field(&["metadata", "name"]).filter(|node| !node.span().is_empty());
        let node = name.or_else(|| self.field(&["kind"]));
        node.map_or_else(|| first_line(self.root()), Node::span)
    }
}

impl Repository {
    /// The bytes that stand for a location; none when it names no object, or
    /// a part of a scalar that is not there.
    pub fn span(&self, location: &Location) -> Option<Span> {
        match location {
            Location::Text { span } => Some(*span),
            Location::Field { unit, object, path, part } => {
                let object = self.bundles.get(unit.0 as usize)?.objects().get(object.0 as usize)?;
                let part = match part {
                    Some(FieldPart::Bytes(bytes)) => object
                        .at(path)
                        .and_then(|node| node.part_span(bytes.start as usize..bytes.end as usize)),
                    Some(FieldPart::Key) => object.root().nearest(path).entry.map(|entry| entry.key.span()),
                    None => None,
                };
                Some(part.unwrap_or_else(|| object.span_at(path)))
            }
        }
    }
}

/// The first entry's key of a mapping, the whole of a scalar.
fn first_line(node: Node<'_>) -> Span {
    let first = node.written_entries().next().map(|entry| entry.key.span());
    first.unwrap_or_else(|| node.span())
}
