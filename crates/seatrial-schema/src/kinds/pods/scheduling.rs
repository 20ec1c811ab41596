//! Where a pod may run: affinity, tolerations, topology spread
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::{BTreeMap, BTreeSet};

use super::options::PodOptions;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names, nodes, selectors};
use crate::value::{Entry, Value};

pub(super) const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
pub(super) const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `spec.affinity`
pub(super) fn validate_affinity(
    affinity: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    if let Some(node) = affinity.opt("nodeAffinity") {
        let path = path.child("nodeAffinity");
        if let Some(selector) = node.opt(REQUIRED) {
            nodes::node_selector(selector, options.lenient_node_affinity, &path.child(REQUIRED), errors);
        }
        let path = path.child(PREFERRED);
        for (at, term) in node.items(PREFERRED).iter().enumerate() {
            let path = path.index(at);
            validate_weight(term, &path, errors);
            // Upstream lets values of a preference be anything.
            nodes::node_selector_term(term.at("preference"), true, &path.child("preference"), errors);
        }
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let (pod, path) = (affinity.at(field), path.child(field));
        let required = path.child(REQUIRED);
        for (at, term) in pod.items(REQUIRED).iter().enumerate() {
            validate_pod_affinity_term(term, &required.index(at), options, errors);
        }
        let preferred = path.child(PREFERRED);
        for (at, term) in pod.items(PREFERRED).iter().enumerate() {
            let path = preferred.index(at);
            validate_weight(term, &path, errors);
            let path = path.child("podAffinityTerm");
            validate_pod_affinity_term(term.at("podAffinityTerm"), &path, options, errors);
        }
    }
}

/// Every term of pod affinity and anti-affinity, required or preferred.
pub(super) fn affinity_terms(spec: &Value) -> impl Iterator<Item = &Value> {
    let affinity = spec.at("affinity");
    ["podAffinity", "podAntiAffinity"].into_iter().map(|field| affinity.at(field)).flat_map(|it| {
        let preferred = it.items(PREFERRED).iter().map(|it| it.at("podAffinityTerm"));
        it.items(REQUIRED).iter().chain(preferred)
    })
}

fn validate_weight(term: &Value, path: &Path<'_>, errors: &mut Errors) {
    let weight = term.int("weight");
    if !(1..=100).contains(&weight) {
        errors.invalid(&path.child("weight"), weight, "must be in the range 1-100");
    }
}

fn validate_pod_affinity_term(term: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    for field in ["labelSelector", "namespaceSelector"] {
        selectors::label_selector(term.at(field), options.lenient_affinity, &path.child(field), errors);
    }
    for name in term.items("namespaces").iter().map(Value::as_str) {
        errors.each_invalid(&path.child("namespace"), name, names::dns1123_label(name));
    }
    label_keys(term, path, errors);
    let key = term.str("topologyKey");
    if key.is_empty() {
        errors.required(&path.child("topologyKey"), "can not be empty");
    }
    metadata::label_name(key, &path.child("topologyKey"), errors);
}

/// `matchLabelKeys` and `mismatchLabelKeys` of a term or constraint: keys of
/// labels, not also in the selector, not in both.
pub(super) fn label_keys(holder: &Value, path: &Path<'_>, errors: &mut Errors) {
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let (keys, path) = (holder.items(field), path.child(field));
        if !keys.is_empty() && !holder.has("labelSelector") {
            errors.forbidden(&path, "must not be specified when labelSelector is not set");
            continue;
        }
        for (at, key) in keys.iter().enumerate() {
            metadata::label_name(key.as_str(), &path.index(at), errors);
        }
    }
    let keys = holder.items("matchLabelKeys");
    // The server has merged the keys into the selector by now: one that stands
    // there twice was written there.
    let selector = holder.at("labelSelector");
    let places: BTreeMap<_, _> = keys.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
    let mut seen: BTreeSet<_> = selector.entries("matchLabels").iter().map(|it| it.key.as_str()).collect();
    for requirement in selector.items("matchExpressions") {
        let key = requirement.str("key");
        if let Some(at) = places.get(key).filter(|_| seen.contains(key)) {
            errors.invalid(&path.index(*at), key, "exists in both matchLabelKeys and labelSelector");
        }
        seen.insert(key);
    }
    let path = path.child("matchLabelKeys");
    let mismatched: BTreeSet<_> = holder.items("mismatchLabelKeys").iter().map(Value::as_str).collect();
    for (at, key) in keys.iter().enumerate() {
        if mismatched.contains(key.as_str()) {
            let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
            errors.invalid(&path.index(at), key.clone(), detail);
        }
    }
}

