//! Selectors of nodes: their rules, and labels that have newer names
//! (`kubernetes` 1.36, `pkg/apis/core/validation/validation.go`, `pkg/api/node/util.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::value::Value;

/// Rules for a node selector; `lenient` takes values that are none of a label's.
pub fn node_selector(selector: &Value, lenient: bool, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("nodeSelectorTerms");
    let terms = selector.items("nodeSelectorTerms");
    if terms.is_empty() {
        errors.required(&at, "must have at least one node selector term");
    }
    for (index, term) in terms.iter().enumerate() {
        node_selector_term(term, lenient, &at.index(index), errors);
    }
}

/// Rules for one term of a node selector.
pub fn node_selector_term(term: &Value, lenient: bool, at: &Path<'_>, errors: &mut Errors) {
    let at_labels = at.child("matchExpressions");
    for (index, requirement) in term.items("matchExpressions").iter().enumerate() {
        label_requirement(requirement, lenient, &at_labels.index(index), errors);
    }
    let at_fields = at.child("matchFields");
    for (index, requirement) in term.items("matchFields").iter().enumerate() {
        field_requirement(requirement, &at_fields.index(index), errors);
    }
}

/// Whether a term holds a value that no label can have.
pub fn has_invalid_value(term: &Value) -> bool {
    let values = term.items("matchExpressions").iter().flat_map(|it| it.items("values"));
    values.into_iter().any(|value| !names::label_value(value.as_str()).is_empty())
}

fn label_requirement(requirement: &Value, lenient: bool, at: &Path<'_>, errors: &mut Errors) {
    let values = requirement.items("values");
    let at_values = at.child("values");
    match requirement.str("operator") {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&at_values, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors
                .forbidden(&at_values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "Gt" | "Lt" if values.len() != 1 => {
            errors.required(&at_values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    metadata::label_name(requirement.str("key"), &at.child("key"), errors);
    if lenient {
        return;
    }
    for (index, value) in values.iter().enumerate() {
        errors.each_invalid(&at_values.index(index), value.as_str(), names::label_value(value.as_str()));
    }
}

fn field_requirement(requirement: &Value, at: &Path<'_>, errors: &mut Errors) {
    let values = requirement.items("values");
    let at_values = at.child("values");
    match requirement.str("operator") {
        "In" | "NotIn" if values.len() == 1 => {}
        "In" | "NotIn" => errors.required(
            &at_values,
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
        ),
        other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    if requirement.str("key") != "metadata.name" {
        return errors.invalid(&at.child("key"), requirement.str("key"), "not a valid field selector key");
    }
    for (index, value) in values.iter().enumerate() {
        let name = value.as_str();
        errors.each_invalid(&at_values.index(index), name, names::dns1123_subdomain(name));
    }
}

/// What the server warns of where something asks for such a label.
pub fn deprecation(label: &str) -> Option<&'static str> {
    Some(match label {
        "beta.kubernetes.io/arch" => r#"deprecated since v1.14; use "kubernetes.io/arch" instead"#,
        "beta.kubernetes.io/os" => r#"deprecated since v1.14; use "kubernetes.io/os" instead"#,
        "failure-domain.beta.kubernetes.io/region" => {
            r#"deprecated since v1.17; use "topology.kubernetes.io/region" instead"#
        }
        "failure-domain.beta.kubernetes.io/zone" => {
            r#"deprecated since v1.17; use "topology.kubernetes.io/zone" instead"#
        }
        "beta.kubernetes.io/instance-type" => {
            r#"deprecated since v1.17; use "node.kubernetes.io/instance-type" instead"#
        }
        "app.kubernetes.io/created-by" => "deprecated since v1.9",
        "scheduler.alpha.kubernetes.io/preferAvoidPods" => {
            "deprecated since v1.22; use Taints and Tolerations instead"
        }
        "node-role.kubernetes.io/master" => r#"use "node-role.kubernetes.io/control-plane" instead"#,
        _ => return None,
    })
}

/// Warnings for `matchExpressions` of a node selector's term or a label selector at `at`.
pub fn expression_warnings(selector: &Value, at: &Path<'_>) -> Vec<String> {
    let at = at.child("matchExpressions");
    let warning = |(index, expression): (usize, &Value)| {
        let key = expression.str("key");
        deprecation(key).map(|said| format!("{}: {key} is {said}", at.index(index).child("key")))
    };
    selector.items("matchExpressions").iter().enumerate().filter_map(warning).collect()
}

/// Warnings for a label selector of nodes at `at`.
pub fn selector_warnings(selector: &Value, at: &Path<'_>) -> Vec<String> {
    let mut warnings = expression_warnings(selector, at);
    let at = at.child("matchLabels");
    for label in selector.entries("matchLabels") {
        if let Some(said) = deprecation(&label.key) {
            warnings.push(format!("{}: {said}", at.child(&label.key)));
        }
    }
    warnings
}
