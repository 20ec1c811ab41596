//! Configuration and the objects around workloads: config maps, secrets,
//! namespaces, nodes, events, service accounts, limits and quotas
//! (`pkg/apis/core/validation`, `pkg/apis/core/v1/{defaults,conversion}.go`,
//! `pkg/registry/core`, 1.36).

mod config_map;
mod event;
mod limit_range;
mod namespace;
mod node;
mod resource_quota;
mod secret;
mod service_account;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::value::{By, Value};

/// What the server does with the kinds of this family.
pub(crate) const KINDS: &[Strategy] = &[
    config_map::CONFIG_MAP,
    secret::SECRET,
    namespace::NAMESPACE,
    node::NODE,
    event::CORE_EVENT,
    event::EVENT,
    event::BETA_EVENT,
    service_account::SERVICE_ACCOUNT,
    limit_range::LIMIT_RANGE,
    resource_quota::RESOURCE_QUOTA,
];

/// The most that a config map or a secret may hold.
const DATA_SIZE: usize = 1024 * 1024;

/// An update keeps the stored value of a field.
fn keep(new: &mut Value, old: &Value, field: &'static str) {
    match old.opt(field) {
        Some(value) => new.set(field, value.clone(), By::Server),
        None => drop(new.remove(field)),
    }
}

/// What a stored object that says it is immutable forbids.
fn immutable(new: &Value, old: &Value, fields: &[&str], errors: &mut Errors) {
    const DETAIL: &str = "field is immutable when `immutable` is set";
    if !old.bool("immutable") {
        return;
    }
    if !new.bool("immutable") {
        errors.forbidden(&Path::new("immutable"), DETAIL);
    }
    for field in fields.iter().filter(|field| !new.at(field).semantically_equals(old.at(field))) {
        errors.forbidden(&Path::new(field), DETAIL);
    }
}

/// How many bytes a text in base64 stands for.
fn decoded_size(base64: &str) -> usize {
    let digits = base64.bytes().filter(|letter| !matches!(letter, b'=' | b'\r' | b'\n')).count();
    digits * 3 / 4
}