/// `matchLabelKeys` as they were held before the server merged them.
fn unmerged_label_keys(constraint: &Value, path: &Path<'_>, errors: &mut Errors) {
    let keys = constraint.items("matchLabelKeys");
    if keys.is_empty() {
        return;
    }
    let path = path.child("matchLabelKeys");
    if !constraint.has("labelSelector") {
        errors.forbidden(&path, "must not be specified when labelSelector is not set");
    }
    let selector = constraint.at("labelSelector");
    let in_selector = |key: &str| {
        selector.at("matchLabels").has(key)
            || selector.items("matchExpressions").iter().any(|it| it.str("key") == key)
    };
    for (at, key) in keys.iter().map(Value::as_str).enumerate() {
        metadata::label_name(key, &path.index(at), errors);
        if in_selector(key) {
            errors.invalid(&path.index(at), key, "exists in both matchLabelKeys and labelSelector");
        }
    }
}

/// `spec.tolerations`
pub(crate) fn validate_tolerations(
    tolerations: &[Value],
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    for (at, toleration) in tolerations.iter().enumerate() {
        validate_toleration(toleration, &path.index(at), options, errors);
    }
}

fn validate_toleration(toleration: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    let field = |name| (toleration.str(name), path.child(name));
    let (key, key_path) = field("key");
    let (operator, operator_path) = field("operator");
    let (value, value_path) = field("value");
    let (effect, effect_path) = field("effect");
    if !key.is_empty() {
        metadata::label_name(key, &key_path, errors);
    } else if operator != "Exists" {
        let detail =
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.invalid(&operator_path, operator, detail);
    }
    if toleration.has("tolerationSeconds") && effect != "NoExecute" {
        errors.invalid(&effect_path, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    match operator {
        "Equal" | "" => {
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                errors.invalid(&operator_path, value, wrong.join(";"));
            }
        }
        "Exists" if !value.is_empty() => {
            errors.invalid(&operator_path, value, "value must be empty when `operator` is 'Exists'");
        }
        "Exists" => {}
        "Lt" | "Gt" if options.compared_tolerations => validate_compared(value, &value_path, errors),
        "Lt" | "Gt" => errors.not_supported(&operator_path, operator, &["Equal", "Exists", "Lt", "Gt"]),
        _ => errors.not_supported(&operator_path, operator, &["Equal", "Exists"]),
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        errors.not_supported(&effect_path, effect, &EFFECTS);
    }
}

fn validate_compared(value: &str, path: &Path<'_>, errors: &mut Errors) {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_canonical = value == "0" || digits.starts_with(|it| matches!(it, '1'..='9'));
    let is_decimal = is_canonical && digits.bytes().all(|it| it.is_ascii_digit());
    if value.is_empty() {
        errors.invalid(path, value, "must be non-empty");
    } else if !is_decimal {
        errors.invalid(path, value, "must be a valid decimal integer in canonical form");
    }
    if value.parse::<i64>().is_err() {
        let problem = if is_decimal { "value out of range" } else { "invalid syntax" };
        errors.invalid(path, value, format!("strconv.ParseInt: parsing {value:?}: {problem}"));
    }
}

/// `spec.topologySpreadConstraints`
pub(super) fn validate_topology_spread(
    constraints: &[Value],
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    for (at, constraint) in constraints.iter().enumerate() {
        let path = path.index(at);
        let (key, action) = (constraint.str("topologyKey"), constraint.str("whenUnsatisfiable"));
        let positive = |number: i64, path: &Path<'_>, errors: &mut Errors| {
            if number <= 0 {
                errors.invalid(path, number, "must be greater than zero");
            }
        };
        positive(constraint.int("maxSkew"), &path.child("maxSkew"), errors);
        if key.is_empty() {
            errors.required(&path.child("topologyKey"), "can not be empty");
        }
        if !matches!(action, "DoNotSchedule" | "ScheduleAnyway") {
            let path = path.child("whenUnsatisfiable");
            errors.not_supported(&path, action, &["DoNotSchedule", "ScheduleAnyway"]);
        }
        let same = |it: &Value| it.str("topologyKey") == key && it.str("whenUnsatisfiable") == action;
        if constraints[at + 1..].iter().any(same) {
            let path = path.child("{topologyKey, whenUnsatisfiable}");
            errors.duplicate(&path, format!("{{{key}, {action}}}").as_str());
        }
        if constraint.has("minDomains") {
            let (number, path) = (constraint.int("minDomains"), path.child("minDomains"));
            positive(number, &path, errors);
            if action != "DoNotSchedule" {
                let detail = "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ";
                errors.invalid(&path, number, format!("{detail}{action}"));
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let policy = constraint.at(field);
            if !policy.is_null() && !matches!(policy.as_str(), "Honor" | "Ignore") {
                errors.not_supported(&path.child(field), policy.clone(), &["Honor", "Ignore"]);
            }
        }
        let rule = if options.lenient_spread_keys { unmerged_label_keys } else { label_keys };
        rule(constraint, &path, errors);
        if !options.lenient_spread {
            let path = path.child("labelSelector");
            selectors::label_selector(constraint.at("labelSelector"), false, &path, errors);
        }
    }
}

/// `spec.nodeSelector` of a gated pod: entries may only be added.
pub(super) fn only_adds_labels(new: &Value, old: &Value) -> bool {
    old.as_map()
        .is_none_or(|it| it.entries().iter().all(|Entry { key, value, .. }| new.opt(key) == Some(value)))
}

/// A required node affinity of a gated pod: requirements may only be added to
/// its terms.
pub(super) fn validate_node_affinity_change(new: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let (new, old) =
        (new.at(REQUIRED).items("nodeSelectorTerms"), old.at(REQUIRED).items("nodeSelectorTerms"));
    let path = path.child(REQUIRED);
    let path = path.child("nodeSelectorTerms");
    if !old.is_empty() && new.len() != old.len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        errors.invalid(&path, new.to_vec(), detail);
        return;
    }
    for (at, (new, old)) in new.iter().zip(old).enumerate() {
        if !only_adds_requirements(new, old) {
            let detail = "only additions are allowed (no mutations or deletions)";
            errors.invalid(&path.index(at), new.clone(), detail);
        }
    }
}

