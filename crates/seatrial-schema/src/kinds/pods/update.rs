//! What an update may change of a pod
//! (`pkg/apis/core/validation/validation.go`, `ValidatePodUpdate`, 1.36).

use std::collections::{BTreeMap, BTreeSet};

use super::options::PodOptions;
use super::scheduling::{only_adds_labels, validate_node_affinity_change, validate_tolerations};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::{By, Entry, Map, Value};

const CHANGEABLE: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing \
tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// The rules for the change from one spec to another.
pub(super) fn validate_change(
    new: &Value,
    old: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    for field in ["containers", "initContainers"] {
        let path = path.child(field);
        if new.items(field).len() != old.items(field).len() {
            errors.forbidden(&path, "pod updates may not add or remove containers");
            return;
        }
        for (at, container) in new.items(field).iter().enumerate() {
            validate_image(container.str("image"), &path.index(at), errors);
        }
    }
    if !validate_deadline(new, old, &path.child("activeDeadlineSeconds"), errors) {
        return;
    }
    validate_added_tolerations(new, old, &path.child("tolerations"), options, errors);
    validate_dropped_gates(new, old, &path.child("schedulingGates"), errors);
    let mut masked = new.clone();
    mask_changeable(&mut masked, old);
    if !old.items("schedulingGates").is_empty() {
        validate_gated(&mut masked, old, path, errors);
    }
    // A pod's own resources are a pointer, those of its containers are not.
    if masked.has("resources") != old.has("resources") || !is_same(&masked, old) {
        errors.forbidden(path, CHANGEABLE);
    }
}

/// Whether two specs are the same for the server: an empty map is none, and so
/// is an empty structure that is no pointer in Go; any other is something.
fn is_same(new: &Value, old: &Value) -> bool {
    const NONE_IF_EMPTY: [&str; 13] = [
        "annotations",
        "labels",
        "limits",
        "matchLabels",
        "metadata",
        "nodeSelector",
        "options",
        "overhead",
        "podAffinityTerm",
        "preference",
        "requests",
        "resources",
        "volumeAttributes",
    ];
    match (new, old) {
        (Value::List(new), Value::List(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| is_same(new, old))
        }
        (Value::Map(new), Value::Map(old)) => {
            let absent = |entry: &Entry, other: &Map| {
                let is_none = match &entry.value {
                    Value::Map(map) => map.is_empty() && NONE_IF_EMPTY.contains(&entry.key.as_str()),
                    other => other.is_empty(),
                };
                is_none && other.value(&entry.key).is_none_or(Value::is_null)
            };
            new.entries()
                .iter()
                .all(|it| absent(it, old) || old.value(&it.key).is_some_and(|old| is_same(&it.value, old)))
                && old.entries().iter().all(|it| absent(it, new) || new.value(&it.key).is_some())
        }
        _ => new == old || new.is_null() && old.is_null(),
    }
}

fn validate_image(image: &str, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("image");
    if image.is_empty() {
        errors.required(&path, "");
    }
    if image.trim() != image {
        errors.invalid(&path, image, "must not have leading or trailing whitespace");
    }
}

/// A deadline may be set, or come nearer. Answers whether to go on.
fn validate_deadline(new: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) -> bool {
    let seconds = |spec: &Value| spec.at("activeDeadlineSeconds").as_int();
    match (seconds(new), seconds(old)) {
        (Some(new), old) => {
            let before = errors.len();
            for message in names::in_range(new, 0, i64::from(i32::MAX)) {
                errors.invalid(path, new, message);
            }
            if errors.len() == before && old.is_some_and(|old| old < new) {
                errors.invalid(path, new, "must be less than or equal to previous value");
            }
            errors.len() == before
        }
        (None, Some(_)) => {
            errors.invalid(path, Value::Null, "must not update from a positive integer to nil value");
            true
        }
        (None, None) => true,
    }
}

fn validate_added_tolerations(
    new: &Value,
    old: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    let identity =
        |it: &'_ Value| ["key", "operator", "value", "effect"].map(|field| it.str(field).to_owned());
    let kept: BTreeSet<_> = new.items("tolerations").iter().map(identity).collect();
    if old.items("tolerations").iter().any(|it| !kept.contains(&identity(it))) {
        errors.forbidden(path, "existing toleration can not be modified except its tolerationSeconds");
        return;
    }
    validate_tolerations(new.items("tolerations"), path, options, errors);
}

