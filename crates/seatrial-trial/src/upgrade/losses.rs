//! What goes for good with an object that is deleted.

use seatrial_model::Object;
use seatrial_yaml::Node;

use super::ObjectChange;
use super::stored::Stored;

/// Annotations that keep an object when a release or an application drops it:
/// whose they are, and the word in their value.
const KEEPERS: &[(&str, &str)] = &[
    ("helm.sh/resource-policy", "keep"),
    ("argocd.argoproj.io/sync-options", "Prune=false"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// What is lost with an object.
pub(super) fn of_deleted(object: &Object, change: &mut ObjectChange) {
    if let Some(keeper) = keeper(object) {
        change.notes.push(format!("the annotation `{keeper}` keeps it in the cluster"));
        return;
    }
    of_recreated(object, change);
}

/// What is lost with an object that is made again at once.
pub(super) fn of_recreated(object: &Object, change: &mut ObjectChange) {
    let text = |keys: &[&str]| object.field(keys).and_then(Node::as_str).unwrap_or_default();
    match (object.group(), object.kind()) {
        ("", "PersistentVolumeClaim") => {
            change
                .lost
                .push("the data of its volume, unless the volume's reclaim policy is Retain".to_owned());
        }
        ("", "PersistentVolume") if text(&["spec", "persistentVolumeReclaimPolicy"]) == "Delete" => {
            change.lost.push("the data of the volume: its reclaim policy is Delete".to_owned());
        }
        ("", "PersistentVolume") => change.notes.push("the data behind the volume stays".to_owned()),
        ("", "Namespace") => change.lost.push("every object in the namespace, claims included".to_owned()),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let kind = text(&["spec", "names", "kind"]);
            let kind = if kind.is_empty() { "its kind" } else { kind };
            change.lost.push(format!("every {kind} in the cluster"));
        }
        ("apps", "StatefulSet") => of_stateful_set(object, change),
        _ => {}
    }
}

fn of_stateful_set(object: &Object, change: &mut ObjectChange) {
    let templates = object.field(&["spec", "volumeClaimTemplates"]);
    if templates.is_none_or(|it| it.items().next().is_none()) {
        return;
    }
    let policy = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
    if object.field(&policy).and_then(Node::as_str) == Some("Delete") {
        change.lost.push("the claims of its pods with their data: `whenDeleted` is Delete".to_owned());
    } else {
        change.notes.push("the claims of its pods stay".to_owned());
    }
}

fn keeper(object: &Object) -> Option<&'static str> {
    let value = |name: &str| object.field(&["metadata", "annotations", name]).and_then(Node::as_str);
    let found = KEEPERS.iter().find(|(name, word)| value(name).is_some_and(|it| it.contains(word)));
    found.map(|it| it.0)
}

/// What is lost by a change: pods that a stateful set no longer has may take
/// their claims along.
pub(super) fn of_changed(before: &Stored<'_>, after: &Stored<'_>, change: &mut ObjectChange) {
    if !after.is("apps", "StatefulSet") {
        return;
    }
    let (old, new) = (before.compared().at("spec"), after.compared().at("spec"));
    let deletes = old.at("persistentVolumeClaimRetentionPolicy").str("whenScaled") == "Delete";
    if deletes && new.int("replicas") < old.int("replicas") && !old.items("volumeClaimTemplates").is_empty() {
        change
            .lost
            .push("the claims of the pods that go, with their data: `whenScaled` is Delete".to_owned());
    }
}
