//! `ResourceSlice`: the devices of a pool.

use super::{devices, driver_name, each, each_entry, label, unique};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, nodes};
use crate::value::{By, Value};

const DEVICES_MOST: usize = 128;
const ADVANCED_DEVICES_MOST: usize = 64;
const COUNTER_SETS_MOST: usize = 8;
pub(super) const COUNTERS_MOST: usize = 32;
const LISTS: [&str; 4] = ["bools", "ints", "strings", "versions"];

pub(super) const STRATEGY: Strategy = Strategy {
    default: |slice| {
        for device in slice.struct_mut("spec").items_mut("devices") {
            for taint in device.items_mut("taints") {
                // The server's clock is not known here.
                taint.set_default("timeAdded", "1970-01-01T00:00:00Z");
            }
        }
    },
    prepare_create: |slice| {
        slice.struct_mut("metadata").set("generation", 1, By::Server);
        drop_disabled(slice, None);
    },
    prepare_update: |new, old| {
        if !new.at("spec").semantically_equals(old.at("spec")) {
            let generation = old.at("metadata").int("generation") + 1;
            new.struct_mut("metadata").set("generation", generation, By::Server);
        }
        drop_disabled(new, Some(old));
    },
    validate: |slice, errors| {
        metadata::create(slice, Scope::Cluster, names::subdomain_name, errors);
        spec(slice.at("spec"), None, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        spec(new.at("spec"), Some(old.at("spec")), errors);
    },
    warnings: |slice| {
        let driver = slice.at("spec").str("driver");
        if driver == driver.to_lowercase() {
            return Vec::new();
        }
        vec![format!(
            "spec.driver: driver names should be lowercase; {driver:?} contains uppercase characters"
        )]
    },
    ..Strategy::plain(super::GROUP, "v1", "ResourceSlice")
};

/// Two features are off unless the stored slice uses them.
fn drop_disabled(slice: &mut Value, old: Option<&Value>) {
    let old_devices = old.map_or(&[][..], |old| old.at("spec").items("devices"));
    let had_mappings = old_devices.iter().any(|it| !it.entries("nodeAllocatableResourceMappings").is_empty());
    let had_lists = old_devices.iter().any(has_lists);
    for device in slice.struct_mut("spec").items_mut("devices") {
        if !had_mappings {
            device.remove("nodeAllocatableResourceMappings");
        }
        if had_lists || !device.has("attributes") {
            continue;
        }
        for (_, attribute) in device.struct_mut("attributes").map_mut().values_mut() {
            for field in LISTS {
                attribute.remove(field);
            }
        }
    }
}

fn has_lists(device: &Value) -> bool {
    device.entries("attributes").iter().any(|it| LISTS.iter().any(|field| it.value.has(field)))
}

fn spec(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    driver_name(spec.str("driver"), &at.child("driver"), errors);
    let at_pool = at.child("pool");
    pool(spec.at("pool"), &at_pool, errors);
    if let Some(old) = old {
        let names = (spec.at("pool").at("name"), old.at("pool").at("name"));
        metadata::immutable(names.0, names.1, &at_pool.child("name"), errors);
        for field in ["driver", "nodeName"] {
            metadata::immutable(spec.at(field), old.at(field), &at.child(field), errors);
        }
    }
    placement(spec, &at, errors);
    if spec.has("sharedCounters") && spec.has("devices") {
        errors.invalid(&at, "", "only one of `sharedCounters` or `devices` is allowed");
    }
    let all = spec.items("devices");
    let is_advanced = |device: &Value| {
        !device.items("taints").is_empty()
            || !device.items("consumesCounters").is_empty()
            || has_lists(device)
    };
    let most = if all.iter().any(is_advanced) { ADVANCED_DEVICES_MOST } else { DEVICES_MOST };
    let at_devices = at.child("devices");
    let old_devices = old.map_or(&[][..], |old| old.items("devices"));
    let is_short = each(all, Some(most), &at_devices, errors, |device, at, errors| {
        let old = old_devices.iter().find(|old| old.str("name") == device.str("name"));
        devices::validate(device, old, spec.bool("perDeviceNodeSelection"), at, errors);
    });
    if is_short {
        unique(all.iter().map(|it| it.str("name")), &at_devices, errors);
    }
    let sets = spec.items("sharedCounters");
    let at_sets = at.child("sharedCounters");
    if each(sets, Some(COUNTER_SETS_MOST), &at_sets, errors, counter_set) {
        unique(sets.iter().map(|it| it.str("name")), &at_sets, errors);
    }
}

/// Subdomains with slashes between them.
pub(super) fn pool_name(name: &str, at: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        errors.required(at, "");
        return;
    }
    if name.len() > names::SUBDOMAIN_LENGTH {
        errors.too_long(at, names::SUBDOMAIN_LENGTH);
    }
    for part in name.split('/') {
        errors.each_invalid(at, part, names::dns1123_subdomain(part));
    }
}

