//! The ports of a service.

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::network;
use crate::path::Path;
use crate::rules;
use crate::value::{By, Entry, Map, Value};

/// The rules for each port.
pub(super) fn validate(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let ports = spec.items("ports");
    let mut names = BTreeSet::new();
    for (index, it) in ports.iter().enumerate() {
        let at = at.index(index);
        let name = it.str("name");
        if !name.is_empty() {
            errors.each_invalid(&at.child("name"), name, rules::names::dns1123_label(name));
            if !names.insert(name) {
                errors.duplicate(&at.child("name"), name);
            }
        } else if ports.len() > 1 {
            errors.required(&at.child("name"), "");
        }
        network::port_number(it.int("port"), &at.child("port"), errors);
        network::protocol(it.str("protocol"), &at.child("protocol"), errors);
        target(it.at("targetPort"), &at.child("targetPort"), errors);
        network::app_protocol(it, &at, errors);
    }
}

fn target(target: &Value, at: &Path<'_>, errors: &mut Errors) {
    match target {
        Value::Str(name) => errors.each_invalid(at, name, rules::names::port_name(name)),
        number => network::port_number(number.as_int().unwrap_or_default(), at, errors),
    }
}

/// The rules between ports, and what only some types of services may have.
pub(super) fn compare_with_type(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let ports = spec.items("ports");
    if spec.str("type") == "ClusterIP" {
        for (index, _) in ports.iter().enumerate().filter(|(_, port)| port.int("nodePort") != 0) {
            let detail = "may not be used when `type` is 'ClusterIP'";
            errors.forbidden(&at.index(index).child("nodePort"), detail);
        }
    }
    for index in repeated(ports, "nodePort") {
        let number = ports[index].int("nodePort");
        if number != 0 {
            errors.duplicate(&at.index(index).child("nodePort"), number);
        }
    }
    for index in repeated(ports, "port") {
        errors.duplicate(&at.index(index), identity(&ports[index]));
    }
}

/// Which ports have the number in `field` and the protocol of an earlier one.
fn repeated(ports: &[Value], field: &str) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let keys = ports.iter().map(|port| (port.int(field), port.str("protocol")));
    keys.enumerate().filter(|(_, key)| !seen.insert(*key)).map(|(index, _)| index).collect()
}

/// What must be unique of a port, in the server's words.
fn identity(port: &Value) -> Value {
    let entries = [("Port", Value::from(port.int("port"))), ("Protocol", port.at("protocol").clone())];
    let entry = |(key, value): (&str, Value)| Entry { key: key.into(), value, by: By::Manifest };
    entries.into_iter().map(entry).collect::<Map>().into()
}

/// The node port at which a load balancer asks for health.
pub(super) fn health_check(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let port = spec.int("healthCheckNodePort");
    if !super::needs_health_check(spec) {
        if port != 0 {
            let detail =
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            errors.invalid(at, port, detail);
        }
    } else if port != 0 {
        network::port_number(port, at, errors);
    } else if spec.str("healthCheckNodePort").is_empty() {
        errors.required(at, "");
    }
}
