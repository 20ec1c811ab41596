//! `EndpointSlice`.

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::network::endpoints::endpoint_ip;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{addresses, names};
use crate::value::{By, Value};

pub(super) const ENDPOINT_SLICE: Strategy = Strategy {
    default: |slice| {
        for port in slice.items_mut("ports") {
            port.set_default("name", "");
            port.set_default("protocol", "TCP");
        }
    },
    prepare_create: |slice| {
        super::begin_generation(slice);
        drop_topology(slice);
    },
    prepare_update,
    validate: |slice, errors| {
        validate(slice, errors);
        endpoints(slice, errors);
    },
    validate_update: |new, old, errors| {
        validate(new, errors);
        // Old releases took what this one does not.
        if !new.at("endpoints").semantically_equals(old.at("endpoints")) {
            endpoints(new, errors);
        }
        metadata::immutable(new.at("addressType"), old.at("addressType"), &Path::new("addressType"), errors);
        metadata::update(new, old, errors);
    },
    warnings,
    ..Strategy::plain("discovery.k8s.io", "v1", "EndpointSlice")
};

const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];
const ENDPOINTS_MOST: usize = 1000;
const ADDRESSES_MOST: usize = 100;
const PORTS_MOST: usize = 20_000;
const HINTS_MOST: usize = 8;

/// The topology may no longer be written through this version.
fn drop_topology(slice: &mut Value) {
    for endpoint in slice.items_mut("endpoints") {
        endpoint.remove("deprecatedTopology");
    }
}

fn prepare_update(new: &mut Value, old: &Value) {
    let is_same = |field: &str| new.at(field).semantically_equals(old.at(field));
    let labels = |object: &Value| object.at("metadata").at("labels").clone();
    let is_changed = !["addressType", "endpoints", "ports"].into_iter().all(is_same)
        || !labels(new).semantically_equals(&labels(old));
    let generation = old.at("metadata").int("generation").saturating_add(i64::from(is_changed));
    new.struct_mut("metadata").set("generation", generation, By::Server);
    if !new.at("endpoints").semantically_equals(old.at("endpoints")) {
        drop_topology(new);
    }
}

fn validate(slice: &Value, errors: &mut Errors) {
    metadata::create(slice, Scope::Namespaced, names::subdomain_name, errors);
    let (kind, at) = (slice.str("addressType"), Path::new("addressType"));
    if kind.is_empty() {
        errors.required(&at, "");
    } else if !ADDRESS_TYPES.contains(&kind) {
        errors.not_supported(&at, kind, &ADDRESS_TYPES);
    }
    ports(slice.items("ports"), &Path::new("ports"), errors);
}

fn ports(ports: &[Value], at: &Path<'_>, errors: &mut Errors) {
    if ports.len() > PORTS_MOST {
        errors.too_many(at, ports.len(), PORTS_MOST);
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let (at, name) = (at.index(index), port.str("name"));
        if !name.is_empty() {
            errors.each_invalid(&at.child("name"), name, names::dns1123_label(name));
        }
        if !seen.insert(name) {
            errors.duplicate(&at.child("name"), name);
        }
        match port.opt("protocol").map(Value::as_str) {
            None => errors.required(&at.child("protocol"), ""),
            Some(protocol) if super::PROTOCOLS.contains(&protocol) => {}
            Some(protocol) => errors.not_supported(&at.child("protocol"), protocol, &super::PROTOCOLS),
        }
        super::app_protocol(port, &at, errors);
    }
}

fn endpoints(slice: &Value, errors: &mut Errors) {
    let (all, at) = (slice.items("endpoints"), Path::new("endpoints"));
    if all.len() > ENDPOINTS_MOST {
        errors.too_many(&at, all.len(), ENDPOINTS_MOST);
        return;
    }
    for (index, it) in all.iter().enumerate() {
        endpoint(it, slice.str("addressType"), &at.index(index), errors);
    }
}

fn endpoint(endpoint: &Value, kind: &str, at: &Path<'_>, errors: &mut Errors) {
    let (all, path) = (endpoint.items("addresses"), at.child("addresses"));
    if all.is_empty() {
        errors.required(&path, "must contain at least 1 address");
    } else if all.len() > ADDRESSES_MOST {
        errors.too_many(&path, all.len(), ADDRESSES_MOST);
    }
    for (index, it) in all.iter().enumerate() {
        address(it.as_str(), kind, index, &path, errors);
    }
    if let Some(node) = endpoint.opt("nodeName").map(Value::as_str) {
        errors.each_invalid(&at.child("nodeName"), node, names::subdomain_name(node, false));
    }
    metadata::labels(endpoint.at("deprecatedTopology"), &at.child("deprecatedTopology"), errors);
    if let Some(hostname) = endpoint.opt("hostname").map(Value::as_str) {
        errors.each_invalid(&at.child("hostname"), hostname, names::dns1123_label(hostname));
    }
    let (hints, at) = (endpoint.at("hints"), at.child("hints"));
    if hint_names(hints.items("forZones"), names::label_value, &at.child("forZones"), errors) {
        let rule = |node: &str| names::subdomain_name(node, false);
        hint_names(hints.items("forNodes"), rule, &at.child("forNodes"), errors);
    }
}

