//! `Lease`, and `LeaseCandidate`, which is not served by default (`kubernetes` 1.36,
//! `pkg/apis/coordination/validation/validation.go`,
//! `pkg/registry/coordination/lease/strategy.go`).

mod candidate;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

const LEASE: Strategy = Strategy {
    prepare_create: |object| drop_gated(object, None),
    prepare_update: |new, old| drop_gated(new, Some(old)),
    validate: |object, errors| {
        metadata::generic_create(object, Scope::Namespaced, names::subdomain_name, errors);
        validate_spec(object.at("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        validate_spec(new.at("spec"), errors);
    },
    ..Strategy::plain("coordination.k8s.io", "v1", "Lease")
};

/// What the server does with it; `v1beta1` was served until 1.21.
pub(crate) const KINDS: &[Strategy] = &[
    LEASE,
    Strategy { version: "v1beta1", ..LEASE },
    candidate::CANDIDATE,
    Strategy { version: "v1alpha2", ..candidate::CANDIDATE },
];

const OLDEST: &str = "OldestEmulationVersion";
const STRATEGIES: [&str; 1] = [OLDEST];

/// Coordinated election is a feature that is off by default.
fn drop_gated(object: &mut Value, old: Option<&Value>) {
    for field in ["strategy", "preferredHolder"] {
        if old.is_none_or(|old| !old.at("spec").has(field))
            && let Some(spec) = object.at_mut("spec")
        {
            spec.remove(field);
        }
    }
}

fn validate_spec(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    if let Some(seconds) = spec.at("leaseDurationSeconds").as_int().filter(|it| *it <= 0) {
        errors.invalid(&at.child("leaseDurationSeconds"), seconds, "must be greater than 0");
    }
    let transitions = spec.int("leaseTransitions");
    metadata::non_negative(transitions, &at.child("leaseTransitions"), errors);
    if let Some(strategy) = spec.opt("strategy") {
        validate_strategy(strategy.as_str(), &at.child("strategy"), errors);
    }
    if !spec.str("preferredHolder").is_empty() && spec.str("strategy").is_empty() {
        errors.forbidden(&at.child("preferredHolder"), "may only be specified if `strategy` is defined");
    }
}

fn validate_strategy(strategy: &str, at: &Path<'_>, errors: &mut Errors) {
    // Upstream names the field twice.
    let at = at.child("strategy");
    if strategy.contains('/') {
        errors.each_invalid(&at, strategy, names::label_key(strategy));
    } else if !STRATEGIES.contains(&strategy) {
        errors.not_supported(&at, Value::text(strategy), &STRATEGIES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn numbers_are_bounded_and_strategies_dropped() {
        let mut object = value("{spec: {leaseDurationSeconds: 0, leaseTransitions: -1, strategy: X}}");
        drop_gated(&mut object, None);
        let mut errors = Errors::new();
        validate_spec(object.at("spec"), &mut errors);
        let expected =
            ["spec.leaseDurationSeconds FieldValueInvalid", "spec.leaseTransitions FieldValueInvalid"];
        assert_eq!(fields(&errors), expected);
        validate_spec(&value("{strategy: X}"), &mut errors);
        assert_eq!(fields(&errors)[2..], ["spec.strategy.strategy FieldValueNotSupported"]);
    }
}
