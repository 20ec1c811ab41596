//! `ReplicationController` (`kubernetes` 1.36, `pkg/apis/core/v1/defaults.go`,
//! `pkg/apis/core/validation/validation.go`,
//! `pkg/registry/core/replicationcontroller/strategy.go`).

use super::common;
use crate::errors::{Errors, Reason};
use crate::kinds::Strategy;
use crate::kinds::pods::{self, PodOptions};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, names};
use crate::value::Value;

pub(super) const REPLICATION_CONTROLLER: Strategy = Strategy {
    default,
    prepare_create,
    prepare_update,
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
    if let Some(template) = spec.at_mut("template") {
        pods::default_pod_spec(template.struct_mut("spec"));
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

fn prepare_create(object: &mut Value) {
    generations::begin(object);
    common::drop_disabled(object.struct_mut("spec"), None);
}

fn prepare_update(new: &mut Value, old: &Value) {
    common::drop_disabled(new.struct_mut("spec"), Some(old.at("spec")));
    generations::count(new, old);
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
