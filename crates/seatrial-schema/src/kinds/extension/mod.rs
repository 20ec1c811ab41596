//! What extends the API server: webhooks, admission policies, aggregated APIs
//! and definitions of custom resources.

mod api_services;
mod bindings;
mod definitions;
mod matching;
mod policies;
mod webhooks;

use crate::kinds::Strategy;
use crate::value::{By, Value};

/// What the server does with its extensions.
pub(crate) const KINDS: &[Strategy] = &[
    webhooks::VALIDATING,
    webhooks::MUTATING,
    policies::VALIDATING,
    policies::MUTATING,
    bindings::VALIDATING,
    bindings::MUTATING,
    api_services::STRATEGY,
    definitions::STRATEGY,
    beta(api_services::STRATEGY),
    webhooks::BETA_VALIDATING,
    webhooks::BETA_MUTATING,
    beta(policies::VALIDATING),
    beta(policies::MUTATING),
    beta(bindings::VALIDATING),
    beta(bindings::MUTATING),
];

/// The same in `v1beta1`.
const fn beta(kind: Strategy) -> Strategy {
    Strategy { version: "v1beta1", ..kind }
}

const GROUP: &str = "admissionregistration.k8s.io";

/// The ending of names that belong to files on the server.
const STATIC_SUFFIX: &str = ".static.k8s.io";

fn first_generation(object: &mut Value) {
    object.struct_mut("metadata").set("generation", 1, By::Server);
}

/// Counts one change further where `field` is not as it is stored.
fn next_generation(new: &mut Value, old: &Value, field: &str) {
    if !new.at(field).semantically_equals(old.at(field)) {
        let generation = old.at("metadata").int("generation") + 1;
        new.struct_mut("metadata").set("generation", generation, By::Server);
    }
}

fn name_warnings(object: &Value) -> Vec<String> {
    if !object.at("metadata").str("name").ends_with(STATIC_SUFFIX) {
        return Vec::new();
    }
    vec![format!(
        "metadata.name: names ending with {STATIC_SUFFIX:?} are reserved for static manifest-based configurations and cannot be managed via the API"
    )]
}
