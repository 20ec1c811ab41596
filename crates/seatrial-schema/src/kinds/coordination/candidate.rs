//! `LeaseCandidate`: a program that may be chosen to hold a lease.

use std::cmp::Ordering;

use super::{OLDEST, validate_strategy};
use crate::cel::semver::Version;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const CANDIDATE: Strategy = Strategy {
    validate: |candidate, errors| {
        metadata::generic_create(candidate, Scope::Namespaced, |it, _| names::config_map_key(it), errors);
        validate_spec(candidate.at("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        validate_spec(new.at("spec"), errors);
        let lease = |it: &Value| it.at("spec").at("leaseName").clone().or_empty();
        metadata::immutable(&lease(new), &lease(old), &Path::new("spec").child("leaseName"), errors);
    },
    ..Strategy::plain("coordination.k8s.io", "v1beta1", "LeaseCandidate")
};

fn validate_spec(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    if spec.str("leaseName").is_empty() {
        errors.required(&at.child("leaseName"), "");
    }
    let emulated = version(spec, "emulationVersion", &at, errors);
    if spec.str("binaryVersion").is_empty() {
        errors.required(&at.child("binaryVersion"), "");
    }
    let binary = version(spec, "binaryVersion", &at, errors);
    // What cannot be read counts as 0.0.0.
    let is_older = match (&binary, &emulated) {
        (Some(binary), Some(emulated)) => binary.order(emulated) == Ordering::Less,
        (None, Some(emulated)) => !is_zero(emulated),
        (_, None) => false,
    };
    let both = !spec.str("binaryVersion").is_empty() && !spec.str("emulationVersion").is_empty();
    if both && is_older {
        let detail = "must be greater than or equal to `emulationVersion`";
        errors.invalid(&at.child("binaryVersion"), spec.at("binaryVersion").clone(), detail);
    }
    let strategy = spec.str("strategy");
    if strategy.is_empty() {
        errors.required(&at.child("strategy"), "");
        return;
    }
    if strategy == OLDEST && emulated.as_ref().is_none_or(is_zero) {
        let detail = "must be specified when `strategy` is 'OldestEmulationVersion'";
        errors.required(&at.child("emulationVersion"), detail);
    }
    validate_strategy(strategy, &at.child("strategy"), errors);
}

fn version(spec: &Value, field: &'static str, at: &Path<'_>, errors: &mut Errors) -> Option<Version> {
    let text = spec.str(field);
    let version = Version::parse(text);
    if version.is_none() && !text.is_empty() {
        errors.invalid(&at.child(field), text, "must be a valid semantic version");
    }
    version
}

fn is_zero(version: &Version) -> bool {
    Version::parse("0.0.0").is_some_and(|zero| zero.order(version) == Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str) -> Vec<String> {
        let mut errors = Errors::new();
        validate_spec(&value(spec), &mut errors);
        fields(&errors)
    }

    #[test]
    fn versions_are_held_against_each_other() {
        let spec = |binary: &str, emulated: &str| {
            format!(
                "{{leaseName: a, strategy: {OLDEST}, binaryVersion: {binary}, emulationVersion: {emulated}}}"
            )
        };
        assert_eq!(refused(&spec("1.36.0", "1.35.0")), Vec::<String>::new());
        assert_eq!(refused(&spec("1.34.0", "1.35.0")), ["spec.binaryVersion FieldValueInvalid"]);
        assert_eq!(refused(&spec("1.36.0", "''")), ["spec.emulationVersion FieldValueRequired"]);
        assert_eq!(
            refused("{}"),
            [
                "spec.leaseName FieldValueRequired",
                "spec.binaryVersion FieldValueRequired",
                "spec.strategy FieldValueRequired"
            ]
        );
    }
}
