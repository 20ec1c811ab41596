//! The rules for a schema beyond its structure: what is not supported, lists
//! and maps with a meaning, and the text around rules.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::spec::{Options, Version};
use super::{defaults, field_paths, structural};
use crate::errors::Errors;
use crate::kinds::expressions;
use crate::path::Path;
use crate::value::{Entry, Value};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS: [&str; 4] =
    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];
/// What the root of a schema cannot have beside a status subresource.
const NOT_AT_ROOT: [&str; 21] = [
    "id",
    "$schema",
    "$ref",
    "nullable",
    "default",
    "enum",
    "maxProperties",
    "minProperties",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "additionalProperties",
    "patternProperties",
    "dependencies",
    "additionalItems",
    "definitions",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
];
const AT_ROOT: &str = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

/// Whether a field holds more than Go's zero value.
pub(super) fn is_set(schema: &Value, field: &str) -> bool {
    match schema.at(field) {
        Value::Null | Value::Bool(false) => false,
        Value::Str(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => {
            !map.is_empty() || !matches!(field, "properties" | "definitions" | "patternProperties")
        }
        _ => true,
    }
}

/// Appends the schemas right below a schema.
fn below<'a>(schema: &'a Value, found: &mut Vec<&'a Value>) {
    const ONE: [&str; 4] = ["items", "not", "additionalProperties", "additionalItems"];
    const LISTED: [&str; 3] = ["allOf", "anyOf", "oneOf"];
    const NAMED: [&str; 4] = ["properties", "patternProperties", "definitions", "dependencies"];
    // Most say what kind of scalar a value is, and nothing else.
    let is_collection = |it: &Entry| matches!(it.value, Value::Map(_) | Value::List(_));
    if !schema.as_map().is_some_and(|map| map.entries().iter().any(is_collection)) {
        return;
    }
    for field in ONE {
        match schema.at(field) {
            map @ Value::Map(_) => found.push(map),
            Value::List(items) => found.extend(items),
            _ => {}
        }
    }
    for field in LISTED {
        found.extend(schema.items(field));
    }
    for field in NAMED {
        found.extend(schema.entries(field).iter().map(|it| &it.value).filter(|it| it.as_map().is_some()));
    }
}

/// Whether a schema or one below it is such.
pub(super) fn any(schema: &Value, is_such: &mut dyn FnMut(&Value) -> bool) -> bool {
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        if is_such(schema) {
            return true;
        }
        below(schema, &mut open);
    }
    false
}

/// Whether its type is none of a schema's.
pub(super) fn has_unknown_type(schema: &Value) -> bool {
    let kind = schema.str("type");
    !kind.is_empty() && !TYPES.contains(&kind)
}

/// Whether it uses one of Kubernetes' extensions.
pub(super) fn has_extension(schema: &Value) -> bool {
    schema.has("x-kubernetes-preserve-unknown-fields")
        || schema.has("x-kubernetes-list-type")
        || ["embedded-resource", "int-or-string", "list-map-keys", "validations"]
            .iter()
            .any(|field| is_set(schema, &format!("x-kubernetes-{field}")))
}

/// Whether it is a set of items that are not compared as a whole.
pub(super) fn has_set_of_others(schema: &Value) -> bool {
    schema.str("x-kubernetes-list-type") == "set" && wrong_set_item(schema.at("items")).is_some()
}

/// The field that makes an item of a set compare in parts.
fn wrong_set_item(items: &Value) -> Option<&'static str> {
    let list = items.opt("x-kubernetes-list-type").map(Value::as_str);
    let map = items.opt("x-kubernetes-map-type").map(Value::as_str);
    match items.str("type") {
        "array" if list.is_some_and(|it| it != "atomic") => Some("x-kubernetes-list-type"),
        "object" if map != Some("atomic") => Some("x-kubernetes-map-type"),
        _ => None,
    }
}

