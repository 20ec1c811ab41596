//! Whether two values are one, compared node by node: aliases may make a value
//! far longer than its text, so it is never written out.

use rustc_hash::FxHashSet;

use crate::entries::Entry;
use crate::tree::NodeId;
use crate::{Node, Value};

pub(crate) fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    // What is reached through aliases is compared once, however often it is.
    let mut seen: FxHashSet<(NodeId, NodeId)> = FxHashSet::default();
    let mut waiting = vec![(one, other)];
    while let Some((one, other)) = waiting.pop() {
        let is_shared = one.is_alias() || other.is_alias();
        if is_shared && !seen.insert((one.id(), other.id())) || is_identical(one, other) {
            continue;
        }
        match (one.value(), other.value()) {
            (Value::Sequence, Value::Sequence) if one.len() == other.len() => {
                waiting.extend(one.items().zip(other.items()));
            }
            (Value::Mapping, Value::Mapping) => {
                let Some(pairs) = pairs(one, other) else { return false };
                waiting.extend(pairs);
            }
            (Value::Sequence | Value::Mapping, _) | (_, Value::Sequence | Value::Mapping) => return false,
            _ if is_same_scalar(one, other) => {}
            _ => return false,
        }
    }
    true
}

fn is_identical(one: Node<'_>, other: Node<'_>) -> bool {
    std::ptr::eq(one.stream(), other.stream()) && one.id() == other.id()
}

/// The values of each name; none where the names differ.
fn pairs<'a>(one: Node<'a>, other: Node<'a>) -> Option<Vec<(Node<'a>, Node<'a>)>> {
    let [one, other] = [one, other].map(|node| {
        let mut entries: Vec<Entry<'a>> = node.entries().collect();
        entries.sort_by_cached_key(Entry::name);
        entries
    });
    let is_same = one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| a.name() == b.name());
    is_same.then(|| one.iter().zip(&other).map(|(a, b)| (a.value, b.value)).collect())
}

/// Scalars are the same that are written as the same JSON.
fn is_same_scalar(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.value(), other.value()) {
        (Value::Str(a), Value::Str(b)) if is_time(one) == is_time(other) => {
            a == b || is_time(one) && one.to_json() == other.to_json()
        }
        // A time may be written as another string says it.
        (Value::Str(a), Value::Str(b)) => a.len().max(b.len()) < 100 && one.to_json() == other.to_json(),
        (Value::Str(_), _) | (_, Value::Str(_)) => false,
        _ => one.to_json() == other.to_json(),
    }
}

fn is_time(node: Node<'_>) -> bool {
    node.data().shape.is_time()
}
