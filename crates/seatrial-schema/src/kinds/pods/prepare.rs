//! What the server sets and drops before it validates a pod
//! (`pkg/registry/core/pod/strategy.go`, `pkg/api/pod/util.go`, 1.36).

use super::annotations::{APP_ARMOR, app_armor_field};
use super::resources::Amounts;
use super::security::validate_app_armor;
use super::walk::{CONTAINER_LISTS, containers};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::generations;
use crate::rules::quantities::of;
use crate::value::{By, Map, Value};

/// A new pod: no status but what follows from the spec.
pub(super) fn prepare_create(pod: &mut Value) {
    pod.struct_mut("metadata").set("generation", 1, By::Server);
    let mut status = Value::from(Map::default());
    status.set("phase", "Pending", By::Server);
    status.set("qosClass", quality_of_service(pod.at("spec")), By::Server);
    if !pod.at("spec").items("schedulingGates").is_empty() {
        status.set("conditions", vec![gated_condition()], By::Server);
    }
    pod.set("status", status, By::Server);
    drop_disabled_fields(pod, None);
    merge_label_keys(pod);
    sync_app_armor(pod);
}

/// A changed pod keeps its status and counts changes of its spec.
pub(super) fn prepare_update(pod: &mut Value, old: &Value) {
    drop_disabled_fields(pod, Some(old));
    generations::count(pod, old);
}

/// Drops what disabled features carry from a pod or a template, unless `old`,
/// the stored one, has it.
pub(crate) fn drop_disabled_fields(object: &mut Value, old: Option<&Value>) {
    let old = old.map_or(&Value::Null, |it| it.at("spec"));
    let Some(spec) = object.at_mut("spec") else { return };
    if !old.has("schedulingGroup") {
        spec.remove("schedulingGroup");
    }
    for field in ["clusterTrustBundle", "podCertificate"] {
        let mut stored = old.items("volumes").iter().flat_map(|it| it.at("projected").items("sources"));
        if stored.any(|it| it.has(field)) {
            continue;
        }
        for volume in spec.items_mut("volumes") {
            for source in volume.at_mut("projected").into_iter().flat_map(|it| it.items_mut("sources")) {
                source.remove(field);
            }
        }
    }
    let has_signal = |it: &Value| it.at("lifecycle").has("stopSignal");
    if containers(old).any(has_signal) {
        return;
    }
    for list in CONTAINER_LISTS {
        spec.items_mut(list).iter_mut().filter(|it| has_signal(it)).for_each(drop_stop_signal);
    }
}

fn drop_stop_signal(container: &mut Value) {
    if let Some(lifecycle) = container.at_mut("lifecycle") {
        lifecycle.remove("stopSignal");
        if lifecycle.is_empty() {
            container.remove("lifecycle");
        }
    }
}

fn gated_condition() -> Value {
    let mut condition = Value::from(Map::default());
    for (field, text) in [
        ("type", "PodScheduled"),
        ("status", "False"),
        ("reason", "SchedulingGated"),
        ("message", "Scheduling is blocked due to non-empty scheduling gates"),
    ] {
        condition.set(field, text, By::Server);
    }
    condition
}