/// The rules for the schema of a version; `at` is what holds it.
pub(super) fn validate_root(
    schema: &Value,
    version: &Version<'_>,
    options: &Options,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    let before = errors.len();
    if version.has_status {
        at_root(schema, at, errors);
    }
    if schema.bool("nullable") {
        errors.forbidden(&at.child("openAPIV3Schema.nullable"), "nullable cannot be true at the root");
    }
    let at_schema = at.child("openAPIV3Schema");
    let unsupported = structural::unsupported(schema);
    let is_readable = unsupported.is_none();
    let mut compiles = false;
    if options.structural {
        let start = errors.len();
        if is_readable {
            structural::validate(schema, &at_schema, errors);
        }
        if is_readable && errors.len() == start {
            defaults::validate(schema, options.pruned_defaults, &at_schema, errors);
            compiles = errors.len() == start;
        }
    }
    let mut rules = Errors::new();
    let is_unchanged = options.unchanged.contains(version.name);
    let walk = Walk {
        options,
        no_defaults: None,
        inside_meta: false,
        uncorrelated: None,
        is_root: true,
        is_unchanged,
        is_readable,
    };
    let scope = compiles.then(|| expressions::Scope::of_root(schema));
    walk.validate(schema, scope.as_ref(), &at_schema, errors, &mut rules);
    if let Some(scope) = &scope {
        scope.total_cost(&at_schema, &mut rules);
    }
    for error in rules.as_slice() {
        errors.push(error.clone());
    }
    if let Some(wrong) = unsupported.filter(|_| options.structural).filter(|_| errors.len() == before) {
        errors.invalid(&at_schema, "", wrong);
    }
}

fn at_root(schema: &Value, at: &Path<'_>, errors: &mut Errors) {
    let kind = schema.str("type");
    let is_early = NOT_AT_ROOT[..3].iter().any(|field| is_set(schema, field));
    if !is_early && !kind.is_empty() && kind != "object" {
        let detail = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        errors.invalid(&at.child("openAPIV3Schema.type"), kind, detail);
    } else if NOT_AT_ROOT.iter().any(|field| is_set(schema, field)) || schema.has("x-kubernetes-map-type") {
        let detail = format!(
            "only {AT_ROOT} fields are allowed at the root of the schema if the status subresource is enabled"
        );
        errors.invalid(&at.child("openAPIV3Schema"), schema.clone(), detail);
    }
}

/// What the schemas above say about those below.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing the schemas above say")]
struct Walk<'a> {
    options: &'a Options,
    /// Why defaults are forbidden here.
    no_defaults: Option<Rc<str>>,
    inside_meta: bool,
    /// Where the old value of an update is lost.
    uncorrelated: Option<&'a Path<'a>>,
    is_root: bool,
    /// The schema is as it is stored.
    is_unchanged: bool,
    /// It can be read as a structural schema.
    is_readable: bool,
}

