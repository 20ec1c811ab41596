//! What the server refuses to change in place: the errors of its rules for
//! updates that the new object alone does not have.

use seatrial_check::Settled;
use seatrial_schema::FieldError;
use seatrial_schema::difference::Difference;
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
    let errors = rules.of_changed(after.applied(&stored, before), &stored);
    let alone = rules.of_new(&after.created(rules));
    let is_new = |error: &&FieldError| {
        let same = |it: &FieldError| {
            (it.reason, &it.field, &it.detail) == (error.reason, &error.field, &error.detail)
        };
        !alone.iter().any(same)
    };
    let errors = errors.iter().filter(is_new);
    match rules {
        Rules::Own(_) => errors.map(|error| refused(after, error, found)).collect(),
        Rules::Custom(by) => errors.map(|error| refused_by(by, error, found)).collect(),
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
        remedy: remedy(kind, &path).to_owned(),
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

fn remedy(kind: &str, path: &FieldPath) -> &'static str {
    match kind {
        "Job" => {
            "delete the Job before applying, or give it a new name (or `generateName`): its pods run again"
        }
        "StatefulSet" => {
            "`kubectl delete statefulset NAME --cascade=orphan` and apply: pods and claims stay, and are adopted where selector and names still fit"
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
    }
}