/// How well a pod is served when its node runs short
/// (`pkg/apis/core/helper/qos`).
fn quality_of_service(spec: &Value) -> &'static str {
    let positive = |holder: &Value, field: &str| -> Amounts {
        let entries = holder.at("resources").entries(field).iter();
        let compute = entries.filter(|it| matches!(it.key.as_str(), "cpu" | "memory"));
        compute
            .map(|it| (it.key.clone(), of(&it.value)))
            .filter(|it| !it.1.is_zero() && !it.1.is_negative())
            .collect()
    };
    let holders: Vec<_> = if spec.has("resources") {
        vec![spec]
    } else {
        spec.items("containers").iter().chain(spec.items("initContainers")).collect()
    };
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    let mut is_bounded = true;
    for holder in holders {
        let own = positive(holder, "limits");
        // A pod that states its requests alone has no limits to fall short of.
        is_bounded &=
            own.len() == 2 || (spec.has("resources") && holder.at("resources").entries("limits").is_empty());
        for (sum, amounts) in [(&mut limits, own), (&mut requests, positive(holder, "requests"))] {
            for (name, amount) in amounts {
                let before = sum.get(&name).copied();
                sum.insert(name, before.map_or(amount, |it| it.plus(amount)));
            }
        }
    }
    if requests.is_empty() && limits.is_empty() {
        "BestEffort"
    } else if is_bounded && requests == limits {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// Puts the values that the pod's own labels have under `matchLabelKeys` and
/// `mismatchLabelKeys` into the selectors.
fn merge_label_keys(pod: &mut Value) {
    let labels = pod.at("metadata").at("labels").clone();
    let Some(spec) = pod.at_mut("spec") else { return };
    if let Some(affinity) = spec.at_mut("affinity") {
        for field in ["podAffinity", "podAntiAffinity"] {
            let Some(affinity) = affinity.at_mut(field) else { continue };
            for weighted in affinity.items_mut("preferredDuringSchedulingIgnoredDuringExecution") {
                weighted.at_mut("podAffinityTerm").into_iter().for_each(|it| merge_keys(it, &labels));
            }
            for term in affinity.items_mut("requiredDuringSchedulingIgnoredDuringExecution") {
                merge_keys(term, &labels);
            }
        }
    }
    for constraint in spec.items_mut("topologySpreadConstraints") {
        merge_keys(constraint, &labels);
    }
}

fn merge_keys(holder: &mut Value, labels: &Value) {
    let mut added = Vec::new();
    for (field, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in holder.items(field) {
            let Some(value) = labels.opt(key.as_str()) else { continue };
            let mut requirement = Value::from(Map::default());
            requirement.set("key", key.clone(), By::Server);
            requirement.set("operator", operator, By::Server);
            requirement.set("values", vec![value.clone()], By::Server);
            added.push(requirement);
        }
    }
    let Some(selector) = holder.at_mut("labelSelector").filter(|_| !added.is_empty()) else { return };
    match selector.at_mut("matchExpressions") {
        Some(Value::List(requirements)) => requirements.extend(added),
        _ => selector.set("matchExpressions", added, By::Server),
    }
}

/// Writes profiles that annotations name into the fields that took their place.
fn sync_app_armor(pod: &mut Value) {
    let annotations = pod.at("metadata").at("annotations").clone();
    let spec = pod.at("spec");
    if annotations.is_null() || spec.at("os").str("name") == "windows" {
        return;
    }
    let of_pod = spec.at("securityContext").at("appArmorProfile").clone();
    let Some(spec) = pod.at_mut("spec") else { return };
    for list in CONTAINER_LISTS {
        for container in spec.items_mut(list) {
            let annotation = format!("{APP_ARMOR}{}", container.str("name"));
            let Some(text) = annotations.opt(&annotation).map(Value::as_str) else { continue };
            let profile = app_armor_profile(text);
            if container.at("securityContext").has("appArmorProfile") || profile == of_pod {
                continue;
            }
            if !profile.is_null() {
                container.struct_mut("securityContext").set("appArmorProfile", profile, By::Server);
            }
        }
    }
}

/// The profile that an annotation stands for, null where it is malformed.
pub(super) fn app_armor_profile(annotation: &str) -> Value {
    let Some((kind, local)) = app_armor_field(annotation) else { return Value::Null };
    let mut profile = Value::from(Map::default());
    profile.set("type", kind, By::Server);
    if let Some(local) = local {
        profile.set("localhostProfile", Value::text(local), By::Server);
    }
    let mut errors = Errors::new();
    validate_app_armor(&profile, &Path::ROOT, &mut errors);
    if errors.is_empty() { profile } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn a_new_pod_has_the_status_that_follows_from_its_spec() {
        let mut pod = value("{spec: {schedulingGates: [{name: a}]}, status: {phase: Running}}");
        prepare_create(&mut pod);
        let status = pod.at("status");
        assert_eq!((status.str("phase"), status.str("qosClass")), ("Pending", "BestEffort"));
        assert_eq!(status.items("conditions").len(), 1);
    }

    #[test]
    fn quality_follows_from_requests_and_limits() {
        let quality = |resources: &str| {
            quality_of_service(&value(&format!("containers: [{{resources: {{{resources}}}}}]")))
        };
        assert_eq!(quality(""), "BestEffort");
        assert_eq!(quality("requests: {cpu: 1}"), "Burstable");
        let all = "{cpu: 1, memory: 1Gi}";
        assert_eq!(quality(&format!("requests: {all}, limits: {all}")), "Guaranteed");
        assert_eq!(quality("requests: {cpu: 1}, limits: {cpu: 1}"), "Burstable");
    }

    #[test]
    fn label_keys_are_merged_into_selectors() {
        let mut pod = value(
            "{metadata: {labels: {a: x}}, spec: {topologySpreadConstraints: [{matchLabelKeys: [a, b], labelSelector: {}}]}}",
        );
        merge_label_keys(&mut pod);
        let selector = pod.at("spec").items("topologySpreadConstraints")[0].at("labelSelector");
        assert_eq!(selector, &value("matchExpressions: [{key: a, operator: In, values: [x]}]"));
    }

    #[test]
    fn profiles_move_from_annotations_to_fields() {
        let mut pod = value(&format!(
            "{{metadata: {{annotations: {{\"{APP_ARMOR}a\": localhost/x}}}}, spec: {{containers: [{{name: a}}]}}}}"
        ));
        sync_app_armor(&mut pod);
        let profile = pod.at("spec").items("containers")[0].at("securityContext").at("appArmorProfile");
        assert_eq!((profile.str("type"), profile.str("localhostProfile")), ("Localhost", "x"));
    }
}
