//! What makes a schema structural (`apiextensions-apiserver` 0.36,
//! `pkg/apiserver/schema/{convert,validation,complete}.go`).

use super::schemas::is_set;
use crate::errors::Errors;
use crate::kinds::expressions;
use crate::path::Path;
use crate::value::{Entry, Value};

const INT_OR_STRING: &str = "x-kubernetes-int-or-string";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";
const KEEPS_UNKNOWN: &str = "x-kubernetes-preserve-unknown-fields";

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Whether it is.
pub(super) fn is_structural(schema: &Value) -> bool {
    let mut errors = Errors::new();
    if unsupported(schema).is_none() {
        validate(schema, &Path::ROOT, &mut errors);
        return errors.is_empty();
    }
    false
}

/// Whether a field may be one that no structural schema has.
fn is_out_of_place(field: &Entry) -> bool {
    match field.key.as_str() {
        "description" | "type" | "properties" | "format" | "required" => false,
        "items" => matches!(field.value, Value::List(_)),
        _ => true,
    }
}

/// Why it cannot even be read as a structural schema.
pub(super) fn unsupported(schema: &Value) -> Option<String> {
    let mut found = None;
    super::schemas::any(schema, &mut |schema| {
        if !schema.as_map().is_some_and(|map| map.entries().iter().any(is_out_of_place)) {
            return false;
        }
        let fields =
            ["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"];
        let field = fields.into_iter().find(|field| is_set(schema, field));
        found = if let Some(field) = field {
            let field = if field == "$schema" { "schema" } else { field };
            Some(format!("OpenAPIV3Schema '{field}' is not supported"))
        } else if schema.opt(KEEPS_UNKNOWN) == Some(&Value::Bool(false)) {
            Some(format!("internal error: '{KEEPS_UNKNOWN}' must be true or undefined"))
        } else if !schema.items("items").is_empty() {
            Some("OpenAPIV3Schema 'items' must be a schema, but is an array".to_owned())
        } else {
            None
        };
        found.is_some()
    });
    found
}

/// The rules for a structural schema, with errors in the server's order.
pub(super) fn validate(schema: &Value, at: &Path<'_>, errors: &mut Errors) {
    let before = errors.len();
    invariants(schema, Level::Root, at, errors);
    complete(schema, Some(schema), at, at, errors);
    errors.as_mut_slice()[before..].sort_by_cached_key(ToString::to_string);
}

fn invariants(schema: &Value, level: Level, at: &Path<'_>, errors: &mut Errors) {
    let kind = schema.str("type");
    let is_embedded = schema.bool(EMBEDDED);
    let keeps_unknown = schema.bool(KEEPS_UNKNOWN);
    let at_items = at.child("items");
    match schema.opt("items") {
        None if kind == "array" => errors.required(&at_items, "must be specified"),
        None => {}
        Some(items) => invariants(items, Level::Item, &at_items, errors),
    }
    let at_properties = at.child("properties");
    for Entry { key, value, .. } in schema.entries("properties") {
        invariants(value, Level::Field, &at_properties.key(key), errors);
    }
    let at_others = at.child("additionalProperties");
    if let Some(others) = schema.opt("additionalProperties") {
        if level == Level::Root {
            errors.forbidden(&at_others, "must not be used at the root");
        }
        if others.as_map().is_some() {
            invariants(others, Level::Field, &at_others, errors);
        }
    }
    if schema.bool(INT_OR_STRING) {
        for field in [KEEPS_UNKNOWN, EMBEDDED].into_iter().filter(|field| schema.bool(field)) {
            let detail = "must be false if x-kubernetes-int-or-string is true";
            errors.invalid(&at.child(field), true, detail);
        }
    }
    let skips = Skips {
        any_of: is_int_or_string(schema.items("anyOf")),
        first_all_of: schema.items("allOf").first().is_some_and(|it| is_int_or_string(it.items("anyOf"))),
    };
    value_rules(schema, skips, at, errors);
    let at_type = at.child("type");
    if is_embedded && kind != "object" {
        let detail = "must be object if x-kubernetes-embedded-resource is true";
        match kind {
            "" => errors.required(&at_type, detail),
            _ => errors.invalid(&at_type, kind, detail),
        }
    } else if kind.is_empty() && !schema.bool(INT_OR_STRING) && !keeps_unknown {
        errors.required(
            &at_type,
            match level {
                Level::Root => "must not be empty at the root",
                Level::Item => "must not be empty for specified array items",
                Level::Field => "must not be empty for specified object fields",
            },
        );
    }
    if is_embedded && schema.has("additionalProperties") {
        errors.forbidden(&at_others, "must not be used if x-kubernetes-embedded-resource is set");
    }
    if level == Level::Root && !kind.is_empty() && kind != "object" {
        errors.invalid(&at_type, kind, "must be object at the root");
    }
    meta_fields(schema, level, &at_properties, errors);
    if is_embedded && !keeps_unknown && schema.entries("properties").is_empty() {
        let detail = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.required(&at_properties, detail);
    }
}

