//! One device of a pool.

use std::collections::BTreeSet;

use super::requests::EFFECTS;
use super::{attributes, capacities, each, each_entry, label, qualified_name, slices, unique};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{choices, metadata, names, nodes, quantities, resources};
use crate::value::Value;

const ATTRIBUTES_AND_CAPACITIES_MOST: usize = 32;
const ATTRIBUTE_VALUES_MOST: usize = 48;
const TAINTS_MOST: usize = 16;
const CONSUMPTIONS_MOST: usize = 2;
const CONDITIONS_MOST: usize = 4;

/// Rules for a device; `old` is the stored one of that name.
pub(super) fn validate(
    device: &Value,
    old: Option<&Value>,
    chooses_nodes: bool,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    label(device.str("name"), &at.child("name"), errors);
    sizes(device, at, errors);
    let at_attributes = at.child("attributes");
    let listed = device.entries("attributes");
    each_entry(listed, None, &at_attributes, errors, qualified_name, attributes::validate);
    let is_shared = device.bool("allowMultipleAllocations");
    let at_capacity = at.child("capacity");
    let capacity = |capacity: &Value, at: &Path<'_>, errors: &mut Errors| {
        let Some(policy) = capacity.opt("requestPolicy") else { return };
        let at = at.child("requestPolicy");
        if is_shared {
            capacities::request_policy(capacity.at("value"), policy, &at, errors);
        } else {
            errors.forbidden(&at, "allowMultipleAllocations must be true");
        }
    };
    each_entry(device.entries("capacity"), None, &at_capacity, errors, qualified_name, capacity);
    if !old.is_some_and(|old| old.at("taints").semantically_equals(device.at("taints"))) {
        each(device.items("taints"), Some(TAINTS_MOST), &at.child("taints"), errors, taint);
    }
    let consumptions = device.items("consumesCounters");
    let at_consumptions = at.child("consumesCounters");
    if each(consumptions, Some(CONSUMPTIONS_MOST), &at_consumptions, errors, consumption) {
        unique(consumptions.iter().map(|it| it.str("counterSet")), &at_consumptions, errors);
    }
    if chooses_nodes {
        placement(device, at, errors);
    } else if ["nodeName", "nodeSelector", "allNodes"].iter().any(|field| device.has(field)) {
        let detail = "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        errors.invalid(at, Value::Null, detail);
    }
    binding_conditions(device, at, errors);
    mappings(device, &at.child("nodeAllocatableResourceMappings"), errors);
}

fn sizes(device: &Value, at: &Path<'_>, errors: &mut Errors) {
    let listed = device.entries("attributes");
    let both = listed.len() + device.entries("capacity").len();
    let lists = ["bools", "ints", "strings", "versions"];
    let values = |attribute: &Value| lists.iter().map(|it| attribute.items(it).len()).sum::<usize>().max(1);
    let values = listed.iter().map(|it| values(&it.value)).sum();
    for (what, count, most) in [
        ("attributes and capacities", both, ATTRIBUTES_AND_CAPACITIES_MOST),
        ("attribute values", values, ATTRIBUTE_VALUES_MOST),
    ] {
        if count > most {
            let number = i64::try_from(count).unwrap_or(i64::MAX);
            errors.invalid(at, number, format!("the total number of {what} must not exceed {most}"));
        }
    }
}

pub(super) fn taint(taint: &Value, at: &Path<'_>, errors: &mut Errors) {
    metadata::label_name(taint.str("key"), &at.child("key"), errors);
    let value = taint.str("value");
    if !value.is_empty() {
        errors.each_invalid(&at.child("value"), value, names::label_value(value));
    }
    choices::required(taint, "effect", &EFFECTS, at, errors);
}

fn consumption(consumption: &Value, at: &Path<'_>, errors: &mut Errors) {
    match consumption.str("counterSet") {
        "" => errors.required(&at.child("counterSet"), ""),
        name => label(name, &at.child("counterSet"), errors),
    }
    slices::counters(consumption, at, errors);
}

fn placement(device: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut ways = Vec::new();
    match device.opt("nodeName").map(Value::as_str) {
        None => {}
        Some("") => errors.invalid(&at.child("nodeName"), "", "must not be empty"),
        Some(name) => {
            ways.push("`nodeName`");
            errors.each_invalid(&at.child("nodeName"), name, names::dns1123_subdomain(name));
        }
    }
    if let Some(selector) = device.opt("nodeSelector") {
        ways.push("`nodeSelector`");
        nodes::node_selector(selector, false, &at.child("nodeSelector"), errors);
    }
    match device.opt("allNodes") {
        None => {}
        Some(Value::Bool(true)) => ways.push("`allNodes`"),
        Some(_) => errors.invalid(&at.child("allNodes"), false, "must be either unset or set to true"),
    }
    let detail = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    match ways.len() {
        0 => errors.required(at, detail),
        1 => {}
        _ => errors.invalid(at, format!("{{{}}}", ways.join(", ")).as_str(), detail),
    }
}

fn binding_conditions(device: &Value, at: &Path<'_>, errors: &mut Errors) {
    let fields = ["bindingConditions", "bindingFailureConditions"];
    for field in fields {
        each(
            device.items(field),
            Some(CONDITIONS_MOST),
            &at.child(field),
            errors,
            |condition, at, errors| {
                metadata::label_name(condition.as_str(), at, errors);
            },
        );
    }
    let succeeded: BTreeSet<_> = device.items(fields[0]).iter().map(Value::as_str).collect();
    unique(device.items(fields[0]).iter().map(Value::as_str), &at.child(fields[0]), errors);
    unique(device.items(fields[1]).iter().map(Value::as_str), &at.child(fields[1]), errors);
    let at_failures = at.child(fields[1]);
    for (index, condition) in device.items(fields[1]).iter().enumerate() {
        if succeeded.contains(condition.as_str()) {
            let detail = "bindingFailureConditions must not overlap with bindingConditions";
            errors.invalid(&at_failures.index(index), condition.clone(), detail);
        }
    }
    for (field, other) in [(fields[0], fields[1]), (fields[1], fields[0])] {
        if device.items(field).is_empty() && !device.items(other).is_empty() {
            let detail = format!("{field} are required to use {other}");
            errors.invalid(&at.child(field), device.at(field).clone(), detail);
        }
    }
}

fn mappings(device: &Value, at: &Path<'_>, errors: &mut Errors) {
    for entry in device.entries("nodeAllocatableResourceMappings") {
        let at = at.key(&entry.key);
        if !resources::is_native(&entry.key) {
            errors.invalid(&at, entry.key.as_str(), "must be a node allocatable resource name");
        }
        let (factor, key) = (entry.value.opt("allocationMultiplier"), entry.value.opt("capacityKey"));
        if factor.is_none() && key.is_none() {
            errors.invalid(&at, "", "at least one of allocationMultiplier or capacityKey must be set");
        }
        let factor = factor.filter(|it| quantities::of(it) <= seatrial_model::Quantity::ZERO);
        if let Some(factor) = factor {
            errors.invalid(&at.child("allocationMultiplier"), factor.clone(), "must be positive");
        }
        let at_key = at.child("capacityKey");
        match key.map(Value::as_str) {
            Some("") => errors.invalid(&at_key, "", "capacityKey must not be an empty string"),
            Some(key) if !device.at("capacity").has(key) => errors.not_found(&at_key, key),
            None | Some(_) => {}
        }
    }
}