fn pool(pool: &Value, at: &Path<'_>, errors: &mut Errors) {
    pool_name(pool.str("name"), &at.child("name"), errors);
    let count = pool.int("resourceSliceCount");
    if count <= 0 {
        errors.invalid(&at.child("resourceSliceCount"), count, "must be greater than zero");
    }
    let generation = pool.int("generation");
    if generation < 0 {
        let detail = "must be greater than or equal to zero";
        errors.invalid(&at.child("generation"), generation, detail);
    }
}

/// Which nodes reach the pool: said in one way only.
fn placement(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    const WAYS: &str =
        "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    let mut ways = Vec::new();
    let at_name = at.child("nodeName");
    match spec.opt("nodeName").map(Value::as_str) {
        None => {}
        Some("") => errors.invalid(&at_name, "", "must be either unset or set to a non-empty string"),
        Some(name) => {
            ways.push("`nodeName`");
            errors.each_invalid(&at_name, name, names::dns1123_subdomain(name));
        }
    }
    if let Some(selector) = spec.opt("nodeSelector") {
        ways.push("`nodeSelector`");
        let at = at.child("nodeSelector");
        nodes::node_selector(selector, false, &at, errors);
        if selector.items("nodeSelectorTerms").len() != 1 {
            let terms = selector.at("nodeSelectorTerms").clone();
            errors.invalid(&at.child("nodeSelectorTerms"), terms, "must have exactly one node selector term");
        }
    }
    for (field, quoted) in
        [("allNodes", "`allNodes`"), ("perDeviceNodeSelection", "`perDeviceNodeSelection`")]
    {
        match spec.opt(field) {
            None => {}
            Some(Value::Bool(true)) => ways.push(quoted),
            Some(_) => errors.invalid(&at.child(field), false, "must be either unset or set to true"),
        }
    }
    match ways.len() {
        0 => errors.required(at, WAYS),
        1 => {}
        _ => {
            let found = format!("{{{}}}", ways.join(", "));
            errors.invalid(at, found.as_str(), format!("{WAYS}, but multiple fields are set"));
        }
    }
}

fn counter_set(set: &Value, at: &Path<'_>, errors: &mut Errors) {
    match set.str("name") {
        "" => errors.required(&at.child("name"), ""),
        name => label(name, &at.child("name"), errors),
    }
    counters(set, at, errors);
}

/// Rules for `counters`; any amount is fine.
pub(super) fn counters(holder: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("counters");
    let counters = holder.entries("counters");
    if counters.is_empty() {
        return errors.required(&at, "");
    }
    each_entry(counters, Some(COUNTERS_MOST), &at, errors, label, |_, _, _| {});
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn slices_are_held_to_their_rules() {
        let kind = "resource.k8s.io/v1/ResourceSlice";
        let pool = "driver: d, pool: {name: p, resourceSliceCount: 1}";
        assert_eq!(
            refused(kind, "spec: {allNodes: false}"),
            [
                "spec.driver FieldValueRequired",
                "spec.pool.name FieldValueRequired",
                "spec.pool.resourceSliceCount FieldValueInvalid",
                "spec.allNodes FieldValueInvalid",
                "spec FieldValueRequired",
            ]
        );
        let devices = "devices: [{name: a, attributes: {x: {string: s, int: 1}, y/z/w: {}}, capacity: {c: {value: 1Gi, requestPolicy: {default: 1Mi}}}}, {name: a, nodeName: node-1, taints: [{key: k}]}]";
        assert_eq!(
            refused(kind, &format!("spec: {{nodeName: node-1, {pool}, {devices}}}")),
            [
                "spec.devices[0].attributes[x] FieldValueInvalid",
                "spec.devices[0].attributes[y/z/w] FieldValueInvalid",
                "spec.devices[0].capacity[c].requestPolicy FieldValueForbidden",
                "spec.devices[1].taints[0].effect FieldValueRequired",
                "spec.devices[1] FieldValueInvalid",
                "spec.devices[1] FieldValueDuplicate",
            ]
        );
    }

    #[test]
    fn capacities_are_asked_for_in_steps() {
        let check = |policy: &str| {
            let capacity = format!("{{value: 10, requestPolicy: {{default: 2, {policy}}}}}");
            let device = format!("{{name: a, allowMultipleAllocations: true, capacity: {{c: {capacity}}}}}");
            let pool = "driver: d, pool: {name: p, resourceSliceCount: 1}, allNodes: true";
            refused("resource.k8s.io/v1/ResourceSlice", &format!("spec: {{{pool}, devices: [{device}]}}"))
        };
        let at = "spec.devices[0].capacity[c].requestPolicy";
        assert_eq!(check("validRange: {min: 0, max: 10, step: 2}"), [""; 0]);
        assert_eq!(
            check("validRange: {min: 1, max: 12, step: 2}"),
            [
                format!("{at}.validRange.max FieldValueInvalid"),
                format!("{at}.validRange.step FieldValueInvalid"),
                format!("{at}.validRange.step FieldValueInvalid"),
            ]
        );
        assert_eq!(
            check("validValues: [3, 1, 1]"),
            [
                format!("{at}.validValues[1] FieldValueInvalid"),
                format!("{at}.validValues[2] FieldValueDuplicate"),
                format!("{at}.validValues FieldValueInvalid"),
            ]
        );
    }
}
