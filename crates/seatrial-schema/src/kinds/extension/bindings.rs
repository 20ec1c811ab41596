//! `ValidatingAdmissionPolicyBinding` and `MutatingAdmissionPolicyBinding`
//! (`kubernetes` 1.36, `pkg/apis/admissionregistration/validation/validation.go`).

use std::collections::BTreeSet;

use super::matching;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, selectors};
use crate::value::Value;

const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];
const MISSING_ACTIONS: [&str; 2] = ["Deny", "Allow"];
const EXCLUSIVE: &str = "name and selector are mutually exclusive";

pub(super) const VALIDATING: Strategy = Strategy {
    validate: validating,
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        validating(new, errors);
    },
    ..binding("ValidatingAdmissionPolicyBinding")
};

pub(super) const MUTATING: Strategy = Strategy {
    validate: mutating,
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        mutating(new, errors);
    },
    ..binding("MutatingAdmissionPolicyBinding")
};

const fn binding(kind: &'static str) -> Strategy {
    Strategy {
        default: |binding| matching::default_resources(binding.struct_mut("spec"), "matchResources"),
        prepare_create: super::first_generation,
        prepare_update: |new, old| super::next_generation(new, old, "spec"),
        warnings: super::name_warnings,
        ..Strategy::plain(super::GROUP, "v1", kind)
    }
}

fn validating(binding: &Value, errors: &mut Errors) {
    shared(binding, errors);
    let at = Path::new("spec");
    let at = at.child("validationActions");
    let actions = binding.at("spec").items("validationActions");
    let mut seen = BTreeSet::new();
    for (index, action) in actions.iter().enumerate() {
        if !ACTIONS.contains(&action.as_str()) {
            errors.not_supported(&at.index(index), action.clone(), &ACTIONS);
        }
        if !seen.insert(action.as_str()) {
            errors.duplicate(&at.index(index), action.clone());
        }
    }
    if seen.contains("Deny") && seen.contains("Warn") {
        let detail = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
        errors.invalid(&at, binding.at("spec").at("validationActions").clone(), detail);
    }
    if actions.is_empty() {
        errors.required(&at, "at least one validation action is required");
    }
}

fn mutating(binding: &Value, errors: &mut Errors) {
    shared(binding, errors);
    let at = Path::new("spec");
    matching::mutating_operations(
        binding.at("spec").at("matchResources"),
        &at.child("matchResources"),
        errors,
    );
}

fn shared(binding: &Value, errors: &mut Errors) {
    metadata::generic_create(binding, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = binding.at("spec");
    match spec.str("policyName") {
        "" => errors.required(&at.child("policyName"), ""),
        name => errors.each_invalid(&at.child("policyName"), name, names::dns1123_subdomain(name)),
    }
    if let Some(reference) = spec.opt("paramRef") {
        param_reference(reference, &at.child("paramRef"), errors);
    }
    if let Some(resources) = spec.opt("matchResources") {
        matching::match_resources(resources, &at.child("matchResources"), errors);
    }
}

fn param_reference(reference: &Value, at: &Path<'_>, errors: &mut Errors) {
    let name = reference.str("name");
    let has_both = !name.is_empty() && reference.has("selector");
    if !name.is_empty() {
        errors.each_invalid(&at.child("name"), name, names::path_segment(name, false));
    }
    if has_both {
        errors.forbidden(&at.child("name"), EXCLUSIVE);
    }
    selectors::label_selector(reference.at("selector"), false, &at.child("selector"), errors);
    if has_both {
        errors.forbidden(&at.child("selector"), EXCLUSIVE);
    }
    if name.is_empty() && !reference.has("selector") {
        errors.required(at, "one of name or selector must be specified");
    }
    crate::rules::choices::required(reference, "parameterNotFoundAction", &MISSING_ACTIONS, at, errors);
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn bindings_are_held_to_their_rules() {
        let rows = [
            ("{policyName: a, validationActions: [Deny]}", &[][..]),
            ("{}", &["spec.policyName FieldValueRequired", "spec.validationActions FieldValueRequired"]),
            (
                "{policyName: a, validationActions: [Deny, Warn, X]}",
                &[
                    "spec.validationActions[2] FieldValueNotSupported",
                    "spec.validationActions FieldValueInvalid",
                ],
            ),
            (
                "{policyName: a, validationActions: [Deny], paramRef: {name: x, selector: {}}}",
                &[
                    "spec.paramRef.name FieldValueForbidden",
                    "spec.paramRef.selector FieldValueForbidden",
                    "spec.paramRef.parameterNotFoundAction FieldValueRequired",
                ],
            ),
        ];
        let kind = "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding";
        for (spec, wanted) in rows {
            assert_eq!(refused(kind, &format!("spec: {spec}")), wanted, "{spec}");
        }
    }
}