/// What every object has may be restricted only so far.
fn meta_fields(schema: &Value, level: Level, at: &Path<'_>, errors: &mut Errors) {
    let is_object = level == Level::Root || schema.bool(EMBEDDED);
    let properties = schema.at("properties");
    for (field, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
        let Some(property) = properties.opt(field).filter(|_| is_object) else { continue };
        if property.str("type") != wanted {
            let at = at.key(field);
            errors.invalid(&at.child("type"), property.str("type"), format!("must be {wanted}"));
        }
    }
    let Some(metadata) = properties.opt("metadata").filter(|_| level == Level::Root) else { return };
    let names = metadata.entries("properties");
    let only_names = names.iter().all(|it| matches!(it.key.as_str(), "name" | "generateName"));
    let fields = metadata.as_map().map_or(&[][..], |map| map.entries());
    let is_restricted = fields.iter().any(|it| match it.key.as_str() {
        "type" | "default" => false,
        "properties" => !only_names,
        field => is_set(metadata, field),
    });
    if is_restricted {
        let detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        errors.forbidden(&at.key("metadata"), detail);
    }
}

/// Which clauses are the known way to say "a number or a text".
#[derive(Clone, Copy, Default)]
struct Skips {
    any_of: bool,
    first_all_of: bool,
}

fn is_int_or_string(any_of: &[Value]) -> bool {
    let is_only = |schema: &Value, kind: &str| {
        schema.str("type") == kind
            && schema.as_map().is_some_and(|map| {
                map.entries().iter().all(|it| it.key == "type" || !is_set(schema, &it.key))
            })
    };
    matches!(any_of, [number, text] if is_only(number, "integer") && is_only(text, "string"))
}

fn value_rules(schema: &Value, skips: Skips, at: &Path<'_>, errors: &mut Errors) {
    for field in ["anyOf", "allOf", "oneOf"] {
        if field == "anyOf" && skips.any_of {
            continue;
        }
        let at = at.child(field);
        for (index, clause) in schema.items(field).iter().enumerate() {
            let any_of = field == "allOf" && index == 0 && skips.first_all_of;
            nested(clause, Skips { any_of, first_all_of: false }, &at.index(index), errors);
        }
    }
    if let Some(clause) = schema.opt("not") {
        nested(clause, Skips::default(), &at.child("not"), errors);
    }
    let pattern = schema.str("pattern");
    if let Some(wrong) = Some(pattern).filter(|it| !it.is_empty()).and_then(expressions::wrong_pattern) {
        let detail = format!("must be a valid regular expression, but isn't: {wrong}");
        errors.invalid(&at.child("pattern"), pattern, detail);
    }
}

