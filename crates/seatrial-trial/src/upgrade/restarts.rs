//! Whether the pods of a workload are replaced.

use seatrial_schema::difference::Difference;
use seatrial_yaml::{FieldPath, PathStep};

use super::stored::Stored;

/// The fields for whose sake pods are replaced; what keeps them is a note.
pub(super) fn of(after: &Stored<'_>, found: &[Difference], notes: &mut Vec<String>) -> Vec<String> {
    let kind = after.object.kind();
    if after.object.is("", "Pod") && found.iter().any(|it| is_image(&it.path)) {
        notes.push("a container whose image changes starts again in the same pod".to_owned());
    }
    let is_template = |path: &FieldPath| {
        let key =
            |at: usize, name: &str| matches!(path.steps().get(at), Some(PathStep::Key(key)) if key == name);
        key(0, "spec") && key(1, "template")
    };
    let fields: Vec<String> =
        found.iter().map(|it| &it.path).filter(|it| is_template(it)).map(ToString::to_string).collect();
    if fields.is_empty() {
        return fields;
    }
    let spec = after.compared().at("spec");
    let rolls = after.object.group() == "apps" && ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind);
    let why = if !rolls {
        match kind {
            "ReplicaSet" | "ReplicationController" => "the pods that run stay as they are",
            _ => return Vec::new(),
        }
    } else if kind == "Deployment" && spec.bool("paused") {
        "it is paused: its pods are replaced when it goes on"
    } else if spec.at("updateStrategy").str("type") == "OnDelete" {
        "its pods are replaced only when somebody deletes them (OnDelete)"
    } else if kind != "DaemonSet" && spec.opt("replicas").is_some_and(|it| it.as_int() == Some(0)) {
        "it has no pods to replace"
    } else {
        return fields;
    };
    notes.push(format!("the pod template changes; {why}"));
    Vec::new()
}

/// Whether it is the image of a container of a pod, the one thing of it that may change.
fn is_image(path: &FieldPath) -> bool {
    match path.steps() {
        [PathStep::Key(spec), PathStep::Key(list), PathStep::Index(_), PathStep::Key(field)] => {
            spec == "spec" && ["containers", "initContainers"].contains(&list.as_str()) && field == "image"
        }
        _ => false,
    }
}
