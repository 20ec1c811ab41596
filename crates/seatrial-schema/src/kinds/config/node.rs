//! `Node`. Taints and avoided pods in annotations, which nothing has written
//! since 1.6, are not looked at.

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::{Strategy, config, pods};
use crate::path::Path;
use crate::rules::addresses::{self, Cidr};
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, resources};
use crate::value::{By, Value};

pub(super) const NODE: Strategy = Strategy {
    default,
    prepare_create: |node| {
        add_not_ready(node.struct_mut("spec"));
        node.struct_mut("spec").remove("configSource");
        if let Some(status) = node.at_mut("status") {
            status.remove("config");
        }
    },
    prepare_update: |new, old| {
        config::keep(new, old, "status");
        if !old.at("spec").has("configSource") {
            new.struct_mut("spec").remove("configSource");
        }
    },
    validate,
    validate_update,
    warnings,
    ..Strategy::plain("", "v1", "Node")
};

const PLUGIN: By = By::Admission("TaintNodesByCondition");
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const LISTS: [&str; 2] = ["capacity", "allocatable"];

fn default(node: &mut Value) {
    if let Some(status) = node.at_mut("status") {
        if !status.has("allocatable") && status.has("capacity") {
            status.set_default("allocatable", status.at("capacity").clone());
        }
        for list in LISTS {
            pods::round_up(status, list);
        }
    }
    let spec = node.struct_mut("spec");
    let first = spec.items("podCIDRs").first().cloned();
    let own = spec.at("podCIDR").clone();
    match first {
        None if own.as_str().is_empty() => {}
        // Clients that know only the singular win.
        first if !own.as_str().is_empty() => {
            if first.as_ref() != Some(&own) {
                spec.set("podCIDRs", vec![own], By::Server);
            }
        }
        first => spec.set("podCIDR", first.unwrap_or_default(), By::Server),
    }
}

/// A new node is not ready, whatever it says.
fn add_not_ready(spec: &mut Value) {
    let is_it = |taint: &Value| taint.str("key") == NOT_READY && taint.str("effect") == EFFECTS[0];
    if spec.items("taints").iter().any(is_it) {
        return;
    }
    let mut taint = Value::default();
    taint.set("key", NOT_READY, PLUGIN);
    taint.set("effect", EFFECTS[0], PLUGIN);
    let mut taints = spec.items("taints").to_vec();
    taints.push(taint);
    spec.set("taints", taints, PLUGIN);
}

fn validate(node: &Value, errors: &mut Errors) {
    metadata::create(node, Scope::Cluster, names::subdomain_name, errors);
    let (metadata, spec) = (Path::new("metadata"), Path::new("spec"));
    // The server looks for taints under `metadata`.
    taints(node.at("spec").items("taints"), &metadata.child("taints"), errors);
    status(node.at("status"), errors);
    if let Some(capacity) = node.at("status").at("nodeInfo").at("swap").opt("capacity")
        && capacity.as_int().unwrap_or_default() <= 0
    {
        let at = metadata.child("nodeSwapStatus");
        errors.invalid(&at.child("capacity"), capacity.clone(), "must be greater than zero");
    }
    pod_cidrs(node.at("spec").items("podCIDRs"), &spec.child("podCIDRs"), errors);
    errors.lead(&["metadata", "taints"], &["spec", "taints"]);
    errors.lead(&["metadata", "nodeSwapStatus"], &["status", "nodeInfo", "swap"]);
}

fn taints(taints: &[Value], at: &Path<'_>, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (index, taint) in taints.iter().enumerate() {
        let at = at.index(index);
        let (key, value, effect) = (taint.str("key"), taint.str("value"), taint.str("effect"));
        errors.each_invalid(&at.child("key"), key, names::label_key(key));
        let wrong = names::label_value(value);
        if !wrong.is_empty() {
            errors.invalid(&at.child("value"), value, wrong.join(";"));
        }
        if effect.is_empty() {
            errors.required(&at.child("effect"), "");
        } else if !EFFECTS.contains(&effect) {
            errors.not_supported(&at.child("effect"), effect, &EFFECTS);
        }
        if !seen.insert((effect, key)) {
            let detail = "taints must be unique by key and effect pair";
            errors.add(crate::Reason::Duplicate, &at, Some(taint.clone()), detail);
        }
    }
}

fn status(status: &Value, errors: &mut Errors) {
    let at = Path::new("status");
    for list in LISTS {
        let at = at.child(list);
        for entry in status.entries(list) {
            resources::amount(entry, &at.child(&entry.key), errors);
        }
    }
    let (features, at) = (status.items("declaredFeatures"), at.child("declaredFeatures"));
    for (index, feature) in features.iter().map(Value::as_str).enumerate() {
        if !is_feature(feature) {
            errors.invalid(&at.index(index), feature, feature_fault(feature));
        }
        let Some(next) = features.get(index + 1).map(Value::as_str) else { continue };
        if feature == next {
            errors.duplicate(&at.index(index + 1), next);
        } else if feature > next {
            errors.invalid(&at.index(index + 1), next, "list must be sorted alphabetically");
        }
    }
}

