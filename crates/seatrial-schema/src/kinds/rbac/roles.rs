//! `Role` and `ClusterRole`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, selectors};
use crate::value::Value;

pub(super) const ROLE: Strategy = Strategy {
    validate: |role, errors| validate(role, Scope::Namespaced, errors),
    validate_update: |new, old, errors| {
        validate(new, Scope::Namespaced, errors);
        metadata::update(new, old, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "Role")
};

pub(super) const CLUSTER_ROLE: Strategy = Strategy {
    validate: |role, errors| validate_cluster_role(role, false, errors),
    validate_update: |new, old, errors| {
        let kept = aggregated(old).iter().any(|selector| is_invalid(selector));
        validate_cluster_role(new, kept, errors);
        metadata::update(new, old, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "ClusterRole")
};

fn validate(role: &Value, scope: Scope, errors: &mut Errors) {
    metadata::create(role, scope, names::path_segment, errors);
    let rules = Path::new("rules");
    for (index, rule) in role.items("rules").iter().enumerate() {
        policy_rule(rule, scope, &rules.index(index), errors);
    }
}

fn validate_cluster_role(role: &Value, lenient: bool, errors: &mut Errors) {
    validate(role, Scope::Cluster, errors);
    if !role.has("aggregationRule") {
        return;
    }
    let aggregation = Path::new("aggregationRule");
    let at = aggregation.child("clusterRoleSelectors");
    if aggregated(role).is_empty() {
        errors.required(&at, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    for (index, selector) in aggregated(role).iter().enumerate() {
        let at = at.index(index);
        selectors::label_selector(selector, lenient, &at, errors);
        if is_invalid(selector) {
            errors.invalid(&at, Value::Null, "invalid label selector.");
        }
    }
}

fn aggregated(role: &Value) -> &[Value] {
    role.at("aggregationRule").items("clusterRoleSelectors")
}

fn is_invalid(selector: &Value) -> bool {
    let mut wrong = Errors::new();
    selectors::label_selector(selector, false, &Path::ROOT, &mut wrong);
    !wrong.is_empty()
}

/// The rules for one rule of a role.
fn policy_rule(rule: &Value, scope: Scope, at: &Path<'_>, errors: &mut Errors) {
    let is_empty = |field: &str| rule.items(field).is_empty();
    if is_empty("verbs") {
        errors.required(&at.child("verbs"), "verbs must contain at least one value");
    }
    if !is_empty("nonResourceURLs") {
        let (at, urls) = (at.child("nonResourceURLs"), rule.at("nonResourceURLs"));
        if scope == Scope::Namespaced {
            errors.invalid(&at, urls.clone(), "namespaced rules cannot apply to non-resource URLs");
        }
        if !["apiGroups", "resources", "resourceNames"].into_iter().all(is_empty) {
            let detail = "rules cannot apply to both regular resources and non-resource URLs";
            errors.invalid(&at, urls.clone(), detail);
        }
        return;
    }
    if is_empty("apiGroups") {
        errors.required(&at.child("apiGroups"), "resource rules must supply at least one api group");
    }
    if is_empty("resources") {
        errors.required(&at.child("resources"), "resource rules must supply at least one resource");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn a_role_of_a_namespace_names_no_urls() {
        let role =
            value("{metadata: {name: a, namespace: b}, rules: [{verbs: [get], nonResourceURLs: [/x]}]}");
        let mut errors = Errors::new();
        (ROLE.validate)(&role, &mut errors);
        assert_eq!(fields(&errors), ["rules[0].nonResourceURLs FieldValueInvalid"]);
    }

    #[test]
    fn an_aggregation_needs_selectors_that_can_match() {
        let role =
            value("{metadata: {name: a}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: -}}]}}");
        let mut errors = Errors::new();
        (CLUSTER_ROLE.validate)(&role, &mut errors);
        let selector = "aggregationRule.clusterRoleSelectors[0]";
        let expected =
            [format!("{selector}.matchLabels FieldValueInvalid"), format!("{selector} FieldValueInvalid")];
        assert_eq!(fields(&errors), expected);
    }
}