fn address(value: &str, kind: &str, index: usize, all: &Path<'_>, errors: &mut Errors) {
    let at = all.index(index);
    let (is_address, is_right, detail) = match kind {
        "IPv4" => {
            let is_address = addresses::legacy_ip(&at, value, errors);
            (is_address, !addresses::is_v6(value), "must be an IPv4 address")
        }
        "IPv6" => {
            let is_address = addresses::canonical_ip(&at, value, errors);
            (is_address, addresses::is_v6(value), "must be an IPv6 address")
        }
        "FQDN" => return domain(value, &at, errors),
        // The type itself is refused.
        _ => return,
    };
    if !is_address {
        return;
    }
    if !is_right {
        errors.invalid(all, value, detail);
    }
    endpoint_ip(value, &at, errors);
}

/// A domain of two labels at least; a dot may end it.
fn domain(value: &str, at: &Path<'_>, errors: &mut Errors) {
    if value.is_empty() {
        errors.required(at, "");
        return;
    }
    let name = value.strip_suffix('.').unwrap_or(value);
    let wrong = names::dns1123_subdomain(name);
    if !wrong.is_empty() {
        errors.invalid(at, name, wrong.join(","));
        return;
    }
    if !name.contains('.') {
        errors.invalid(at, name, "should be a domain with at least two segments separated by dots");
        return;
    }
    let label = name.split('.').find(|label| !names::dns1123_label(label).is_empty());
    if let Some(label) = label {
        errors.invalid(at, label, names::dns1123_label(label).join(","));
    }
}

/// Names of zones or nodes, each once. Answers whether there are not too many.
fn hint_names(
    hints: &[Value],
    rule: impl Fn(&str) -> names::Messages,
    at: &Path<'_>,
    errors: &mut Errors,
) -> bool {
    if hints.len() > HINTS_MOST {
        errors.too_many(at, hints.len(), HINTS_MOST);
        return false;
    }
    for (index, hint) in hints.iter().enumerate() {
        let (item, name) = (at.index(index), hint.str("name"));
        let at = item.child("name");
        if hints[..index].iter().any(|before| before.str("name") == name) {
            errors.duplicate(&at, name);
        }
        errors.each_invalid(&at, name, rule(name));
    }
    true
}

fn warnings(slice: &Value) -> Vec<String> {
    let mut warnings = Vec::new();
    if slice.str("addressType") == "FQDN" {
        warnings.push("spec.addressType: FQDN endpoints are deprecated".to_owned());
    }
    let manager = slice.at("metadata").at("labels").str("endpointslice.kubernetes.io/managed-by");
    if matches!(manager, "endpointslice-controller.k8s.io" | "endpointslicemirroring-controller.k8s.io") {
        return warnings;
    }
    let endpoints = Path::new("endpoints");
    for (index, endpoint) in slice.items("endpoints").iter().enumerate() {
        let item = endpoints.index(index);
        let at = item.child("addresses");
        let all = endpoint.items("addresses").iter().enumerate();
        warnings.extend(all.filter_map(|(index, it)| addresses::ip_warning(&at.index(index), it.as_str())));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(slice: &str) -> Vec<String> {
        let mut slice = value(&format!("{{metadata: {{name: a, namespace: b}}, {slice}}}"));
        (ENDPOINT_SLICE.default)(&mut slice);
        let mut errors = Errors::new();
        (ENDPOINT_SLICE.validate)(&slice, &mut errors);
        fields(&errors)
    }

    #[test]
    fn addresses_are_of_the_type_that_is_named() {
        let rows = [
            ("IPv4", "192.0.2.1", 0),
            ("IPv4", "2001:db8::1", 1),
            ("IPv6", "2001:db8::1", 0),
            ("IPv6", "2001:DB8::1", 1),
            ("FQDN", "a.example.com.", 0),
            ("FQDN", "localhost", 1),
            ("DNS", "whatever it is", 1),
        ];
        for (kind, address, count) in rows {
            let refused = refused(&format!("addressType: {kind}, endpoints: [{{addresses: ['{address}']}}]"));
            assert_eq!(refused.len(), count, "{kind} {address}: {refused:?}");
        }
    }

    #[test]
    fn ports_without_names_are_named_alike() {
        let refused = refused("addressType: IPv4, ports: [{port: 1}, {port: 2}]");
        assert_eq!(refused, ["ports[1].name FieldValueDuplicate"]);
    }
}