/// `MyFeature/part`
fn is_feature(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|it: char| it.is_ascii_alphabetic())
            && part.bytes().all(|it| it.is_ascii_alphanumeric())
    };
    name.len() <= names::SUBDOMAIN_LENGTH
        && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.split('/').all(is_part)
}

fn feature_fault(name: &str) -> String {
    if name.len() > names::SUBDOMAIN_LENGTH {
        return format!(
            "invalid feature name {name:?}: must be no more than {} characters",
            names::SUBDOMAIN_LENGTH
        );
    }
    format!(
        "invalid feature name {name:?}: must start with an UpperCamelCase segment, with subsequent segments separated \
         by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes"
    )
}

fn pod_cidrs(all: &[Value], at: &Path<'_>, errors: &mut Errors) {
    for (index, block) in all.iter().enumerate() {
        addresses::legacy_cidr(&at.index(index), block.as_str(), errors);
    }
    if all.len() < 2 {
        return;
    }
    let families: Option<BTreeSet<bool>> =
        all.iter().map(|block| Cidr::sloppy(block.as_str()).map(|block| block.is_v6())).collect();
    if families.is_none() {
        errors.internal(at, "invalid PodCIDRs. failed to check with dual stack");
    }
    if all.len() > 2 || families.is_none_or(|families| families.len() < 2) {
        errors.invalid(at, all.to_vec(), "may specify no more than one CIDR for each IP family");
    }
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    validate(new, errors);
    metadata::update(new, old, errors);
    let (spec, stored, at) = (new.at("spec"), old.at("spec"), Path::new("spec"));
    let status = Path::new("status");
    let mut seen = BTreeSet::new();
    for (index, address) in new.at("status").items("addresses").iter().enumerate() {
        if !seen.insert((address.str("type"), address.str("address"))) {
            errors.duplicate(&status.child("addresses").index(index), address.clone());
        }
    }
    let is_set = |field: &str| {
        !stored.at(field).is_empty() && stored.at(field).as_str() != "" || !stored.items(field).is_empty()
    };
    for (field, word) in [("podCIDRs", "podCIDR"), ("providerID", "providerID")] {
        if is_set(field) && !spec.at(field).semantically_equals(stored.at(field)) {
            let detail = format!("node updates may not change {word} except from \"\" to valid");
            errors.forbidden(&at.child(field), detail);
        }
    }
    if let Some(source) = spec.opt("configSource") {
        config_source(source, &at.child("configSource"), errors);
    }
    if spec.str("externalID") != stored.str("externalID") {
        errors.forbidden(&at.child("externalID"), "may not be updated");
    }
}

/// Only nodes that have had one since before 1.24 can hold one.
fn config_source(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(map) = source.opt("configMap") else {
        return errors.invalid(at, source.clone(), "exactly one reference subfield must be non-nil");
    };
    let at = at.child("configMap");
    for field in ["uid", "resourceVersion"].into_iter().filter(|field| !map.str(field).is_empty()) {
        errors.forbidden(&at.child(field), format!("{field} must not be set in spec"));
    }
    let mut required = |field: &str, rule: fn(&str) -> names::Messages| match map.str(field) {
        "" => errors.required(&at.child(field), ""),
        text => errors.each_invalid(&at.child(field), text, rule(text)),
    };
    required("namespace", names::dns1123_label);
    required("name", names::dns1123_subdomain);
    required("kubeletConfigKey", names::config_map_key);
}

fn warnings(node: &Value) -> Vec<String> {
    let (spec, at) = (node.at("spec"), Path::new("spec"));
    let mut warnings = Vec::new();
    if spec.has("configSource") {
        warnings.push("spec.configSource: the feature is removed".to_owned());
    }
    if !spec.str("externalID").is_empty() {
        warnings.push("spec.externalID: this field is deprecated, and is unused by Kubernetes".to_owned());
    }
    let at = at.child("podCIDRs");
    for (index, block) in spec.items("podCIDRs").iter().enumerate() {
        warnings.extend(addresses::cidr_warnings(&at.index(index), block.as_str()));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn a_new_node_is_not_ready_and_its_singular_block_wins() {
        let mut node =
            value("{spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.1.0/24]}, status: {capacity: {cpu: '1'}}}");
        (NODE.default)(&mut node);
        (NODE.prepare_create)(&mut node);
        let expected = "{spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24],
            taints: [{key: node.kubernetes.io/not-ready, effect: NoSchedule}]},
            status: {capacity: {cpu: '1'}, allocatable: {cpu: '1'}}}";
        assert_eq!(node, value(expected));
    }

    #[test]
    fn taints_are_unique_and_features_sorted() {
        let node = value(
            "{metadata: {name: a}, spec: {taints: [{key: a, effect: NoExecute}, {key: a, effect: NoExecute}]},
            status: {declaredFeatures: [B, A, A, a]}}",
        );
        let mut errors = Errors::new();
        validate(&node, &mut errors);
        let expected = [
            "metadata.taints[1] FieldValueDuplicate",
            "status.declaredFeatures[1] FieldValueInvalid",
            "status.declaredFeatures[2] FieldValueDuplicate",
            "status.declaredFeatures[3] FieldValueInvalid",
        ];
        assert_eq!(fields(&errors), expected);
    }
}
