//! `ReplicaSet` (`kubernetes` 1.36, `pkg/apis/apps/v1/defaults.go`,
//! `pkg/apis/apps/validation/validation.go`, `pkg/registry/apps/replicaset/strategy.go`).

use super::common;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const REPLICA_SET: Strategy = Strategy {
    default,
    prepare_create: common::prepare_create,
    prepare_update: common::prepare_update,
    validate,
    validate_update,
    warnings: common::warnings,
    ..Strategy::plain("apps", "v1", "ReplicaSet")
};

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("replicas", 1);
    common::default_template(spec);
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    validate_spec(object.at("spec"), None, errors);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    let (new, old) = (new.at("spec"), old.at("spec"));
    validate_spec(new, Some(old), errors);
    let spec = Path::new("spec");
    metadata::immutable(new.at("selector"), old.at("selector"), &spec.child("selector"), errors);
}

fn validate_spec(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    for field in ["replicas", "minReadySeconds"] {
        metadata::non_negative(spec.int(field), &at.child(field), errors);
    }
    common::selector_and_template(spec, old, &at, errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn a_selector_matches_the_template() {
        let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}";
        for (spec, expected) in [
            ("selector: {matchLabels: {a: b}}", &[][..]),
            (
                "replicas: -1, selector: {matchLabels: {a: c}}",
                &["spec.replicas FieldValueInvalid", "spec.template.metadata.labels FieldValueInvalid"],
            ),
            (
                "minReadySeconds: 0",
                &["spec.selector FieldValueRequired", "spec.template.metadata.labels FieldValueInvalid"],
            ),
            ("selector: {}", &["spec.selector FieldValueInvalid"]),
            (
                "selector: {matchLabels: {a: -}}",
                &["spec.selector.matchLabels FieldValueInvalid", "spec.selector FieldValueInvalid"],
            ),
        ] {
            let mut errors = Errors::new();
            let mut object = value(&format!("{{spec: {{{spec}, {template}}}}}"));
            default(&mut object);
            validate_spec(object.at("spec"), None, &mut errors);
            assert_eq!(fields(&errors), expected, "{spec}");
        }
    }
}
