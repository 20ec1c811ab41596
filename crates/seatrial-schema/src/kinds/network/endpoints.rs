//! `Endpoints`, and the rules for the addresses of endpoints.

use std::net::IpAddr;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{addresses, names};
use crate::value::Value;

pub(super) const ENDPOINTS: Strategy = Strategy {
    default: |endpoints| {
        for subset in endpoints.items_mut("subsets") {
            for port in subset.items_mut("ports") {
                port.default_text("protocol", "TCP");
            }
        }
    },
    validate: |endpoints, errors| {
        metadata::create(endpoints, Scope::Namespaced, names::subdomain_name, errors);
        subsets(endpoints, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        metadata::create(new, Scope::Namespaced, names::subdomain_name, errors);
        // Old releases took what this one does not.
        if !new.at("subsets").semantically_equals(old.at("subsets")) {
            subsets(new, errors);
        }
    },
    warnings,
    ..Strategy::plain("", "v1", "Endpoints")
};

const ADDRESSES: [&str; 2] = ["addresses", "notReadyAddresses"];

fn subsets(endpoints: &Value, errors: &mut Errors) {
    let all = Path::new("subsets");
    for (index, subset) in endpoints.items("subsets").iter().enumerate() {
        let at = all.index(index);
        if ADDRESSES.iter().all(|field| subset.items(field).is_empty()) {
            errors.required(&at, "must specify `addresses` or `notReadyAddresses`");
        }
        for field in ADDRESSES {
            let at = at.child(field);
            for (index, it) in subset.items(field).iter().enumerate() {
                address(it, &at.index(index), errors);
            }
        }
        let (ports, at) = (subset.items("ports"), at.child("ports"));
        for (index, it) in ports.iter().enumerate() {
            port(it, ports.len() > 1, &at.index(index), errors);
        }
    }
}

fn address(address: &Value, at: &Path<'_>, errors: &mut Errors) {
    let ip = address.str("ip");
    addresses::legacy_ip(&at.child("ip"), ip, errors);
    let hostname = address.str("hostname");
    if !hostname.is_empty() {
        errors.each_invalid(&at.child("hostname"), hostname, names::dns1123_label(hostname));
    }
    if let Some(node) = address.opt("nodeName").map(Value::as_str) {
        errors.each_invalid(&at.child("nodeName"), node, names::subdomain_name(node, false));
    }
    endpoint_ip(ip, &at.child("ip"), errors);
}

fn port(port: &Value, needs_name: bool, at: &Path<'_>, errors: &mut Errors) {
    let (name, protocol) = (port.str("name"), port.str("protocol"));
    if !name.is_empty() {
        errors.each_invalid(&at.child("name"), name, names::dns1123_label(name));
    } else if needs_name {
        errors.required(&at.child("name"), "");
    }
    super::port_number(port.int("port"), &at.child("port"), errors);
    super::protocol(protocol, &at.child("protocol"), errors);
    super::app_protocol(port, at, errors);
}

/// Whether traffic can be sent to an address; for historical reasons also asked
/// of `externalIPs`.
pub(super) fn endpoint_ip(value: &str, at: &Path<'_>, errors: &mut Errors) {
    let Some(ip) = addresses::sloppy_ip(value) else {
        errors.invalid(at, value, "must be a valid IP address");
        return;
    };
    let is_in = |v4: fn([u8; 4]) -> bool, v6: fn([u16; 8]) -> bool| match ip {
        IpAddr::V4(ip) => v4(ip.octets()),
        IpAddr::V6(ip) => v6(ip.segments()),
    };
    if ip.is_unspecified() {
        errors.invalid(at, value, format!("may not be unspecified ({value})"));
    }
    if ip.is_loopback() {
        errors.invalid(at, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if is_in(|it| it[..2] == [169, 254], |it| it[0] & 0xFFC0 == 0xFE80) {
        errors.invalid(at, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if is_in(|it| it[..3] == [224, 0, 0], |it| it[0] & 0xFF0F == 0xFF02) {
        let detail = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
        errors.invalid(at, value, detail);
    }
}

fn warnings(endpoints: &Value) -> Vec<String> {
    let labels = endpoints.at("metadata").at("labels");
    if labels.str("endpoints.kubernetes.io/managed-by") == "endpoint-controller" {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let subsets = Path::new("subsets");
    for (index, subset) in endpoints.items("subsets").iter().enumerate() {
        let at = subsets.index(index);
        for field in ADDRESSES {
            let at = at.child(field);
            for (index, it) in subset.items(field).iter().enumerate() {
                warnings.extend(addresses::ip_warning(&at.index(index).child("ip"), it.str("ip")));
            }
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn traffic_is_sent_to_addresses_that_can_be_reached() {
        let rows = [
            ("192.0.2.1", 0),
            ("2001:db8::1", 0),
            ("0.0.0.0", 1),
            ("127.0.0.1", 1),
            ("169.254.1.1", 1),
            ("224.0.0.9", 1),
            ("fe80::1", 1),
            ("ff02::1", 1),
            ("x", 1),
        ];
        for (ip, count) in rows {
            let mut errors = Errors::new();
            endpoint_ip(ip, &Path::new("ip"), &mut errors);
            assert_eq!(errors.len(), count, "{ip}");
        }
    }

    #[test]
    fn old_faults_may_stay_where_nothing_changes() {
        let stored = value(
            "{metadata: {name: a, namespace: b, resourceVersion: '1'}, subsets: [{ports: [{port: 0}]}]}",
        );
        let mut errors = Errors::new();
        (ENDPOINTS.validate_update)(&stored, &stored, &mut errors);
        assert!(errors.is_empty());
        (ENDPOINTS.validate)(&stored, &mut errors);
        let expected = ["subsets[0] FieldValueRequired", "subsets[0].ports[0].port FieldValueInvalid"];
        assert_eq!(fields(&errors)[..2], expected);
    }
}