impl Walk<'_> {
    fn validate(
        &self,
        schema: &Value,
        scope: Option<&expressions::Scope>,
        at: &Path<'_>,
        errors: &mut Errors,
        rules: &mut Errors,
    ) {
        let before = errors.len();
        self.unsupported(schema, at, errors);
        if schema.bool("uniqueItems") {
            let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
            errors.forbidden(&at.child("uniqueItems"), detail);
        }
        self.children(schema, scope, at, errors, rules);
        if schema.opt("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(false)) {
            let at = at.child("x-kubernetes-preserve-unknown-fields");
            errors.invalid(&at, false, "must be true or undefined");
        }
        map_type(schema, at, errors);
        list_type(schema, self.options, at, errors);
        if self.options.map_keys {
            map_keys(schema, at, errors);
        }
        validations(schema, self.is_readable, at, errors);
        if let Some(scope) = scope.filter(|_| errors.len() == before) {
            scope.check_rules(schema, self.uncorrelated, self.is_unchanged, at, rules);
        }
    }

    fn unsupported(&self, schema: &Value, at: &Path<'_>, errors: &mut Errors) {
        let kind = schema.str("type");
        if self.options.known_types && has_unknown_type(schema) {
            errors.not_supported(&at.child("type"), kind, &TYPES);
        }
        if let Some(why) = self.no_defaults.as_ref().filter(|_| schema.has("default")) {
            errors.forbidden(&at.child("default"), format!("must not be set {why}"));
        }
        for field in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
            let is_there = match field {
                "dependencies" | "$ref" | "additionalItems" => schema.has(field),
                _ => is_set(schema, field),
            };
            if is_there {
                errors.forbidden(&at.child(field), format!("{field} is not supported"));
            }
        }
        if kind == "null" {
            let detail = "type cannot be set to null, use nullable as an alternative";
            errors.forbidden(&at.child("type"), detail);
        }
        if !schema.items("items").is_empty() {
            errors.forbidden(&at.child("items"), "items must be a schema object and not an array");
        }
        if self.inside_meta && schema.bool("x-kubernetes-embedded-resource") {
            let at = at.child("x-kubernetes-embedded-resource");
            errors.forbidden(&at, "must not be used inside of resource meta");
        }
    }

    fn children(
        &self,
        schema: &Value,
        scope: Option<&expressions::Scope>,
        at: &Path<'_>,
        errors: &mut Errors,
        rules: &mut Errors,
    ) {
        let plain = Walk { is_root: false, ..self.clone() };
        let properties = schema.entries("properties");
        match schema.at("additionalProperties") {
            Value::Null => {}
            other => {
                if !properties.is_empty() && *other != Value::Bool(true) {
                    let detail = "additionalProperties and properties are mutual exclusive";
                    errors.forbidden(&at.child("additionalProperties"), detail);
                }
                if other.as_map().is_some() {
                    let mut walk = plain.clone();
                    if self.inside_meta {
                        walk.no_defaults =
                            Some("inside additionalProperties applying to object metadata".into());
                    }
                    let scope = scope.map(|scope| scope.below(schema, other));
                    walk.validate(other, scope.as_ref(), &at.child("additionalProperties"), errors, rules);
                }
            }
        }
        let at_properties = at.child("properties");
        for Entry { key, value, .. } in properties {
            let mut walk = plain.clone();
            // An atomic mapping has the same keys before and after.
            if !matches!(schema.str("x-kubernetes-map-type"), "" | "atomic" | "granular") {
                walk.uncorrelated.get_or_insert(at);
            }
            let holds_object = self.is_root || schema.bool("x-kubernetes-embedded-resource");
            if holds_object && META.contains(&key.as_str()) {
                walk.inside_meta = true;
                if self.is_root {
                    walk.no_defaults = Some(format!("in top-level {key}").into());
                }
            }
            let scope = scope.map(|scope| scope.below(schema, value));
            walk.validate(value, scope.as_ref(), &at_properties.key(key), errors, rules);
        }
        if let Some(not) = schema.opt("not") {
            plain.validate(not, None, &at.child("not"), errors, rules);
        }
        for field in ["allOf", "oneOf", "anyOf"] {
            let at = at.child(field);
            for (index, schema) in schema.items(field).iter().enumerate() {
                plain.validate(schema, None, &at.index(index), errors, rules);
            }
        }
        for field in ["definitions", "dependencies"] {
            let at = at.child(field);
            for Entry { key, value, .. } in schema.entries(field) {
                if value.as_map().is_some() {
                    plain.validate(value, None, &at.key(key), errors, rules);
                }
            }
        }
        let mut walk = plain;
        if schema.str("x-kubernetes-list-type") != "map" {
            walk.uncorrelated.get_or_insert(at);
        }
        let at_items = at.child("items");
        match schema.at("items") {
            items @ Value::Map(_) => {
                let scope = scope.map(|scope| scope.below(schema, items));
                walk.validate(items, scope.as_ref(), &at_items, errors, rules);
            }
            Value::List(several) => {
                for (index, items) in several.iter().enumerate() {
                    walk.validate(items, None, &at_items.index(index), errors, rules);
                }
            }
            _ => {}
        }
    }
}

fn wrong_type(schema: &Value, wanted: &str, because: &str, at: &Path<'_>, errors: &mut Errors) {
    let detail = format!("must be {wanted} if {because} is specified");
    match schema.str("type") {
        "" => errors.required(&at.child("type"), detail),
        kind => errors.invalid(&at.child("type"), kind, detail),
    }
}

fn map_type(schema: &Value, at: &Path<'_>, errors: &mut Errors) {
    const FIELD: &str = "x-kubernetes-map-type";
    let Some(map) = schema.opt(FIELD).map(Value::as_str) else { return };
    if schema.str("type") != "object" {
        wrong_type(schema, "object", FIELD, at, errors);
    }
    if !matches!(map, "atomic" | "granular") {
        errors.not_supported(&at.child(FIELD), map, &["atomic", "granular"]);
    }
}

fn list_type(schema: &Value, options: &Options, at: &Path<'_>, errors: &mut Errors) {
    const FIELD: &str = "x-kubernetes-list-type";
    const KEYS: &str = "x-kubernetes-list-map-keys";
    let list = schema.opt(FIELD).map(Value::as_str);
    let (items, keys) = (schema.at("items"), schema.items(KEYS));
    let (at_list, at_items) = (at.child(FIELD), at.child("items"));
    if list.is_some() && schema.str("type") != "array" {
        wrong_type(schema, "array", FIELD, at, errors);
    } else if options.atomic_sets
        && list == Some("set")
        && let Some(field) = wrong_set_item(items)
    {
        let detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        errors.invalid(&at_items.child(field), items.at(FIELD).clone(), detail);
    }
    if let Some(list) = list.filter(|list| !matches!(*list, "atomic" | "set" | "map")) {
        errors.not_supported(&at_list, list, &["atomic", "set", "map"]);
    }
    let needs_map = "must be map if x-kubernetes-list-map-keys is non-empty";
    match list {
        None if !keys.is_empty() => errors.required(&at_list, needs_map),
        Some(list) if !keys.is_empty() && list != "map" => errors.invalid(&at_list, list, needs_map),
        _ => {}
    }
    if list != Some("map") {
        return;
    }
    if keys.is_empty() {
        errors.required(&at.child(KEYS), "must not be empty if x-kubernetes-list-type is map");
    }
    match items {
        Value::Map(_) if items.str("type") == "object" => list_keys(schema, at, errors),
        Value::Map(_) => {
            let detail = "must be object if parent array's x-kubernetes-list-type is map";
            errors.invalid(&at_items.child("type"), items.str("type"), detail);
        }
        Value::Null => errors.required(&at_items, "must have a schema if x-kubernetes-list-type is map"),
        _ => {
            let detail = "must only have a single schema if x-kubernetes-list-type is map";
            errors.invalid(&at_items, items.clone(), detail);
        }
    }
}

