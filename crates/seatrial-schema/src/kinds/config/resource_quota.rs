//! `ResourceQuota`.

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::{Strategy, config, pods};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, quantities, resources};
use crate::value::Value;

pub(super) const RESOURCE_QUOTA: Strategy = Strategy {
    default: |quota| pods::round_up(quota.struct_mut("spec"), "hard"),
    prepare_create: |quota| drop(quota.remove("status")),
    prepare_update: |new, old| config::keep(new, old, "status"),
    validate: |quota, errors| {
        metadata::create(quota, Scope::Namespaced, names::subdomain_name, errors);
        spec(quota.at("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        spec(new.at("spec"), errors);
        let scopes = |quota: &Value| -> BTreeSet<String> {
            quota.at("spec").items("scopes").iter().map(|it| it.as_str().to_owned()).collect()
        };
        if scopes(new) != scopes(old) {
            let at = Path::new("spec");
            errors.invalid(&at.child("scopes"), new.at("spec").at("scopes").clone(), metadata::IMMUTABLE);
        }
    },
    warnings,
    ..Strategy::plain("", "v1", "ResourceQuota")
};

const COMPUTE: [&str; 7] =
    ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
/// What a quota of each scope may bound, of the standard resources.
const SCOPES: [(&str, &[&str]); 7] = [
    ("Terminating", &COMPUTE),
    ("NotTerminating", &COMPUTE),
    ("BestEffort", &["pods"]),
    ("NotBestEffort", &COMPUTE),
    ("PriorityClass", &COMPUTE),
    ("CrossNamespacePodAffinity", &COMPUTE),
    ("VolumeAttributesClass", &["persistentvolumeclaims", "requests.storage"]),
];
const CONFLICTS: [[&str; 2]; 2] = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];
const UNSUPPORTED: &str = "unsupported scope";
const UNSUPPORTED_HERE: &str = "unsupported scope applied to resource";

/// Messages name a list as far as a person reads it.
const SHOWN: usize = 100;

fn spec(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    resources::quota_amounts(spec.at("hard"), &at.child("hard"), errors);
    let names = spec.entries("hard").iter().map(|entry| entry.key.as_str());
    let bounded: Vec<_> = names.filter(|name| resources::is_standard_for_quota(name)).collect();
    let shown: Vec<_> = spec.items("scopes").iter().take(SHOWN).cloned().collect();
    let shown = Value::from(shown);
    scopes(spec.items("scopes"), &bounded, &shown, &at.child("scopes"), errors);
    let selector = at.child("scopeSelector");
    let at = selector.child("matchExpressions");
    let terms = spec.at("scopeSelector").items("matchExpressions");
    for it in terms {
        term(it, &bounded, &at, errors);
    }
    let names: Vec<_> = terms.iter().map(|term| term.str("scopeName")).collect();
    conflicts(&names, &shown, &at, errors);
}

fn scopes(scopes: &[Value], bounded: &[&str], shown: &Value, at: &Path<'_>, errors: &mut Errors) {
    for scope in scopes.iter().map(Value::as_str) {
        if errors.is_full() {
            return;
        }
        if SCOPES.iter().all(|(name, _)| *name != scope) {
            errors.invalid(at, shown.clone(), UNSUPPORTED);
        }
        for _ in misplaced(bounded, scope) {
            errors.invalid(at, shown.clone(), UNSUPPORTED_HERE);
        }
    }
    let names: Vec<_> = scopes.iter().map(Value::as_str).collect();
    conflicts(&names, shown, at, errors);
}

/// The bounded resources that a scope does not know.
fn misplaced(bounded: &[&str], scope: &str) -> impl Iterator {
    let known = SCOPES.iter().find(|(name, _)| *name == scope).map(|(_, known)| *known);
    bounded.iter().filter(move |name| known.is_some_and(|known| !known.contains(name)))
}

fn conflicts(scopes: &[&str], shown: &Value, at: &Path<'_>, errors: &mut Errors) {
    for _ in CONFLICTS.iter().filter(|pair| pair.iter().all(|scope| scopes.contains(scope))) {
        errors.invalid(at, shown.clone(), "conflicting scopes");
    }
}

fn term(term: &Value, bounded: &[&str], at: &Path<'_>, errors: &mut Errors) {
    if errors.is_full() {
        return;
    }
    let (scope, operator, values) = (term.str("scopeName"), term.str("operator"), term.items("values"));
    if SCOPES.iter().all(|(name, _)| *name != scope) {
        errors.invalid(&at.child("scopeName"), scope, UNSUPPORTED);
    }
    // The server prints the whole selector.
    for _ in misplaced(bounded, scope) {
        errors.invalid(at, scope, UNSUPPORTED_HERE);
    }
    let has_values = matches!(scope, "PriorityClass" | "VolumeAttributesClass");
    let is_known = SCOPES.iter().any(|(name, _)| *name == scope);
    if is_known && !has_values && operator != "Exists" {
        let detail = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, \
                      ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, \
                      ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
        errors.invalid(&at.child("operator"), operator, detail);
    }
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            let detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
            errors.required(&at.child("values"), detail);
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
            errors.invalid(&at.child("values"), values.to_vec(), detail);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => errors.invalid(&at.child("operator"), operator, "not a valid selector operator"),
    }
}

/// Requests that are bounded higher than limits.
fn warnings(quota: &Value) -> Vec<String> {
    let hard = quota.at("spec").at("hard");
    let find = |name: String| hard.opt(&name).map(|value| (quantities::of(value), name));
    let mut warnings = Vec::new();
    for resource in ["cpu", "memory", "storage", "ephemeral-storage"] {
        let bare =
            || Some(resource.to_owned()).filter(|it| matches!(it.as_str(), "cpu" | "memory")).and_then(find);
        let request = find(format!("requests.{resource}")).or_else(bare);
        let limit = find(format!("limits.{resource}"));
        if let (Some((request, asked)), Some((limit, bound))) = (request, limit)
            && request > limit
        {
            warnings.push(format!("ResourceQuota {asked} ({request}) should be less than {bound} ({limit})"));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str) -> Vec<String> {
        let quota = value(&format!("{{metadata: {{name: a, namespace: b}}, spec: {spec}}}"));
        let mut errors = Errors::new();
        (RESOURCE_QUOTA.validate)(&quota, &mut errors);
        fields(&errors)
    }

    #[test]
    fn counts_are_whole_and_names_standard() {
        let spec = "{hard: {pods: '1.5', cpu: '1.5', gpu: '1', count/deployments.apps: '2'}}";
        let name = "spec.hard[gpu] FieldValueInvalid";
        assert_eq!(refused(spec), [name, name, "spec.hard[pods] FieldValueInvalid"]);
    }

    #[test]
    fn scopes_fit_what_is_bounded_and_each_other() {
        let scopes = "spec.scopes FieldValueInvalid";
        assert_eq!(refused("{hard: {secrets: '1'}, scopes: [Terminating]}"), [scopes]);
        assert_eq!(refused("{hard: {pods: '1'}, scopes: [Terminating, NotTerminating]}"), [scopes]);
        let selector = "{scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}}";
        assert_eq!(refused(selector), ["spec.scopeSelector.matchExpressions.values FieldValueRequired"]);
    }
}
