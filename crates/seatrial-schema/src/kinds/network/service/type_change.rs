//! What an update drops where the type of a service no longer needs it, so long
//! as its author did not touch it, and what stays while the type stays
//! (`pkg/registry/core/service/strategy.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// Drops what the new type does not need.
pub(super) fn drop_fields(new: &mut Value, old: &Value) {
    let old = old.at("spec");
    let spec = new.struct_mut("spec");
    if super::is_external_name(spec) && !super::is_external_name(old) {
        drop_addresses(spec, old);
    }
    drop_node_ports(spec, old);
    let (was_balanced, is_balanced) = (super::is_load_balancer(old), super::is_load_balancer(spec));
    let was_accessible = super::is_externally_accessible(old);
    let rules = [
        ("healthCheckNodePort", super::needs_health_check(old) && !super::needs_health_check(spec)),
        ("allocateLoadBalancerNodePorts", was_balanced && !is_balanced),
        ("loadBalancerClass", was_balanced && !is_balanced),
        ("externalTrafficPolicy", was_accessible && !super::is_externally_accessible(spec)),
    ];
    for (field, is_useless) in rules {
        if is_useless && is_same(spec, old, field) {
            spec.remove(field);
        }
    }
    if !is_balanced && let Some(status) = new.at_mut("status") {
        status.remove("loadBalancer");
    }
}

fn is_same(spec: &Value, old: &Value, field: &str) -> bool {
    spec.at(field).semantically_equals(old.at(field))
}

fn drop_addresses(spec: &mut Value, old: &Value) {
    if spec.str("clusterIP") == old.str("clusterIP") && is_same(spec, old, "clusterIPs") {
        spec.remove("clusterIP");
        spec.remove("clusterIPs");
    }
    for field in ["ipFamilies", "ipFamilyPolicy"] {
        if is_same(spec, old, field) {
            spec.remove(field);
        }
    }
}

fn drop_node_ports(spec: &mut Value, old: &Value) {
    let uses_them = |spec: &Value| matches!(spec.str("type"), "NodePort" | "LoadBalancer");
    let adds_one = |spec: &Value| {
        let mut numbers = node_ports(spec);
        numbers.any(|number| node_ports(old).all(|before| before != number))
    };
    if uses_them(old) && !uses_them(spec) && !adds_one(spec) {
        for port in spec.items_mut("ports") {
            port.remove("nodePort");
        }
    }
}

fn node_ports(spec: &Value) -> impl Iterator<Item = i64> {
    spec.items("ports").iter().map(|port| port.int("nodePort")).filter(|number| *number != 0)
}

/// The class of a load balancer and its health port stay.
pub(super) fn keep(new: &Value, old: &Value, errors: &mut Errors) {
    let (spec, stored, at) = (new.at("spec"), old.at("spec"), Path::new("spec"));
    let class = spec.at("loadBalancerClass");
    let are_balanced = super::is_load_balancer(spec) && super::is_load_balancer(stored);
    if are_balanced && class != stored.at("loadBalancerClass") {
        errors.invalid(&at.child("loadBalancerClass"), class.clone(), "may not change once set");
    }
    super::load_balancer_class(spec, &at, errors);
    let needs = super::needs_health_check(spec) && super::needs_health_check(stored);
    if needs && spec.at("healthCheckNodePort") != stored.at("healthCheckNodePort") {
        errors.forbidden(&at.child("healthCheckNodePort"), "field is immutable");
    }
}