fn only_adds_requirements(new: &Value, old: &Value) -> bool {
    let fields = ["matchExpressions", "matchFields"];
    // A term without requirements matches nothing, and has to stay so.
    if fields.iter().all(|it| old.items(it).is_empty()) {
        return fields.iter().all(|it| new.items(it).is_empty());
    }
    fields.iter().all(|it| new.items(it).starts_with(old.items(it)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str) -> Vec<String> {
        let (spec, path, mut errors) = (value(spec), Path::new("spec"), Errors::new());
        let options = PodOptions::default();
        validate_affinity(spec.at("affinity"), &path.child("affinity"), &options, &mut errors);
        let tolerations = path.child("tolerations");
        validate_tolerations(spec.items("tolerations"), &tolerations, &options, &mut errors);
        let spread = path.child("topologySpreadConstraints");
        validate_topology_spread(spec.items("topologySpreadConstraints"), &spread, &options, &mut errors);
        fields(&errors)
    }

    #[test]
    fn tolerations_need_a_key_or_exists() {
        assert_eq!(
            refused("tolerations: [{operator: Exists}, {}, {key: a, operator: Exists, value: b}]"),
            [
                "spec.tolerations[1].operator FieldValueInvalid",
                "spec.tolerations[2].operator FieldValueInvalid"
            ]
        );
    }

    #[test]
    fn a_key_stands_in_the_selector_or_beside_it() {
        let rest = "maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [b]";
        let merged = "labelSelector: {matchExpressions: [{key: b, operator: In, values: [x]}]}";
        assert_eq!(refused(&format!("topologySpreadConstraints: [{{{rest}, {merged}}}]")), [""; 0]);
        let twice = "labelSelector: {matchLabels: {b: x}, matchExpressions: [{key: b, operator: Exists}]}";
        assert_eq!(
            refused(&format!("topologySpreadConstraints: [{{{rest}, {twice}}}]")),
            ["spec.topologySpreadConstraints[0][0] FieldValueInvalid"]
        );
    }

    #[test]
    fn weights_and_operators_of_affinity_are_checked() {
        assert_eq!(
            refused(
                "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, \
                 preference: {matchExpressions: [{key: a, operator: Gt}]}}]}}"
            ),
            [
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight FieldValueInvalid",
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.\
                 matchExpressions[0].values FieldValueRequired",
            ]
        );
    }
}
