//! Services and what leads to and from them: endpoints, ingresses, network
//! policies, the addresses of services (`pkg/apis/{core,networking,discovery}`,
//! `pkg/registry/{core,networking,discovery}`, 1.36).

mod endpoint_slice;
mod endpoints;
mod ingress;
mod ingress_beta;
mod ingress_class;
mod network_policy;
mod service;
mod service_addresses;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::names;
use crate::value::{By, Value};

pub use service::hangs_on_cluster;

/// What the server does with the kinds of this family.
pub(crate) const KINDS: &[Strategy] = &[
    service::SERVICE,
    endpoints::ENDPOINTS,
    endpoint_slice::ENDPOINT_SLICE,
    Strategy { version: "v1beta1", ..endpoint_slice::ENDPOINT_SLICE },
    ingress::INGRESS,
    ingress_beta::BETA,
    ingress_beta::EXTENSIONS,
    ingress_class::INGRESS_CLASS,
    Strategy { version: "v1beta1", ..ingress_class::INGRESS_CLASS },
    network_policy::NETWORK_POLICY,
    Strategy { group: "extensions", version: "v1beta1", ..network_policy::NETWORK_POLICY },
    service_addresses::IP_ADDRESS,
    service_addresses::SERVICE_CIDR,
    Strategy { version: "v1beta1", ..service_addresses::IP_ADDRESS },
    Strategy { version: "v1beta1", ..service_addresses::SERVICE_CIDR },
    Strategy { version: "v1alpha1", ..service_addresses::IP_ADDRESS },
    Strategy { version: "v1alpha1", ..service_addresses::SERVICE_CIDR },
];

const NETWORKING: &str = "networking.k8s.io";
/// In the order in which the server lists them.
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

/// A new object has generation 1.
fn begin_generation(object: &mut Value) {
    object.struct_mut("metadata").set("generation", 1, By::Server);
}

/// A changed object has the generation of the stored one, one more where its
/// spec changed.
fn continue_generation(new: &mut Value, old: &Value) {
    let is_changed = !new.at("spec").semantically_equals(old.at("spec"));
    let generation = old.at("metadata").int("generation").saturating_add(i64::from(is_changed));
    new.struct_mut("metadata").set("generation", generation, By::Server);
}

/// Clients set no status.
fn drop_status(object: &mut Value) {
    object.remove("status");
}

/// An update keeps the stored status.
fn keep_status(new: &mut Value, old: &Value) {
    match old.opt("status") {
        Some(status) => new.set("status", status.clone(), By::Server),
        None => drop(new.remove("status")),
    }
}

fn port_number(port: i64, at: &Path<'_>, errors: &mut Errors) {
    for message in names::port_number(port) {
        errors.invalid(at, port, message);
    }
}

fn protocol(protocol: &str, at: &Path<'_>, errors: &mut Errors) {
    if protocol.is_empty() {
        errors.required(at, "");
    } else if !PROTOCOLS.contains(&protocol) {
        errors.not_supported(at, protocol, &PROTOCOLS);
    }
}

fn app_protocol(port: &Value, at: &Path<'_>, errors: &mut Errors) {
    if let Some(protocol) = port.opt("appProtocol").map(Value::as_str) {
        errors.each_invalid(&at.child("appProtocol"), protocol, names::label_key(protocol));
    }
}

/// A text that must be there and be one segment of a path.
fn required_segment(object: &Value, field: &str, at: &Path<'_>, errors: &mut Errors) {
    let text = object.str(field);
    if text.is_empty() {
        errors.required(&at.child(field), "");
    } else {
        errors.each_invalid(&at.child(field), text, names::path_segment(text, false));
    }
}