fn validate_dropped_gates(new: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let name = |it: &Value| it.str("name").to_owned();
    let old: BTreeSet<_> = old.items("schedulingGates").iter().map(name).collect();
    // Of gates with one name the last is named.
    let new = new.items("schedulingGates").iter().enumerate().map(|(at, it)| (it.str("name"), at));
    let added: BTreeMap<_, _> = new.filter(|it| !old.contains(it.0)).collect();
    for (name, at) in added {
        let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
        errors.forbidden(&path.index(at).child("name"), detail);
    }
}

/// Gives what may change the value it had.
fn mask_changeable(spec: &mut Value, old: &Value) {
    for field in ["containers", "initContainers"] {
        for (container, old) in spec.items_mut(field).iter_mut().zip(old.items(field)) {
            restore(container, old, "image");
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        restore(spec, old, field);
    }
    if old.int("terminationGracePeriodSeconds") < 0 && spec.int("terminationGracePeriodSeconds") == 1 {
        restore(spec, old, "terminationGracePeriodSeconds");
    }
}

fn restore(new: &mut Value, old: &Value, field: &'static str) {
    match old.opt(field) {
        Some(value) => new.set(field, value.clone(), By::Server),
        None => {
            new.remove(field);
        }
    }
}

/// As long as gates hold it back, a pod may become choosier about its node.
fn validate_gated(spec: &mut Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let selector = spec.at("nodeSelector");
    if !only_adds_labels(selector, old.at("nodeSelector")) {
        let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        errors.invalid(&path.child("nodeSelector"), selector.clone(), detail);
    }
    restore(spec, old, "nodeSelector");
    let affinity = |spec: &Value| spec.at("affinity").at("nodeAffinity").clone();
    let (new_affinity, old_affinity) = (affinity(spec), affinity(old));
    if new_affinity.semantically_equals(&old_affinity) {
        return;
    }
    let path = path.child("affinity");
    validate_node_affinity_change(&new_affinity, &old_affinity, &path.child("nodeAffinity"), errors);
    restore(spec.struct_mut("affinity"), old.at("affinity"), "nodeAffinity");
    if !old.has("affinity") && spec.at("affinity").is_empty() {
        spec.remove("affinity");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(new: &str, old: &str) -> Vec<String> {
        let mut errors = Errors::new();
        let (path, options) = (Path::new("spec"), PodOptions::default());
        validate_change(&value(new), &value(old), &path, &options, &mut errors);
        fields(&errors)
    }

    #[test]
    fn an_image_may_change_and_little_else() {
        let old = "containers: [{name: a, image: x}]";
        assert_eq!(refused("containers: [{name: a, image: z}]", old), [""; 0]);
        assert_eq!(refused("containers: [{name: b, image: z}]", old), ["spec FieldValueForbidden"]);
        assert_eq!(refused("containers: []", old), ["spec.containers FieldValueForbidden"]);
        assert_eq!(refused("dnsConfig: {}", "nodeSelector: {}"), ["spec FieldValueForbidden"]);
    }

    #[test]
    fn tolerations_are_added_and_deadlines_come_nearer() {
        let toleration = |seconds: u8| {
            format!("tolerations: [{{key: a, effect: NoExecute, tolerationSeconds: {seconds}}}]")
        };
        assert_eq!(refused(&toleration(2), &toleration(1)), [""; 0]);
        assert_eq!(refused("{}", &toleration(1)), ["spec.tolerations FieldValueForbidden"]);
        assert_eq!(
            refused("activeDeadlineSeconds: 9", "activeDeadlineSeconds: 5"),
            ["spec.activeDeadlineSeconds FieldValueInvalid"]
        );
    }

    #[test]
    fn a_gated_pod_may_become_choosier() {
        let old = "schedulingGates: [{name: a}]\nnodeSelector: {a: b}";
        assert_eq!(refused("nodeSelector: {a: b, c: d}", old), [""; 0]);
        assert_eq!(refused("nodeSelector: {a: c}", old), ["spec.nodeSelector FieldValueInvalid"]);
        assert_eq!(
            refused("nodeSelector: {a: b, c: d}", "nodeSelector: {a: b}"),
            ["spec FieldValueForbidden"]
        );
    }
}
