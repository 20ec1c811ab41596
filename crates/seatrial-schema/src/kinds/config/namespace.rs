//! `Namespace`, with what Pod Security asks of its labels
//! (`pod-security-admission` `api/helpers.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::config;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Value};

pub(super) const NAMESPACE: Strategy = Strategy {
    default,
    prepare_create: |namespace| {
        namespace.remove("status");
        namespace.struct_mut("status").set_default("phase", "Active");
        add_finalizer(namespace.struct_mut("spec"));
    },
    prepare_update: |new, old| {
        config::keep(new, old, "status");
        config::keep(new.struct_mut("spec"), old.at("spec"), "finalizers");
    },
    validate: |namespace, errors| {
        validate(namespace, errors);
        if errors.is_empty() {
            *errors = pod_security(namespace);
        }
    },
    validate_update: |new, old, errors| {
        validate(new, errors);
        metadata::update(new, old, errors);
        let (refused, before) = (pod_security(new), pod_security(old));
        if errors.is_empty() && refused.as_slice() != before.as_slice() {
            *errors = refused;
        }
    },
    ..Strategy::plain("", "v1", "Namespace")
};

const NAME_LABEL: &str = "kubernetes.io/metadata.name";
const FINALIZER: &str = "kubernetes";
const FINALIZERS: [&str; 3] = [FINALIZER, "orphan", "foregroundDeletion"];

fn default(namespace: &mut Value) {
    let name = namespace.at("metadata").at("name").clone();
    if !name.as_str().is_empty() {
        namespace.struct_mut("metadata").struct_mut("labels").set(NAME_LABEL, name, By::Server);
    }
    namespace.struct_mut("status").default_text("phase", "Active");
}

fn add_finalizer(spec: &mut Value) {
    let mut finalizers = spec.items("finalizers").to_vec();
    if !finalizers.iter().any(|it| it.as_str() == FINALIZER) {
        finalizers.push(FINALIZER.into());
        spec.set("finalizers", finalizers, By::Server);
    }
}

fn validate(namespace: &Value, errors: &mut Errors) {
    metadata::create(namespace, Scope::Cluster, names::label_name, errors);
    let spec = Path::new("spec");
    let at = spec.child("finalizers");
    for name in namespace.at("spec").items("finalizers").iter().map(Value::as_str) {
        errors.each_invalid(&at, name, names::label_key(name));
        if !name.contains('/') && !FINALIZERS.contains(&name) {
            errors.invalid(&at, name, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}

/// Levels and versions that Pod Security does not know.
fn pod_security(namespace: &Value) -> Errors {
    let labels = namespace.at("metadata").at("labels");
    let mut errors = Errors::new();
    let metadata = Path::new("metadata");
    let at = metadata.child("labels");
    for mode in ["enforce", "audit", "warn"] {
        let level = format!("pod-security.kubernetes.io/{mode}");
        let mut refuse = |label: &str, is_known: fn(&str) -> bool, detail: &str| {
            if let Some(value) = labels.opt(label).map(Value::as_str).filter(|value| !is_known(value)) {
                errors.invalid(&at.key(label), value, detail);
            }
        };
        refuse(&level, is_level, "must be one of privileged, baseline, restricted");
        refuse(&format!("{level}-version"), is_version, "must be \"latest\" or \"v1.x\"");
    }
    errors
}

fn is_level(value: &str) -> bool {
    matches!(value, "privileged" | "baseline" | "restricted")
}

fn is_version(value: &str) -> bool {
    let minor = value.strip_prefix("v1.").unwrap_or_default();
    let is_number = minor.bytes().all(|digit| digit.is_ascii_digit()) && minor.parse::<i64>().is_ok();
    value == "latest" || is_number && (minor == "0" || !minor.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn a_namespace_carries_its_name_and_the_finalizer() {
        let mut namespace = value("{metadata: {name: a}}");
        (NAMESPACE.default)(&mut namespace);
        (NAMESPACE.prepare_create)(&mut namespace);
        let expected = "{metadata: {name: a, labels: {kubernetes.io/metadata.name: a}},
            spec: {finalizers: [kubernetes]}, status: {phase: Active}}";
        assert_eq!(namespace, value(expected));
    }

    #[test]
    fn levels_and_versions_are_known_ones_unless_they_were_there() {
        let labels = "pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: strict,
            pod-security.kubernetes.io/warn-version: v1.01";
        let namespace =
            value(&format!("{{metadata: {{name: a, resourceVersion: '1', labels: {{{labels}}}}}}}"));
        let mut errors = Errors::new();
        (NAMESPACE.validate)(&namespace, &mut errors);
        let expected = ["warn", "warn-version"]
            .map(|it| format!("metadata.labels[pod-security.kubernetes.io/{it}] FieldValueInvalid"));
        assert_eq!(fields(&errors), expected);
        let mut errors = Errors::new();
        (NAMESPACE.validate_update)(&namespace, &namespace, &mut errors);
        assert!(errors.is_empty());
    }
}
