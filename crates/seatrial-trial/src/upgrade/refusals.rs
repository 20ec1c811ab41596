//! What the server refuses to change in place: the errors of its rules for
//! updates that the new object alone does not have.

use seatrial_check::Settled;
use seatrial_model::Object;
use seatrial_schema::difference::Difference;
use seatrial_schema::{By, FieldError, Value};
use seatrial_yaml::{FieldPath, PathStep};

use super::stored::{Rules, Stored};
use super::{RefusedBy, RefusedChange, distinct};

/// Fields below a refused one that may change all the same.
const FREE: &[(&str, &str, &[&str])] = &[
    (
        "StatefulSet",
        "spec",
        &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ],
    ),
    ("PersistentVolumeClaim", "spec", &["resources", "volumeAttributesClassName"]),
    ("Pod", "spec", &["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"]),
];

/// The refusals of a change.
pub(super) fn of(before: &Stored<'_>, after: &Stored<'_>, found: &[Difference]) -> Vec<RefusedChange> {
    if before.version() != after.version() || before.object.kind() != after.object.kind() {
        return Vec::new();
    }
    let Some(rules) = after.rules() else { return Vec::new() };
    let stored = match rules {
        Rules::Own(_) => before.created(rules),
        Rules::Custom(_) => before.by_definition_of(after).created(rules),
    };
    let errors = refused_changes(rules, after, &after.applied(&stored, before), &stored);
    let errors = errors.iter();
    match rules {
        Rules::Own(_) => errors.map(|error| refused(after, error, found)).collect(),
        Rules::Custom(by) => errors.map(|error| refused_by(by, error, found)).collect(),
    }
}

/// The changed fields that the server cannot read: it takes nothing of the object.
pub(super) fn of_unread(after: &Stored<'_>, found: &[Difference]) -> Vec<RefusedChange> {
    let unread = after.unread().iter().filter_map(|problem| {
        let is_meant = |path: &&FieldPath| problem.path.starts_with(path) || path.starts_with(&problem.path);
        let meant: Vec<&FieldPath> = found.iter().map(|it| &it.path).filter(is_meant).collect();
        (!meant.is_empty()).then(|| RefusedChange {
            field: problem.path.to_string(),
            message: problem.message.clone(),
            fields: distinct(meant.iter().map(ToString::to_string)),
            remedy: "write a value of the type that the field has".to_owned(),
            replace: false,
            before: None,
            after: None,
            path: problem.path.clone(),
            by: RefusedBy::Type,
        })
    });
    unread.collect()
}

/// What is wrong with a change and not with the new object alone. Where that is
/// broken by itself, many rules are not asked; they are asked again with what is
/// broken taken back.
fn refused_changes(rules: Rules<'_>, after: &Stored<'_>, new: &Value, stored: &Value) -> Vec<FieldError> {
    let alone = rules.of_new(&after.created(rules));
    let mut errors = rules.of_changed(new.clone(), stored);
    errors.retain(|error| !alone.iter().any(|it| is_same(it, error)));
    if alone.is_empty() {
        return errors;
    }
    let mut paths: Vec<&FieldPath> = alone.iter().map(|it| &it.path).collect();
    paths.sort();
    let take_back = |mut object: Value| {
        for path in paths.iter().rev() {
            taken_back(&mut object, stored, path.steps());
        }
        object
    };
    let still_alone = rules.of_new(&take_back(after.created(rules)));
    let again = rules.of_changed(take_back(new.clone()), stored);
    let is_known = |error: &FieldError| {
        let known = alone.iter().chain(&still_alone).chain(&errors);
        known.into_iter().any(|it| is_same(it, error))
    };
    let more: Vec<FieldError> = again.into_iter().filter(|it| !is_known(it)).collect();
    errors.extend(more);
    errors
}

fn is_same(one: &FieldError, other: &FieldError) -> bool {
    (one.reason, &one.field, &one.detail) == (other.reason, &other.field, &other.detail)
}

/// Gives a field the value that it has in another object.
fn taken_back(value: &mut Value, stored: &Value, steps: &[PathStep]) {
    match (steps, value) {
        ([PathStep::Key(key)], Value::Map(map)) => {
            map.insert(key.as_str().into(), stored.at(key).clone(), By::Server);
        }
        ([PathStep::Key(key), rest @ ..], value) => {
            if let Some(below) = value.at_mut(key) {
                taken_back(below, stored.at(key), rest);
            }
        }
        ([PathStep::Index(at), rest @ ..], Value::List(items)) => {
            let at = *at as usize;
            match (items.get_mut(at), stored.as_list().get(at)) {
                (Some(item), Some(old)) if rest.is_empty() => *item = old.clone(),
                (Some(item), Some(old)) => taken_back(item, old, rest),
                (Some(_), None) => drop(items.remove(at)),
                (None, _) => {}
            }
        }
        _ => {}
    }
}

