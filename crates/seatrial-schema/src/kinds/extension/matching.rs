//! Which requests a webhook or a policy looks at: rules, selectors and
//! conditions (`kubernetes` 1.36, `pkg/apis/admissionregistration/validation/validation.go`).

use std::collections::BTreeSet;

use super::expressions::{self, Declared, Wanted};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{choices, names, selectors};
use crate::value::Value;

pub(super) const FAILURE_POLICIES: [&str; 2] = ["Fail", "Ignore"];
pub(super) const MATCH_POLICIES: [&str; 2] = ["Equivalent", "Exact"];
pub(super) const REINVOCATIONS: [&str; 2] = ["IfNeeded", "Never"];
const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
/// There is nothing to change about what is deleted.
const MUTATING_OPERATIONS: [&str; 4] = ["*", "CONNECT", "CREATE", "UPDATE"];
const SCOPES: [&str; 3] = ["*", "Cluster", "Namespaced"];
const CONDITIONS_MOST: usize = 64;

/// Defaults of the rules in the field of that name.
pub(super) fn default_rules(holder: &mut Value, field: &str) {
    for rule in holder.items_mut(field) {
        rule.set_default("scope", "*");
    }
}

/// Defaults of what webhooks and policies share: policy and selectors.
pub(super) fn default_matching(holder: &mut Value) {
    holder.set_default("matchPolicy", "Equivalent");
    holder.struct_mut("namespaceSelector");
    holder.struct_mut("objectSelector");
}

/// Defaults of `matchConstraints` or `matchResources`.
pub(super) fn default_resources(spec: &mut Value, field: &str) {
    if let Some(resources) = spec.at_mut(field) {
        default_matching(resources);
        default_rules(resources, "resourceRules");
        default_rules(resources, "excludeResourceRules");
    }
}

/// Rules for `matchConstraints` or `matchResources`.
pub(super) fn match_resources(resources: &Value, at: &Path<'_>, errors: &mut Errors) {
    choices::required(resources, "matchPolicy", &MATCH_POLICIES, at, errors);
    for field in ["namespaceSelector", "objectSelector"] {
        match resources.opt(field) {
            None => errors.required(&at.child(field), ""),
            Some(selector) => selectors::label_selector(selector, false, &at.child(field), errors),
        }
    }
    for field in ["resourceRules", "excludeResourceRules"] {
        let at = at.child(field);
        for (index, rule) in resources.items(field).iter().enumerate() {
            let at = at.index(index);
            resource_names(rule, &at.child("resourceNames"), errors);
            rule_with_operations(rule, &at, errors);
        }
    }
}

/// Rules for operations in what a mutating policy looks at; upstream leaves the
/// index of the rule out.
pub(super) fn mutating_operations(resources: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("resourceRules");
    let operations = resources.items("resourceRules").iter().flat_map(|rule| rule.items("operations"));
    for operation in operations.filter(|it| !MUTATING_OPERATIONS.contains(&it.as_str())) {
        errors.not_supported(&at.child("operations"), operation.clone(), &MUTATING_OPERATIONS);
    }
}

fn resource_names(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (index, name) in rule.items("resourceNames").iter().map(Value::as_str).enumerate() {
        errors.each_invalid(&at.index(index), name, names::path_segment(name, false));
        if !seen.insert(name) {
            errors.duplicate(&at.index(index), name);
        }
    }
}

/// Rules for one of a webhook's or policy's rules.
pub(super) fn rule_with_operations(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    list(rule, "operations", "operations", at, errors);
    let operations = at.child("operations");
    for (index, operation) in rule.items("operations").iter().enumerate() {
        if !OPERATIONS.contains(&operation.as_str()) {
            errors.not_supported(&operations.index(index), operation.clone(), &OPERATIONS);
        }
    }
    list(rule, "apiGroups", "API groups", at, errors);
    list(rule, "apiVersions", "API versions", at, errors);
    let versions = at.child("apiVersions");
    for (index, version) in rule.items("apiVersions").iter().enumerate() {
        if version.as_str().is_empty() {
            errors.required(&versions.index(index), "");
        }
    }
    resources(rule, &at.child("resources"), errors);
    choices::optional(rule, "scope", &SCOPES, at, errors);
}

/// A list that is not empty and holds `*` only alone.
fn list(rule: &Value, field: &str, words: &str, at: &Path<'_>, errors: &mut Errors) {
    let items = rule.items(field);
    if items.is_empty() {
        errors.required(&at.child(field), "");
    }
    if items.len() > 1 && items.iter().any(|it| it.as_str() == "*") {
        let detail = format!("if '*' is present, must not specify other {words}");
        errors.invalid(&at.child(field), rule.at(field).clone(), detail);
    }
}

fn resources(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let all = rule.items("resources");
    if all.is_empty() {
        errors.required(at, "");
    }
    let (mut whole, mut anywhere) = (BTreeSet::new(), BTreeSet::new());
    // Upstream remembers only the last resource without a subresource.
    let mut ends_plain = false;
    for (index, item) in all.iter().map(Value::as_str).enumerate() {
        let at = at.index(index);
        if item.is_empty() {
            errors.required(&at, "");
            continue;
        }
        let Some((resource, part)) = item.split_once('/') else {
            ends_plain = item != "*";
            continue;
        };
        for (known, wildcard) in [
            (whole.contains(resource), format!("{resource}/*")),
            (anywhere.contains(part), format!("*/{part}")),
        ] {
            if known {
                let detail = format!("if '{wildcard}' is present, must not specify {item}");
                errors.invalid(&at, item, detail);
            }
        }
        if part == "*" {
            whole.insert(resource);
        }
        if resource == "*" {
            anywhere.insert(part);
        }
    }
    let has = |word: &str| all.iter().any(|it| it.as_str() == word);
    if all.len() > 1 && has("*/*") {
        let detail = "if '*/*' is present, must not specify other resources";
        errors.invalid(at, rule.at("resources").clone(), detail);
    }
    if has("*") && ends_plain {
        let detail = "if '*' is present, must not specify other resources without subresources";
        errors.invalid(at, rule.at("resources").clone(), detail);
    }
}

/// Rules for `matchConditions`, which may read params if `has_params`.
pub(super) fn conditions(holder: &Value, has_params: bool, at: &Path<'_>, errors: &mut Errors) {
    let conditions = holder.items("matchConditions");
    let at = at.child("matchConditions");
    if conditions.len() > CONDITIONS_MOST {
        errors.too_many(&at, conditions.len(), CONDITIONS_MOST);
    }
    let mut seen = BTreeSet::new();
    let declared = Declared { has_params, has_authorizer: true, ..Declared::default() };
    for (index, condition) in conditions.iter().enumerate() {
        let at = at.index(index);
        let expression = condition.str("expression").trim();
        let at_expression = at.child("expression");
        if expression.is_empty() {
            errors.required(&at_expression, "");
        } else if let Err(wrong) = expressions::compile(expression, &declared, Wanted::Bool) {
            errors.invalid(&at_expression, expression, wrong);
        }
        let name = condition.str("name");
        let at_name = at.child("name");
        if name.is_empty() {
            errors.required(&at_name, "");
            continue;
        }
        errors.each_invalid(&at_name, name, names::label_key(name));
        if !seen.insert(name) {
            errors.duplicate(&at_name, name);
        }
    }
}
