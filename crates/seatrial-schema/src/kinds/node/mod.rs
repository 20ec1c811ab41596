//! `RuntimeClass` (`kubernetes` 1.36, `pkg/apis/node/validation/validation.go`,
//! `pkg/registry/node/runtimeclass/strategy.go`, `pkg/api/node/util.go`).

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::pods::{self, PodOptions};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, nodes};
use crate::value::Value;

const RUNTIME_CLASS: Strategy = Strategy {
    validate,
    validate_update: |new, old, errors| {
        validate(new, errors);
        metadata::generic_update(new, old, errors);
        metadata::immutable(new.at("handler"), old.at("handler"), &Path::new("handler"), errors);
    },
    warnings,
    ..Strategy::plain("node.k8s.io", "v1", "RuntimeClass")
};

/// What the server does with it; `v1beta1` was served until 1.24.
pub(crate) const KINDS: &[Strategy] = &[RUNTIME_CLASS, Strategy { version: "v1beta1", ..RUNTIME_CLASS }];

fn validate(object: &Value, errors: &mut Errors) {
    metadata::generic_create(object, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("handler");
    match object.str("handler") {
        "" => errors.required(&at, ""),
        handler => errors.each_invalid(&at, handler, names::dns1123_label(handler)),
    }
    let options = PodOptions::default();
    let overhead = object.at("overhead").at("podFixed");
    pods::validate_overhead(overhead, &Path::new("overhead"), &options, errors);
    let (scheduling, at) = (object.at("scheduling"), Path::new("scheduling"));
    metadata::labels(scheduling.at("nodeSelector"), &at.child("nodeSelector"), errors);
    validate_tolerations(scheduling.items("tolerations"), &at.child("tolerations"), errors);
}

/// Those of a pod's, and each only once.
fn validate_tolerations(tolerations: &[Value], at: &Path<'_>, errors: &mut Errors) {
    pods::validate_tolerations(tolerations, at, &PodOptions::default(), errors);
    let mut seen = BTreeSet::new();
    for (index, toleration) in tolerations.iter().enumerate() {
        if !seen.insert(["key", "operator", "value", "effect"].map(|field| toleration.str(field))) {
            errors.duplicate(&at.index(index), toleration.clone());
        }
    }
}

fn warnings(object: &Value) -> Vec<String> {
    let labels = object.at("scheduling").entries("nodeSelector");
    let said = labels.iter().filter_map(|label| nodes::deprecation(&label.key));
    said.map(|said| format!("scheduling.nodeSelector: {said}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn handlers_and_tolerations_are_checked() {
        let object = value(
            "{metadata: {name: a}, handler: A, overhead: {podFixed: {cpu: -1}}, scheduling: {nodeSelector: \
             {beta.kubernetes.io/os: linux}, tolerations: [{key: a, operator: Exists}, {key: a, operator: Exists}]}}",
        );
        let mut errors = Errors::new();
        validate(&object, &mut errors);
        let expected = [
            "handler FieldValueInvalid",
            "overhead.limits[cpu] FieldValueInvalid",
            "scheduling.tolerations[1] FieldValueDuplicate",
        ];
        assert_eq!(fields(&errors), expected);
        assert_eq!(warnings(&object).len(), 1);
    }
}
