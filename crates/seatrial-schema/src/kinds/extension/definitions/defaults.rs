//! Whether the defaults in a schema are what the schema asks for
//! (`apiextensions-apiserver` 0.36, `pkg/apiserver/schema/{defaulting,pruning}`).

use crate::custom;
use crate::errors::Errors;
use crate::path::Path;
use crate::structural::Structural;
use crate::value::{Entry, Value};

const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The rules for all defaults of the schema of a whole resource.
pub(super) fn validate(schema: &Value, must_be_pruned: bool, at: &Path<'_>, errors: &mut Errors) {
    walk(schema, Place { is_resource: true, inside_meta: false, must_be_pruned }, at, errors);
}

/// Whether no default holds a field that its schema does not know.
pub(super) fn are_pruned(schema: &Value) -> bool {
    !super::schemas::any(schema, &mut |schema| schema.has("default") && has_unknown(schema, false))
}

#[derive(Clone, Copy)]
struct Place {
    is_resource: bool,
    inside_meta: bool,
    must_be_pruned: bool,
}

fn walk(schema: &Value, place: Place, at: &Path<'_>, errors: &mut Errors) {
    let is_resource = place.is_resource || schema.bool("x-kubernetes-embedded-resource");
    let inside_meta = place.inside_meta && !is_resource;
    if let Some(default) = schema.opt("default") {
        let at = at.child("default");
        if place.must_be_pruned && !inside_meta && has_unknown(schema, place.is_resource) {
            errors.invalid(&at, default.clone(), "must not have unknown fields");
        }
        let before = errors.len();
        let structural = Structural::read(schema);
        custom::validate_value(&structural, default, &at, errors);
        if errors.len() == before {
            custom::check_default(&structural, default, is_resource, &at, errors);
        }
    }
    let below = Place { is_resource: false, inside_meta, ..place };
    if let Some(items) = schema.opt("items") {
        walk(items, below, &at.child("items"), errors);
    }
    let at = at.child("properties");
    for Entry { key, value, .. } in schema.entries("properties") {
        let inside_meta = inside_meta || (is_resource && META.contains(&key.as_str()));
        walk(value, Place { inside_meta, ..below }, &at.key(key), errors);
    }
}

fn has_unknown(schema: &Value, is_resource: bool) -> bool {
    let mut pruned = schema.at("default").clone();
    let is_resource = is_resource || schema.bool("x-kubernetes-embedded-resource");
    prune(&mut pruned, Some(schema), is_resource);
    pruned != *schema.at("default")
}

/// Drops fields that a schema does not know; without a schema, all.
pub(super) fn prune(value: &mut Value, schema: Option<&Value>, is_resource: bool) {
    let keeps_unknown = schema.is_some_and(|it| it.bool("x-kubernetes-preserve-unknown-fields"));
    match value {
        Value::Map(map) => {
            let is_resource =
                is_resource || schema.is_some_and(|it| it.bool("x-kubernetes-embedded-resource"));
            let is_meta = |key: &str| is_resource && META.contains(&key);
            let known = |key: &str| schema.and_then(|schema| schema.at("properties").opt(key));
            let others = schema.and_then(|schema| schema.opt("additionalProperties"));
            map.retain(|it| {
                keeps_unknown || is_meta(&it.key) || known(&it.key).is_some() || others.is_some()
            });
            for (key, value) in map.values_mut() {
                if is_meta(key) {
                    continue;
                }
                match (known(key), others) {
                    (Some(schema), _) => prune(value, Some(schema), false),
                    (None, Some(others)) => {
                        prune(value, Some(others).filter(|it| it.as_map().is_some()), false);
                    }
                    (None, None) => {}
                }
            }
        }
        Value::List(items) => {
            let schema = schema.and_then(|schema| schema.opt("items"));
            for item in items {
                if keeps_unknown && schema.is_none_or(|it| !it.bool("x-kubernetes-embedded-resource")) {
                    prune_kept(item, schema);
                } else {
                    prune(item, schema, false);
                }
            }
        }
        _ => {}
    }
}

/// Below a list that keeps what is unknown, only what is specified is pruned.
fn prune_kept(value: &mut Value, schema: Option<&Value>) {
    let Some(schema) = schema else { return };
    match value {
        Value::Map(map) => {
            for (key, value) in map.values_mut() {
                let known = schema.at("properties").opt(key).or_else(|| schema.opt("additionalProperties"));
                if let Some(schema) = known {
                    prune(value, Some(schema).filter(|it| it.as_map().is_some()), false);
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| prune_kept(item, schema.opt("items"))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn unknown_fields_are_dropped_unless_they_are_kept() {
        let schema = value(
            "properties: {a: {type: object, properties: {b: {type: string}}}, raw: {type: object, x-kubernetes-preserve-unknown-fields: true}}",
        );
        let mut object = value("{a: {b: x, c: 1}, raw: {d: 1}, e: 2}");
        prune(&mut object, Some(&schema), false);
        assert_eq!(object, value("{a: {b: x}, raw: {d: 1}}"));
    }
}
