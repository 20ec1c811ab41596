//! Several states of a definition as one that refuses only what all of them do.

use std::collections::BTreeMap;

use seatrial_schema::structural::ValueKind;

use super::schema::{Bounds, Kind, Node};

/// The union of two schemas, the newer one second.
pub(super) fn merge(old: Node, new: Node) -> Node {
    // What once was open and is written out now says more; what was opened later
    // was meant to be.
    if new.is_opaque() {
        return new;
    }
    if old.is_opaque() && new.kind == Kind::One(ValueKind::Object) {
        return without_required(new);
    }
    let is_default_lost = new.has_default();
    let anything = || Node { is_default_lost, ..Node::anything() };
    let Some(kind) = common(old.kind, new.kind) else { return anything() };
    let is_map_once = old.additional.is_some() != new.additional.is_some();
    if kind == Kind::One(ValueKind::Object) && is_map_once {
        return anything();
    }
    // Where the type is another, what the newer state says of its values is not
    // said of all.
    let is_same = old.kind == new.kind;
    // Where another release fills in something else, an object may rely on either.
    let is_kept = is_same && (old.default.is_empty() || old.default == new.default);
    let had_default = !old.default.is_empty() || !new.default.is_empty();
    let is_default_lost = old.is_default_lost || new.is_default_lost || had_default && !is_kept;
    // Where fields went, an older release had other rules for those that stayed.
    let is_incompatible = old.properties.keys().any(|it| !new.properties.contains_key(it));
    let mut rules = new.rules;
    rules.retain(|it| is_same && (!is_incompatible || old.rules.contains(it)));
    Node {
        rules,
        kind,
        open: old.open || new.open,
        nullable: old.nullable || new.nullable,
        embedded: old.embedded && new.embedded,
        required: old.required.intersection(&new.required).cloned().collect(),
        properties: fields(old.properties, new.properties),
        additional: either(old.additional, new.additional),
        items: either(old.items, new.items),
        bounds: if is_same { bounds(&old.bounds, new.bounds) } else { Bounds::default() },
        default: if is_default_lost { String::new() } else { new.default },
        is_default_lost,
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
    use Kind::{IntOrString, One};
    use ValueKind::{Integer, Number, String};
    match (old, new) {
        _ if old == new => Some(new),
        (One(Integer), One(Number)) | (One(Number), One(Integer)) => Some(One(Number)),
        (One(Integer | String) | IntOrString, One(Integer | String) | IntOrString) => Some(IntOrString),
        _ => None,
    }
}

/// Those of the newer state; words that an older one took are taken.
fn bounds(old: &Bounds, mut new: Bounds) -> Bounds {
    if !new.values.is_empty() {
        new.values.extend(old.values.iter().cloned());
    }
    new
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
    fn values_are_bound_by_the_newest_state() {
        let bound = |bounds: serde_json::Value| spec(&json!({"type": "object", "properties": {"a": bounds}}));
        let old = bound(json!({"type": "string", "enum": ["x"], "pattern": "^x$", "maxLength": 3}));
        let new = bound(json!({"type": "string", "pattern": "^[xy]$", "maxLength": 9, "default": "y",
            "x-kubernetes-validations": [{"rule": "self != 'z'", "message": "no"}, {"rule": "self == oldSelf"}]}));
        let a = &merge(old, new).properties["spec"].properties["a"];
        assert_eq!((a.bounds.pattern.as_str(), a.bounds.limits[3]), ("^[xy]$", Some(9)));
        assert!(a.bounds.values.is_empty());
        assert_eq!((a.default.as_str(), a.rules.len()), ("\"y\"", 1));
    }

    #[test]
    fn rules_see_what_any_release_fills_in_or_are_dropped() {
        let state = |mode: &str, more: serde_json::Value| {
            let mut fields = json!({"mode": {"type": "string", "default": mode}, "pipeline": {"type": "array"},
                "long": {"type": "string", "default": mode.repeat(200)}});
            fields.as_object_mut().expect("it is one").extend(more.as_object().cloned().unwrap_or_default());
            spec(&json!({"type": "object", "properties": fields, "x-kubernetes-validations": [
                {"rule": "self.mode != 'Pipeline' || has(self.pipeline)"}, {"rule": "self.long != ''"},
                {"rule": "size(self.pipeline) < 9"}]}))
        };
        let told = |old: Node| {
            let mut merged = merge(old, state("Pipeline", json!({})));
            merged.drop_blind_rules();
            let spec = &merged.properties["spec"];
            let rules: Vec<String> = spec.rules.iter().map(|it| it.expression.clone()).collect();
            (spec.properties["mode"].default.clone(), rules)
        };
        let sees = ["self.mode != 'Pipeline' || has(self.pipeline)", "size(self.pipeline) < 9"];
        assert_eq!(
            told(state("Pipeline", json!({}))),
            ("\"Pipeline\"".to_owned(), sees.map(str::to_owned).to_vec())
        );
        assert_eq!(told(state("Resources", json!({}))), (String::new(), vec![sees[1].to_owned()]));
    }

    #[test]
    fn rules_of_a_release_that_took_fields_away_are_not_those_of_all() {
        let old =
            spec(&json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "x-kubernetes-validations": [{"rule": "self.b != ''"}]}));
        let new = spec(&json!({"type": "object", "properties": {"b": {"type": "string"}},
            "x-kubernetes-validations": [{"rule": "self.b != ''"}, {"rule": "has(self.b)"}]}));
        let rules = merge(old, new).properties["spec"].rules.clone();
        assert_eq!(rules.iter().map(|it| it.expression.as_str()).collect::<Vec<_>>(), ["self.b != ''"]);
    }

    #[test]
    fn clauses_are_kept_whole_or_not_at_all() {
        let clauses = |clause: serde_json::Value| {
            spec(&json!({"type": "object", "anyOf": [clause]})).properties["spec"].bounds.clauses[1].len()
        };
        assert_eq!(clauses(json!({"required": ["a"]})), 1);
        assert_eq!(clauses(json!({"properties": {"a": {"maxLength": 0, "pattern": "^a"}}})), 1);
        assert_eq!(clauses(json!({"not": {"properties": {"a": {"enum": ["x"]}}}})), 1);
        assert_eq!(clauses(json!({"not": {"properties": {"a": {"enum": [null]}}}})), 0);
        assert_eq!(clauses(json!({"type": "string"})), 0);
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
