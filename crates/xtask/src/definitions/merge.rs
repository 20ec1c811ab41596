//! Several states of a definition as one that refuses only what all of them do.

use std::collections::BTreeMap;

use super::schema::{Bounds, Kind, Node};

/// The union of two schemas, the newer one second.
pub(super) fn merge(old: Node, new: Node) -> Node {
    // What once was open and is written out now says more; what was opened later
    // was meant to be.
    if new.is_opaque() {
        return new;
    }
    if old.is_opaque() && new.kind == Kind::Object {
        return without_required(new);
    }
    let Some(kind) = common(old.kind, new.kind) else { return Node::anything() };
    let is_map_once = old.additional.is_some() != new.additional.is_some();
    if kind == Kind::Object && is_map_once {
        return Node { open: true, ..Node::anything() };
    }
    Node {
        kind,
        open: old.open || new.open,
        nullable: old.nullable || new.nullable,
        embedded: old.embedded && new.embedded,
        required: old.required.intersection(&new.required).cloned().collect(),
        properties: fields(old.properties, new.properties),
        additional: either(old.additional, new.additional),
        items: either(old.items, new.items),
        bounds: bounds(&old.bounds, new.bounds),
        map_keys: if old.map_keys == new.map_keys { new.map_keys } else { Vec::new() },
        is_set: old.is_set && new.is_set,
        refers: None,
    }
}

/// The same where nothing has to be there: an earlier state asked for nothing.
fn without_required(mut node: Node) -> Node {
    node.required.clear();
    node.properties = node.properties.into_iter().map(|(name, it)| (name, without_required(it))).collect();
    let below = |it: Box<Node>| Box::new(without_required(*it));
    Node { additional: node.additional.map(below), items: node.items.map(below), ..node }
}

fn fields(mut old: BTreeMap<String, Node>, new: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    for (name, node) in new {
        let merged = match old.remove(&name) {
            Some(before) => merge(before, node),
            None => node,
        };
        old.insert(name, merged);
    }
    old
}

fn either(old: Option<Box<Node>>, new: Option<Box<Node>>) -> Option<Box<Node>> {
    match (old, new) {
        (Some(old), Some(new)) => Some(Box::new(merge(*old, *new))),
        (old, new) => new.or(old),
    }
}

fn common(old: Kind, new: Kind) -> Option<Kind> {
    use Kind::{IntOrString, Integer, Number, String};
    match (old, new) {
        _ if old == new => Some(new),
        (Integer, Number) | (Number, Integer) => Some(Number),
        (Integer | String | IntOrString, Integer | String | IntOrString) => Some(IntOrString),
        _ => None,
    }
}

fn bounds(old: &Bounds, new: Bounds) -> Bounds {
    let is_closed = !old.values.is_empty() && !new.values.is_empty();
    let values = if is_closed { old.values.union(&new.values).cloned().collect() } else { [].into() };
    let both = |old: Option<i64>, new: Option<i64>, pick: fn(i64, i64) -> i64| Some(pick(old?, new?));
    Bounds {
        values,
        minimum: both(old.minimum, new.minimum, i64::min),
        maximum: both(old.maximum, new.maximum, i64::max),
        pattern: if old.pattern == new.pattern { new.pattern } else { String::new() },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::definitions::schema::of_object;

    fn spec(schema: &serde_json::Value) -> Node {
        of_object(&json!({"type": "object", "properties": {"spec": schema}}))
    }

    #[test]
    fn a_field_of_any_state_is_known_and_required_only_where_all_require_it() {
        let old = spec(&json!({"type": "object", "required": ["a", "b"],
            "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "string"}}}));
        let new = spec(&json!({"type": "object", "required": ["a", "c"],
            "properties": {"a": {"type": "string", "enum": ["y"]}, "c": {"type": "integer"}}}));
        let merged = &merge(old, new).properties["spec"];
        assert_eq!(merged.properties.len(), 3);
        assert_eq!(merged.required.iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(merged.properties["a"].bounds.values.len(), 2);
    }

    #[test]
    fn types_that_differ_leave_the_field_open() {
        let old = spec(
            &json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}),
        );
        let new = spec(
            &json!({"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "integer"}}}),
        );
        let merged = &merge(old, new).properties["spec"];
        assert_eq!(merged.properties["a"].kind, Kind::Any);
        assert_eq!(merged.properties["b"].kind, Kind::IntOrString);
    }

    #[test]
    fn what_was_open_and_is_written_out_later_is_closed() {
        let open = || spec(&json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}));
        let closed = || spec(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
        assert!(!merge(open(), closed()).properties["spec"].open);
        assert!(merge(closed(), open()).properties["spec"].open);
    }
}