fn list_keys(schema: &Value, at: &Path<'_>, errors: &mut Errors) {
    let keys = schema.items("x-kubernetes-list-map-keys");
    let at_keys = at.child("x-kubernetes-list-map-keys");
    let printed = || schema.at("x-kubernetes-list-map-keys").clone();
    let mut seen = BTreeSet::new();
    for key in keys {
        match schema.at("items").at("properties").opt(key.as_str()) {
            None => errors.invalid(&at_keys, printed(), "entries must all be names of item properties"),
            Some(property) if matches!(property.str("type"), "array" | "object") => {
                let at = at.child("items");
                let at = at.child("properties");
                let at = at.key(key.as_str());
                let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
                errors.invalid(&at.child("type"), schema.at("items").str("type"), detail);
            }
            Some(_) => {}
        }
        if !seen.insert(key.as_str()) {
            errors.invalid(&at_keys, printed(), "must not contain duplicate entries");
        }
    }
}

/// Items that are told apart by keys always have those.
pub(super) fn map_keys(schema: &Value, at: &Path<'_>, errors: &mut Errors) {
    let list = schema.str("x-kubernetes-list-type");
    let items = schema.at("items");
    if !matches!(list, "set" | "map") || items.as_map().is_none() {
        return;
    }
    let at = at.child("items");
    if items.bool("nullable") {
        let detail = format!("cannot be nullable when x-kubernetes-list-type is {list}");
        errors.forbidden(&at.child("nullable"), detail);
    }
    if list != "map" {
        return;
    }
    let at = at.child("properties");
    for key in schema.items("x-kubernetes-list-map-keys") {
        let Some(property) = items.at("properties").opt(key.as_str()) else { continue };
        let at = at.key(key.as_str());
        if !items.items("required").contains(key) && !property.has("default") {
            let detail = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.required(&at.child("default"), detail);
        }
        if property.bool("nullable") {
            let detail = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            errors.forbidden(&at.child("nullable"), detail);
        }
    }
}

fn validations(schema: &Value, is_readable: bool, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("x-kubernetes-validations");
    for (index, rule) in schema.items("x-kubernetes-validations").iter().enumerate() {
        let at = at.index(index);
        let has_newline = |text: &str| text.contains(['\n', '\r']);
        let (text, message) = (rule.str("rule"), rule.str("message"));
        let at_message = at.child("message");
        if text.trim().is_empty() {
            errors.required(&at.child("rule"), "rule is not specified");
        } else if !message.is_empty() && message.trim().is_empty() {
            errors.invalid(&at_message, message, "must be non-empty if specified");
        } else if has_newline(message.trim()) {
            errors.invalid(&at_message, message, "must not contain line breaks");
        } else if has_newline(text.trim()) && message.is_empty() {
            errors.required(&at_message, "message must be specified if rule contains line breaks");
        }
        let made = rule.str("messageExpression");
        if !made.is_empty() && made.trim().is_empty() {
            let detail = "messageExpression must be non-empty if specified";
            errors.required(&at.child("messageExpression"), detail);
        }
        crate::rules::choices::optional(rule, "reason", &REASONS, &at, errors);
        let path = rule.str("fieldPath");
        let at_path = at.child("fieldPath");
        if !path.is_empty() && path.trim().is_empty() {
            errors.invalid(&at_path, path, "must be non-empty if specified");
        }
        if has_newline(path) {
            errors.invalid(&at_path, path, "must not contain line breaks");
        }
        if !path.is_empty() && is_readable && field_paths::lookup(path, schema, true).is_err() {
            errors.invalid(&at_path, path, "must be a valid path");
        }
    }
}