/// A clause may say what values are, not what fields there are.
fn nested(clause: &Value, skips: Skips, at: &Path<'_>, errors: &mut Errors) {
    value_rules(clause, skips, at, errors);
    if let Some(items) = clause.opt("items") {
        nested(items, Skips::default(), &at.child("items"), errors);
    }
    let at_properties = at.child("properties");
    for Entry { key, value, .. } in clause.entries("properties") {
        nested(value, Skips::default(), &at_properties.key(key), errors);
    }
    for (field, must) in [
        ("type", "empty"),
        ("additionalProperties", "undefined"),
        ("default", "undefined"),
        ("title", "empty"),
        ("description", "empty"),
        ("nullable", "false"),
        (KEEPS_UNKNOWN, "false"),
        (EMBEDDED, "false"),
        (INT_OR_STRING, "false"),
        ("x-kubernetes-list-map-keys", "empty"),
        ("x-kubernetes-list-type", "undefined"),
        ("x-kubernetes-map-type", "undefined"),
        ("x-kubernetes-validations", "empty"),
    ] {
        let is_there = match field {
            "default" | "x-kubernetes-list-type" | "x-kubernetes-map-type" => clause.has(field),
            _ => is_set(clause, field),
        };
        if is_there {
            errors.forbidden(&at.child(field), format!("must be {must} to be structural"));
        }
    }
    if clause.at("properties").has("metadata") {
        errors.forbidden(&at_properties.key("metadata"), "must not be specified in a nested context");
    }
}

/// What a clause speaks of is specified outside of clauses too. Upstream asks it
/// of clauses at the root only.
fn complete(
    clause: &Value,
    schema: Option<&Value>,
    at: &Path<'_>,
    at_clause: &Path<'_>,
    errors: &mut Errors,
) {
    let Some(schema) = schema else {
        return errors.required(at, format!("because it is defined in {at_clause}"));
    };
    for field in ["not", "allOf", "anyOf", "oneOf"] {
        let at_field = at_clause.child(field);
        if let Some(not) = clause.opt(field).filter(|it| it.as_map().is_some()) {
            complete_nested(not, schema, at, &at_field, errors);
        }
        for (index, clause) in clause.items(field).iter().enumerate() {
            complete_nested(clause, schema, at, &at_field.index(index), errors);
        }
    }
}

fn complete_nested(clause: &Value, schema: &Value, at: &Path<'_>, at_clause: &Path<'_>, errors: &mut Errors) {
    complete(clause, Some(schema), at, at_clause, errors);
    if let Some(items) = clause.opt("items") {
        let (at, at_clause) = (at.child("items"), at_clause.child("items"));
        match schema.opt("items") {
            Some(schema) => complete_nested(items, schema, &at, &at_clause, errors),
            None => complete(items, None, &at, &at_clause, errors),
        }
    }
    let (at, at_clause) = (at.child("properties"), at_clause.child("properties"));
    for Entry { key, value, .. } in clause.entries("properties") {
        let (at, at_clause) = (at.key(key), at_clause.key(key));
        match schema.at("properties").opt(key) {
            Some(schema) => complete_nested(value, schema, &at, &at_clause, errors),
            None => complete(value, None, &at, &at_clause, errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn what_is_not_structural_is_told() {
        let rows = [
            ("{type: object}", &[][..]),
            ("{}", &["s.type FieldValueRequired"]),
            ("{type: object, properties: {a: {type: array}}}", &["s.properties[a].items FieldValueRequired"]),
            (
                "{type: object, properties: {a: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}}}",
                &[],
            ),
            (
                "{type: object, allOf: [{properties: {b: {minimum: 1}}}]}",
                &["s.properties[b] FieldValueRequired"],
            ),
            (
                "{type: object, properties: {metadata: {type: object, properties: {name: {type: string}}}}}",
                &[],
            ),
            (
                "{type: object, properties: {metadata: {type: object, description: x}}}",
                &["s.properties[metadata] FieldValueForbidden"],
            ),
        ];
        for (schema, wanted) in rows {
            let mut errors = Errors::new();
            validate(&value(schema), &Path::new("s"), &mut errors);
            assert_eq!(fields(&errors), wanted, "{schema}");
        }
    }
}
