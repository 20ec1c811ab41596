//! `RuntimeClass`: overhead, node selector and tolerations that a class brings
//! (`kubernetes` 1.36, `plugin/pkg/admission/runtimeclass/admission.go`).

use seatrial_schema::{By, Value};
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial};
use crate::state::State;
use seatrial_schema::admission::Attributes;

const PLUGIN: &str = "RuntimeClass";

/// Writes what the class of a new pod brings into it.
pub fn admit(request: &Attributes<'_>, pod: &mut Value, state: &dyn State) -> Result<(), Denial> {
    if !request.creates_pod() {
        return Ok(());
    }
    let Some(class) = class_of(pod, state)? else { return Ok(()) };
    let spec = pod.struct_mut("spec");
    if let Some(overhead) = class.opt("overhead") {
        let fixed = overhead.at("podFixed");
        if !spec.at("overhead").is_empty() && !fixed.semantically_equals(spec.at("overhead")) {
            return Err(mismatch(class));
        }
        spec.set("overhead", fixed.clone(), By::Admission(PLUGIN));
    }
    if let Some(scheduling) = class.opt("scheduling") {
        select_nodes(spec, class, scheduling)?;
        tolerate(spec, scheduling);
    }
    Ok(())
}

/// Refuses overhead that no class states.
pub fn enforce(request: &Attributes<'_>, pod: &Value, state: &dyn State) -> Result<(), Denial> {
    if !request.creates_pod() {
        return Ok(());
    }
    let overhead = pod.at("spec").at("overhead");
    let class = class_of(pod, state)?;
    match class.filter(|class| class.has("overhead")) {
        Some(class) if !class.at("overhead").at("podFixed").semantically_equals(overhead) => {
            Err(mismatch(class))
        }
        None if !overhead.is_null() => {
            let message =
                "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
            let root = FieldPath::root();
            Err(refuse(message.to_owned(), &root.key("overhead"), class.map(|class| (class, root))))
        }
        _ => Ok(()),
    }
}

fn class_of<'a>(pod: &Value, state: &'a dyn State) -> Result<Option<&'a Value>, Denial> {
    let Some(name) = pod.at("spec").opt("runtimeClassName").map(Value::as_str) else { return Ok(None) };
    let class = state.cluster_object("node.k8s.io", "RuntimeClass", name);
    class.map(Some).ok_or_else(|| {
        let message = format!("pod rejected: RuntimeClass {name:?} not found");
        refuse(message, &FieldPath::root().key("runtimeClassName"), None)
    })
}

fn select_nodes(spec: &mut Value, class: &Value, scheduling: &Value) -> Result<(), Denial> {
    for entry in scheduling.entries("nodeSelector") {
        let (key, wanted) = (&entry.key, entry.value.as_str());
        let own = spec.at("nodeSelector").opt(key).map(Value::as_str);
        if let Some(own) = own.filter(|own| *own != wanted) {
            let message = format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {wanted}; pod.spec.nodeSelector[{key}] = {own}"
            );
            let field = FieldPath::root().key("nodeSelector").key(key);
            let stated = FieldPath::root().key("scheduling").join(&field);
            return Err(refuse(message, &field, Some((class, stated))));
        }
        let selector = spec.struct_mut("nodeSelector").map_mut();
        selector.insert(key.clone(), entry.value.clone(), By::Admission(PLUGIN));
    }
    Ok(())
}

/// The pod's tolerations and the class's, without those that another covers.
fn tolerate(spec: &mut Value, scheduling: &Value) {
    let all = [spec.items("tolerations"), scheduling.items("tolerations")].concat();
    let mut merged: Vec<Value> = Vec::new();
    for (at, toleration) in all.iter().enumerate() {
        let is_covered = merged.iter().any(|other| covers(other, toleration))
            || all[at + 1..].iter().any(|other| other != toleration && covers(other, toleration));
        if !is_covered {
            merged.push(toleration.clone());
        }
    }
    if !merged.is_empty() {
        spec.set("tolerations", merged, By::Admission(PLUGIN));
    }
}

/// Whether what `one` tolerates includes what `other` does (`pkg/util/tolerations`).
fn covers(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let is_for_all = one.str("key").is_empty() && one.str("operator") == "Exists";
    let is_shorter = match (one.at("tolerationSeconds").as_int(), other.at("tolerationSeconds").as_int()) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(own), Some(its)) => its > own,
    };
    if !is_for_all && one.str("key") != other.str("key")
        || !["", other.str("effect")].contains(&one.str("effect"))
        || one.str("effect") == "NoExecute" && is_shorter
    {
        return false;
    }
    match one.str("operator") {
        "" | "Equal" => other.str("operator") == "Equal" && one.str("value") == other.str("value"),
        operator => operator == "Exists",
    }
}

fn mismatch(class: &Value) -> Denial {
    let overhead = FieldPath::root().key("overhead");
    let message = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead".to_owned();
    refuse(message, &overhead, Some((class, overhead.key("podFixed"))))
}

/// A refusal at a field of the pod's `spec`, and at what a class states.
fn refuse(message: String, field: &FieldPath, stated: Option<(&Value, FieldPath)>) -> Denial {
    let mut causes = vec![Cause { of: None, path: FieldPath::root().key("spec").join(field) }];
    causes.extend(stated.map(|(class, path)| Cause::stated("RuntimeClass", class, path)));
    Denial { plugin: PLUGIN, reason: "Forbidden", message, causes }
}
