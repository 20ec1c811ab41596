//! `ReplicationController` (`kubernetes` 1.36, `pkg/apis/core/v1/defaults.go`,
//! `pkg/apis/core/validation/validation.go`,
//! `pkg/registry/core/replicationcontroller/strategy.go`).

use super::common;
use crate::errors::{Errors, Reason};
use crate::kinds::Strategy;
use crate::kinds::pods::PodOptions;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const REPLICATION_CONTROLLER: Strategy = Strategy {
    default,
    prepare_create: common::prepare_create,
    prepare_update: common::prepare_update,
    validate,
    validate_update,
    warnings: common::warnings,
    ..Strategy::plain("", "v1", "ReplicationController")
};

/// Marks annotations that say what another version of the object cannot hold.
const NON_CONVERTIBLE: &str = "non-convertible.kubernetes.io";

fn default(object: &mut Value) {
    let labels = object.at("spec").at("template").at("metadata").at("labels").clone();
    let spec = object.struct_mut("spec");
    if !labels.is_null() {
        set_if_empty(spec, "selector", &labels);
    }
    spec.set_default("replicas", 1);
    if spec.has("template") {
        common::default_template(spec);
    }
    if !labels.is_null() {
        set_if_empty(object.struct_mut("metadata"), "labels", &labels);
    }
}

fn set_if_empty(value: &mut Value, field: &'static str, labels: &Value) {
    if value.at(field).is_empty() {
        value.remove(field);
        value.set_default(field, labels.clone());
    }
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    validate_spec(object.at("spec"), None, errors);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    validate_spec(new.at("spec"), Some(old.at("spec")), errors);
    keep_non_convertible(new, old, errors);
}

fn validate_spec(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    metadata::non_negative(spec.int("minReadySeconds"), &at.child("minReadySeconds"), errors);
    let selector = spec.entries("selector");
    if selector.is_empty() {
        errors.required(&at.child("selector"), "");
    }
    metadata::non_negative(spec.int("replicas"), &at.child("replicas"), errors);
    let Some(template) = spec.opt("template") else {
        return errors.required(&at.child("template"), "");
    };
    let at = at.child("template");
    let labels = template.at("metadata").at("labels");
    let is_match =
        selector.iter().all(|it| labels.as_map().and_then(|map| map.value(&it.key)) == Some(&it.value));
    if !is_match {
        let meta = at.child("metadata");
        let detail = "`selector` does not match template `labels`";
        errors.invalid(&meta.child("labels"), labels.clone(), detail);
    }
    let options = PodOptions::of_template(old.map(|old| old.at("template")));
    common::endless_template("ReplicationController", template, &at, errors, &options);
}

/// What another version of the stored object said stays as it is.
fn keep_non_convertible(new: &Value, old: &Value, errors: &mut Errors) {
    for entry in old.at("metadata").entries("annotations") {
        let parts: Vec<&str> = entry.key.split('/').collect();
        let [prefix, field] = parts[..] else { continue };
        if !prefix.starts_with(NON_CONVERTIBLE) {
            continue;
        }
        if !field.contains("selector") {
            let detail = "unknown non-convertible field";
            errors.add(Reason::NotFound, &Path::new(field), Some(entry.value.clone()), detail);
            continue;
        }
        let selector = new.at("spec").at("selector");
        if !selector.semantically_equals(old.at("spec").at("selector")) {
            let spec = Path::new("spec");
            let detail = "cannot update non-convertible selector";
            errors.invalid(&spec.child("selector"), selector.clone(), detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn defaulted(spec: &str) -> Value {
        let mut object = value(&format!("{{metadata: {{name: a, namespace: b}}, spec: {{{spec}}}}}"));
        default(&mut object);
        object
    }

    #[test]
    fn labels_of_the_template_are_taken_over() {
        let object = defaulted("template: {metadata: {labels: {a: b}}}");
        let labels = value("{a: b}");
        assert_eq!(object.at("spec").at("selector"), &labels);
        assert_eq!(object.at("metadata").at("labels"), &labels);
        assert_eq!(object.at("spec").int("replicas"), 1);
    }

    #[test]
    fn a_selector_and_a_template_are_required() {
        let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}";
        for (spec, expected) in [
            (template.to_owned(), &[][..]),
            ("selector: {a: b}".to_owned(), &["spec.template FieldValueRequired"]),
            (String::new(), &["spec.selector FieldValueRequired", "spec.template FieldValueRequired"]),
            (format!("selector: {{a: c}}, {template}"), &["spec.template.metadata.labels FieldValueInvalid"]),
        ] {
            let mut errors = Errors::new();
            validate(&defaulted(&spec), &mut errors);
            assert_eq!(fields(&errors), expected, "{spec}");
        }
    }

    #[test]
    fn what_another_version_said_stays() {
        let stored = "{metadata: {annotations: {non-convertible.kubernetes.io/selector: x, \
                      non-convertible.kubernetes.io/other: y}}, spec: {selector: {a: b}}}";
        let mut errors = Errors::new();
        keep_non_convertible(&value("{spec: {selector: {a: c}}}"), &value(stored), &mut errors);
        assert_eq!(fields(&errors), ["other FieldValueNotFound", "spec.selector FieldValueInvalid"]);
    }
}
