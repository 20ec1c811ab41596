//! Label selectors: their rules, and which labels they match (`apimachinery`
//! 0.36, `apis/meta/v1/validation/validation.go` and `labels/selector.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::value::{Entry, Value};

/// Rules for a selector; an absent one is fine. `lenient` takes values that are
/// none of a label's, as updates of objects that hold such may.
pub fn label_selector(selector: &Value, lenient: bool, at: &Path<'_>, errors: &mut Errors) {
    metadata::labels(selector.at("matchLabels"), &at.child("matchLabels"), errors);
    let at = at.child("matchExpressions");
    for (index, requirement) in selector.items("matchExpressions").iter().enumerate() {
        label_requirement(requirement, lenient, &at.index(index), errors);
    }
}

/// Rules for one entry of `matchExpressions`.
pub fn label_requirement(requirement: &Value, lenient: bool, at: &Path<'_>, errors: &mut Errors) {
    let values = requirement.items("values");
    match requirement.str("operator") {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.forbidden(
                &at.child("values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            );
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.invalid(&at.child("operator"), Value::text(other), "not a valid selector operator"),
    }
    metadata::label_name(requirement.str("key"), &at.child("key"), errors);
    if lenient {
        return;
    }
    let at = at.child("values");
    for (index, value) in values.iter().enumerate() {
        errors.each_invalid(&at.index(index), value.as_str(), names::label_value(value.as_str()));
    }
}

/// Whether a selector holds a value that no label can have.
pub fn has_invalid_value(selector: &Value) -> bool {
    let all = selector.items("matchExpressions").iter().flat_map(|it| it.items("values"));
    all.into_iter().any(|value| !names::label_value(value.as_str()).is_empty())
}

/// Whether a selector has no requirement: it matches everything.
pub fn is_empty(selector: &Value) -> bool {
    selector.entries("matchLabels").is_empty() && selector.items("matchExpressions").is_empty()
}

/// Whether labels fulfil a selector; an absent one matches nothing, an empty one
/// everything.
pub fn matches(selector: &Value, labels: &Value) -> bool {
    let label = |key: &str| labels.as_map().and_then(|map| map.value(key)).map(Value::as_str);
    let fulfils = |requirement: &Value| {
        let value = label(requirement.str("key"));
        let is_listed =
            || value.is_some_and(|value| requirement.items("values").iter().any(|it| it.as_str() == value));
        match requirement.str("operator") {
            "In" => is_listed(),
            "NotIn" => !is_listed(),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    };
    let holds = |entry: &Entry| label(&entry.key) == Some(entry.value.as_str());
    !selector.is_null()
        && selector.entries("matchLabels").iter().all(holds)
        && selector.items("matchExpressions").iter().all(fulfils)
}
