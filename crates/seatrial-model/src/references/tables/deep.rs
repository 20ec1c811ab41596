//! References that stand at some depth below a field, found by the names of
//! their keys: providers and authentication come in many shapes.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::references::site::Site;
use crate::references::tables::{CONFIG_MAP, SECRET, SERVICE_ACCOUNT};
use crate::references::{GroupKind, Part, Reference, Relation, Scope};

const DEPTH_MAX: usize = 8;
const NODES_MAX: usize = 2_000;

/// Every `...SecretRef`, `...configMapRef` and `serviceAccountRef` below, in
/// the own namespace unless another is written.
pub(super) fn credentials(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    descend(site, &Scope::Same, found);
}

/// The same for an object outside namespaces: they may be anywhere.
pub(super) fn credentials_anywhere(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    descend(site, &Scope::Any, found);
}

/// Works off a stack, so that the depth of the input is no depth of calls.
fn descend(site: &Site<'_, '_>, elsewhere: &Scope, found: &mut Vec<Reference>) {
    let mut open = vec![(site.node, Vec::new())];
    let mut nodes = 0;
    while let Some((node, steps)) = open.pop() {
        nodes += 1;
        if nodes > NODES_MAX {
            return;
        }
        found.extend(credential(site, node, &steps, elsewhere));
        if steps.len() == DEPTH_MAX {
            continue;
        }
        let mut below = Vec::new();
        for entry in node.entries().take(NODES_MAX) {
            below.push((entry.value, PathStep::Key(SmolStr::new(entry.name()))));
        }
        for (place, item) in (0..).zip(node.items().take(NODES_MAX)) {
            below.push((item, PathStep::Index(place)));
        }
        let below = below.into_iter().rev().filter(|it| it.0.is_mapping() || it.0.is_sequence());
        open.extend(below.map(|(node, step)| (node, [steps.as_slice(), &[step]].concat())));
    }
}

fn credential(
    site: &Site<'_, '_>,
    node: Node<'_>,
    steps: &[PathStep],
    elsewhere: &Scope,
) -> Option<Reference> {
    let PathStep::Key(key) = steps.last()? else { return None };
    let (relation, kinds) = kinds_of(key)?;
    let name = node.get("name")?.as_str()?;
    let path = |key: &'static str| site.path(&[steps, &[PathStep::Key(SmolStr::new_static(key))]].concat());
    let written = node.get("namespace").and_then(Node::as_str).filter(|it| !it.is_empty());
    let scope = written.map_or_else(|| elsewhere.clone(), |it| Scope::Named(it.into()));
    let part = node.get("key").and_then(Node::as_str).map(|it| (Part::Key(it.into()), path("key")));
    Some(Reference { scope, part, ..site.reference(relation, kinds, name, path("name")) })
}

fn kinds_of(key: &str) -> Option<(Relation, &'static [GroupKind])> {
    let ends = |end: &str| {
        key.len() >= end.len() && key.is_char_boundary(key.len() - end.len()) && {
            key[key.len() - end.len()..].eq_ignore_ascii_case(end)
        }
    };
    if ends("secretRef") || ends("secretKeyRef") || ends("secretSecretRef") {
        return Some((Relation::Credentials, SECRET));
    }
    if ends("configMapRef") || ends("configMapKeyRef") {
        return Some((Relation::Credentials, CONFIG_MAP));
    }
    (key == "serviceAccountRef").then_some((Relation::Account, SERVICE_ACCOUNT))
}
