//! Whether a reference of the Gateway API into another namespace is allowed.

use seatrial_yaml::Node;

use crate::references::{Link, Relation, Scope};
use crate::{Object, Repository};

const GROUP: &str = "gateway.networking.k8s.io";

/// Whether a reference needs a `ReferenceGrant`, and has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// It stays in its namespace, or crosses it where that is free.
    NotNeeded,
    /// The other namespace allows it.
    Given,
    /// Nothing in the tree allows it.
    Absent,
}

/// Whether a backend or certificate in another namespace may be used.
pub(super) fn grant(repository: &Repository, link: &Link) -> Grant {
    let from = repository.object(link.from);
    let crosses = matches!(link.relation, Relation::Backend | Relation::Certificate) && from.group() == GROUP;
    let Scope::Named(namespace) = &link.scope else { return Grant::NotNeeded };
    if !crosses || from.namespace().is_none_or(|own| own == namespace) {
        return Grant::NotNeeded;
    }
    let grants = repository.of_kind(GROUP, "ReferenceGrant");
    let mut near = grants.filter(|it| it.namespace().is_none_or(|own| own == namespace));
    if near.any(|it| allows(it, from, link)) { Grant::Given } else { Grant::Absent }
}

fn allows(grant: &Object, from: &Object, link: &Link) -> bool {
    let list = |key| grant.field(&["spec", key]).into_iter().flat_map(Node::items);
    let text =
        |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let to = |it: Node<'_>| {
        let name = text(it, "name");
        link.wants(&text(it, "group"), &text(it, "kind")) && (name.is_empty() || link.name() == Some(&name))
    };
    let by = |it: Node<'_>| {
        from.is(&text(it, "group"), &text(it, "kind")) && from.namespace() == Some(&text(it, "namespace"))
    };
    list("from").any(by) && list("to").any(to)
}
