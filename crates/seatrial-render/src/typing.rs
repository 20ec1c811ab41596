//! What is told of a document that does not say as what it is to be read.

use seatrial_diagnostics::{Location, Notice};
use seatrial_yaml::{Node, Stream};

use crate::checks::MISSING_OBJECT_TYPE;
use crate::documents::{DocumentKind, Typing, kind_of};
use crate::{letter_case, origin};

/// The notices about the types of a document, and of the items of a list.
pub(crate) fn notices(root: Node<'_>, kind: &DocumentKind) -> Vec<Notice> {
    match kind {
        DocumentKind::Untyped(absent) => untyped(root, absent).into_iter().collect(),
        DocumentKind::Objects(held) => {
            let of_item = held.iter().filter_map(|it| match it.typing {
                Typing::Absent(absent) => Some(untyped_item(root.stream().node(it.node), absent)),
                Typing::WrongCase => letter_case::notice(root.stream().node(it.node)),
                Typing::Written | Typing::OfList(_) => None,
            });
            of_item.collect()
        }
        _ => Vec::new(),
    }
}

/// The same for a text that a chart made, which Helm hands to the API server whole.
pub(crate) fn of_made(stream: &Stream) -> Vec<Notice> {
    let is_unclear = |root: &Node<'_>| {
        root.is_mapping()
            && (root.get("apiVersion").is_none()
                || root.get("kind").is_none()
                || root.get("items").is_some_and(Node::is_sequence)
                || letter_case::is_wrong(*root))
    };
    stream.roots().filter(is_unclear).flat_map(|root| notices(root, &kind_of(root))).collect()
}

fn untyped(root: Node<'_>, absent: &str) -> Option<Notice> {
    let present = if absent == "kind" { "apiVersion" } else { "kind" };
    let entry = root.entry(present)?;
    let name = root.get("metadata")?.get("name").and_then(Node::as_str).unwrap_or_default();
    let word = entry.value.as_str().unwrap_or_default();
    let message = format!("{word} {name} has no `{absent}`");
    Some(Notice::new(&MISSING_OBJECT_TYPE, Location::text(entry.span()), message))
}

fn untyped_item(item: Node<'_>, absent: &str) -> Notice {
    let name = item.get("metadata").and_then(|it| it.get("name")).and_then(Node::as_str);
    let message = match name {
        Some(name) => format!("the list's item {name} has no `{absent}`"),
        None => format!("an item of the list has no `{absent}`"),
    };
    Notice::new(&MISSING_OBJECT_TYPE, Location::text(origin::first_line(item)), message)
}