/// A refusal by a rule of a definition, which names the structure that it stands
/// at: only if one field of that differs it is surely the one that is meant.
fn refused_by(by: Settled<'_>, error: &FieldError, found: &[Difference]) -> RefusedChange {
    let is_meant = |path: &&FieldPath| path.starts_with(&error.path) || error.path.starts_with(path);
    let meant: Vec<&FieldPath> = found.iter().map(|it| &it.path).filter(is_meant).collect();
    let path = match meant[..] {
        [only] => only.clone(),
        _ => error.path.clone(),
    };
    RefusedChange {
        field: error.field.clone(),
        message: error.detail.clone(),
        fields: distinct(meant.iter().map(ToString::to_string)),
        remedy: "change it as the definition of the kind allows, or delete the object and create it again"
            .to_owned(),
        replace: false,
        before: None,
        after: None,
        path,
        by: if by.is_own { RefusedBy::Definition } else { RefusedBy::DefinitionElsewhere },
    }
}

fn refused(after: &Stored<'_>, error: &FieldError, found: &[Difference]) -> RefusedChange {
    let kind = after.object.kind();
    let named = written(error, found);
    let free = FREE.iter().find(|it| it.0 == kind && it.1 == error.field).map_or(&[][..], |it| it.2);
    let is_free = |path: &FieldPath| matches!(path.steps().get(1), Some(PathStep::Key(key)) if free.contains(&key.as_str()));
    let is_meant =
        |path: &&FieldPath| (path.starts_with(&named) || named.starts_with(path)) && !is_free(path);
    let meant: Vec<&FieldPath> = found.iter().map(|it| &it.path).filter(is_meant).collect();
    let path = meant.first().map_or_else(|| named.clone(), |it| (*it).clone());
    RefusedChange {
        field: error.field.clone(),
        message: if error.detail.is_empty() {
            "the change is refused".to_owned()
        } else {
            error.detail.clone()
        },
        fields: distinct(meant.iter().map(ToString::to_string)),
        remedy: remedy(after.object, &path),
        replace: REPLACED.contains(&kind),
        before: None,
        after: None,
        path,
        by: RefusedBy::Server,
    }
}

/// The field of the manifest that an error is about: the server names some that
/// it fills in itself.
fn written(error: &FieldError, found: &[Difference]) -> FieldPath {
    let spec = FieldPath::root().key("spec");
    let differs = |path: &FieldPath| found.iter().any(|it| it.path.starts_with(path));
    if error.field.starts_with("status.storedVersions") {
        return spec.key("versions");
    }
    if error.field.starts_with("spec.clusterIPs") && !differs(&spec.key("clusterIPs")) {
        return spec.key("clusterIP");
    }
    error.path.clone()
}

/// Kinds that nothing lasting hangs on: they are deleted and made anew.
const REPLACED: &[&str] = &[
    "Job",
    "Pod",
    "RoleBinding",
    "ClusterRoleBinding",
    "StorageClass",
    "PriorityClass",
    "RuntimeClass",
    "IngressClass",
    "CSIDriver",
    "VolumeAttributesClass",
];

fn remedy(object: &Object, path: &FieldPath) -> String {
    let words = match object.kind() {
        "Job" => {
            "delete the Job before applying, or give it a new name (or `generateName`): its pods run again"
        }
        "StatefulSet" => {
            return format!(
                "`kubectl delete statefulset {} --cascade=orphan` and apply: pods and claims stay, and are adopted where selector and names still fit",
                in_command(object)
            );
        }
        "Deployment" | "DaemonSet" | "ReplicaSet" => {
            "keep the field, or bring the workload up under a new name and delete the old one afterwards"
        }
        "ConfigMap" | "Secret" => {
            "give the object a new name and refer to that, or delete it first: pods keep what they started with"
        }
        "PersistentVolumeClaim" => {
            "make a new claim, copy the data, and switch over: a claim neither shrinks nor changes its volume"
        }
        "Service" => "delete the Service and create it again: its address changes, and connections break",
        "RoleBinding" | "ClusterRoleBinding" => {
            "delete the binding and create it again (`kubectl auth reconcile` does both)"
        }
        "CustomResourceDefinition" if path.to_string().starts_with("spec.versions") => {
            "keep the version, with `served: false`, until all objects are stored in the new one"
        }
        "CustomResourceDefinition" => {
            "keep the field: deleting the definition deletes every object of its kind"
        }
        "StorageClass" => {
            "delete the class and create it again, or give it a new name: volumes stay as they are"
        }
        _ => "keep the field, or delete the object and create it again",
    };
    words.to_owned()
}

/// How a command names an object; what a shell would read otherwise is left to say.
fn in_command(object: &Object) -> String {
    let is_plain = |it: &&str| it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.'));
    let word = |it: &'static str, text: &str| {
        let text = Some(text).filter(|it| is_plain(it) && !it.is_empty() && !it.starts_with('-'));
        text.unwrap_or(it).to_owned()
    };
    let name = word("NAME", object.name());
    match object.namespace() {
        Some(namespace) => format!("{name} -n {}", word("NAMESPACE", namespace)),
        None => name,
    }
}
