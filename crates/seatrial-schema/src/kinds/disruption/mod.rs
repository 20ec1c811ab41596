//! `PodDisruptionBudget` (`kubernetes` 1.36, `pkg/apis/policy/v1/conversion.go`,
//! `pkg/apis/policy/validation/validation.go`,
//! `pkg/registry/policy/poddisruptionbudget/strategy.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, int_or_percent, names, selectors};
use crate::value::Value;

const BUDGET: Strategy = Strategy {
    default: |object| drop_marker(object, "Exists"),
    prepare_create: generations::begin,
    prepare_update: generations::count,
    validate,
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        let is_lenient = is_refused(old.at("spec").at("selector"));
        validate_spec(new.at("spec"), is_lenient, errors);
    },
    ..Strategy::plain("policy", "v1", "PodDisruptionBudget")
};

/// What the server does with it; `v1beta1` was served until 1.24.
pub(crate) const KINDS: &[Strategy] = &[
    BUDGET,
    Strategy { version: "v1beta1", default: |object| drop_marker(object, "DoesNotExist"), ..BUDGET },
];

/// With this label `v1beta1` tells a selector of all pods from one of none.
const SELECTS_ALL_OR_NONE: &str = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

const EVICTION_POLICIES: [&str; 2] = ["AlwaysAllow", "IfHealthyBudget"];

/// Takes the marker away, unless it says with this operator all there is to say.
fn drop_marker(object: &mut Value, operator: &str) {
    let Some(selector) = object.at_mut("spec").and_then(|spec| spec.at_mut("selector")) else { return };
    let is_marker = |it: &Value| it.str("key") == SELECTS_ALL_OR_NONE;
    let says_all = selector.entries("matchLabels").is_empty()
        && matches!(selector.items("matchExpressions"), [only] if is_marker(only)
            && only.str("operator") == operator
            && only.items("values").is_empty());
    if says_all {
        return;
    }
    if let Some(Value::List(expressions)) = selector.at_mut("matchExpressions") {
        expressions.retain(|it| !is_marker(it));
    }
    if selector.at("matchExpressions").is_empty() {
        selector.remove("matchExpressions");
    }
    if let Some(Value::Map(labels)) = selector.at_mut("matchLabels") {
        labels.remove(SELECTS_ALL_OR_NONE);
    }
}

fn is_refused(selector: &Value) -> bool {
    let mut errors = Errors::new();
    selectors::label_selector(selector, false, &Path::ROOT, &mut errors);
    !errors.is_empty()
}

/// Nothing is asked of the name but what the server asks of any, afterwards.
fn validate(object: &Value, errors: &mut Errors) {
    validate_spec(object.at("spec"), false, errors);
    if errors.is_empty() {
        metadata::generic_create(object, Scope::Namespaced, names::path_segment, errors);
    }
}

fn validate_spec(spec: &Value, is_lenient: bool, errors: &mut Errors) {
    let at = Path::new("spec");
    if spec.has("minAvailable") && spec.has("maxUnavailable") {
        errors.invalid(&at, spec.clone(), "minAvailable and maxUnavailable cannot be both set");
    }
    for field in ["minAvailable", "maxUnavailable"] {
        if let Some(value) = spec.opt(field) {
            let at = at.child(field);
            int_or_percent::non_negative(value, &at, errors);
            int_or_percent::at_most_all(value, &at, errors);
        }
    }
    selectors::label_selector(spec.at("selector"), is_lenient, &at.child("selector"), errors);
    if let Some(policy) = spec.opt("unhealthyPodEvictionPolicy")
        && !EVICTION_POLICIES.contains(&policy.as_str())
    {
        errors.not_supported(&at.child("unhealthyPodEvictionPolicy"), policy.clone(), &EVICTION_POLICIES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str) -> Vec<String> {
        let mut errors = Errors::new();
        validate_spec(&value(spec), false, &mut errors);
        fields(&errors)
    }

    #[test]
    fn one_of_two_numbers_is_given() {
        assert!(refused("{minAvailable: 1}").is_empty() && refused("{maxUnavailable: 0%}").is_empty());
        assert_eq!(refused("{minAvailable: 1, maxUnavailable: 1}"), ["spec FieldValueInvalid"]);
        assert_eq!(refused("{minAvailable: 101%}"), ["spec.minAvailable FieldValueInvalid"]);
        assert_eq!(
            refused("{unhealthyPodEvictionPolicy: Never}"),
            ["spec.unhealthyPodEvictionPolicy FieldValueNotSupported"]
        );
    }

    #[test]
    fn the_marker_is_dropped_beside_other_requirements() {
        let mut object = value(&format!(
            "{{spec: {{selector: {{matchLabels: {{a: b, {SELECTS_ALL_OR_NONE}: x}}, \
             matchExpressions: [{{key: {SELECTS_ALL_OR_NONE}, operator: Exists}}]}}}}}}"
        ));
        drop_marker(&mut object, "Exists");
        assert_eq!(object, value("{spec: {selector: {matchLabels: {a: b}}}}"));
    }
}
