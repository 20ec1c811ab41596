//! Rules for the spec of an autoscaler (`kubernetes` 1.36,
//! `pkg/apis/autoscaling/validation/validation.go`).

use super::metrics;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{names, quantities};
use crate::value::Value;

const PERIOD_SECONDS_MAX: i64 = 1800;
const WINDOW_SECONDS_MAX: i64 = 3600;

/// What may stand in the `apiVersion` of a reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions {
    /// One without a group.
    pub(super) without_group: bool,
    /// Anything, as the stored object has it.
    pub(super) any: bool,
}

/// Rules for a spec; `old` is the stored one of an update.
pub(super) fn validate(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    validate_replicas(spec, old, &at, errors);
    let target = spec.at("scaleTargetRef");
    validate_reference(target, versions_of_target(target, old), &at.child("scaleTargetRef"), errors);
    validate_metrics(spec, old, &at.child("metrics"), errors);
    let at = at.child("behavior");
    for field in ["scaleUp", "scaleDown"] {
        if let Some(rules) = spec.at("behavior").opt(field) {
            validate_scaling(rules, &at.child(field), errors);
        }
    }
}

fn validate_replicas(spec: &Value, old: Option<&Value>, at: &Path<'_>, errors: &mut Errors) {
    let (least, most) = (spec.at("minReplicas").as_int(), spec.int("maxReplicas"));
    // Scaling to nothing is a feature that is off by default.
    let bound = i64::from(old.is_none_or(|old| old.at("minReplicas").as_int() != Some(0)));
    if let Some(least) = least.filter(|it| *it < bound) {
        let detail = format!("must be greater than or equal to {bound}");
        errors.invalid(&at.child("minReplicas"), least, detail);
    }
    let at = at.child("maxReplicas");
    if most == 0 {
        errors.required(&at, "must be set and greater than 0");
    } else if most < 0 {
        errors.invalid(&at, most, "must be greater than or equal to 1");
    }
    if least.is_some_and(|least| most < least) {
        errors.invalid(&at, most, "must be greater than or equal to `minReplicas`");
    }
}

fn versions_of_target(target: &Value, old: Option<&Value>) -> Versions {
    let is_same = |old: &Value| {
        let old = old.at("scaleTargetRef");
        ["apiVersion", "kind"].iter().all(|field| old.str(field) == target.str(field))
    };
    let any = old.is_some_and(is_same);
    Versions { any, without_group: target.str("kind") == "ReplicationController" }
}

/// Rules for a reference to an object of any group.
pub(super) fn validate_reference(reference: &Value, versions: Versions, at: &Path<'_>, errors: &mut Errors) {
    for field in ["kind", "name"] {
        match reference.str(field) {
            "" => errors.required(&at.child(field), ""),
            value => errors.each_invalid(&at.child(field), value, names::path_segment(value, false)),
        }
    }
    if let Err(reason) = validate_version(reference, versions) {
        let version = reference.at("apiVersion").clone().or_empty();
        errors.invalid(&at.child("apiVersion"), version, reason);
    }
}

fn validate_version(reference: &Value, versions: Versions) -> Result<(), String> {
    let version = reference.str("apiVersion");
    if versions.any {
        return Ok(());
    }
    if version != "/" && version.matches('/').count() > 1 {
        return Err(format!("unexpected GroupVersion string: {version}"));
    }
    let has_group = version.split_once('/').is_some_and(|(group, _)| !group.is_empty());
    if !has_group && !versions.without_group {
        return Err("apiVersion must specify API group".into());
    }
    Ok(())
}

fn validate_metrics(spec: &Value, old: Option<&Value>, at: &Path<'_>, errors: &mut Errors) {
    let mut versions = Versions { without_group: true, any: false };
    let is_wrong = |metric: &Value| {
        let object = metric.opt("object").filter(|_| metric.str("type") == "Object");
        object.is_some_and(|it| validate_version(it.at("describedObject"), versions).is_err())
    };
    versions.any = old.is_some_and(|old| old.items("metrics").iter().any(is_wrong));
    let all = spec.items("metrics");
    for (index, metric) in all.iter().enumerate() {
        metrics::validate(metric, versions, &at.index(index), errors);
    }
    let is_outside = |metric: &Value| matches!(metric.str("type"), "Object" | "External");
    if spec.at("minReplicas").as_int() == Some(0) && !all.iter().any(is_outside) {
        let detail =
            "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.forbidden(at, detail);
    }
}

fn validate_scaling(rules: &Value, at: &Path<'_>, errors: &mut Errors) {
    if let Some(seconds) = rules.at("stabilizationWindowSeconds").as_int() {
        let at = at.child("stabilizationWindowSeconds");
        if seconds < 0 {
            errors.invalid(&at, seconds, "must be greater than or equal to zero");
        } else if seconds > WINDOW_SECONDS_MAX {
            errors.invalid(&at, seconds, format!("must be less than or equal to {WINDOW_SECONDS_MAX}"));
        }
    }
    if let Some(policy) = rules.opt("selectPolicy")
        && !matches!(policy.as_str(), "Max" | "Min" | "Disabled")
    {
        errors.not_supported(&at.child("selectPolicy"), policy.clone(), &["Disabled", "Max", "Min"]);
    }
    let policies = rules.items("policies");
    let policies_at = at.child("policies");
    if policies.is_empty() {
        errors.required(&policies_at, "must specify at least one Policy");
    }
    for (index, policy) in policies.iter().enumerate() {
        validate_policy(policy, &policies_at.index(index), errors);
    }
    quantities::non_negative(rules.at("tolerance"), &at.child("tolerance"), errors);
}

fn validate_policy(policy: &Value, at: &Path<'_>, errors: &mut Errors) {
    if !matches!(policy.str("type"), "Pods" | "Percent") {
        let kind = policy.at("type").clone().or_empty();
        errors.not_supported(&at.child("type"), kind, &["Percent", "Pods"]);
    }
    for field in ["value", "periodSeconds"] {
        if policy.int(field) <= 0 {
            errors.invalid(&at.child(field), policy.int(field), "must be greater than zero");
        }
    }
    let seconds = policy.int("periodSeconds");
    if seconds > PERIOD_SECONDS_MAX {
        let detail = format!("must be less than or equal to {PERIOD_SECONDS_MAX}");
        errors.invalid(&at.child("periodSeconds"), seconds, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str, old: Option<&str>) -> Vec<String> {
        let mut errors = Errors::new();
        validate(&value(spec), old.map(value).as_ref(), &mut errors);
        fields(&errors)
    }

    #[test]
    fn replicas_have_an_order() {
        let spec = |rest: &str| {
            format!("{{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}, {rest}}}")
        };
        let rows: [(&str, &[&str]); 4] = [
            ("minReplicas: 1, maxReplicas: 2", &[]),
            ("minReplicas: 3, maxReplicas: 2", &["spec.maxReplicas FieldValueInvalid"]),
            ("maxReplicas: 0", &["spec.maxReplicas FieldValueRequired"]),
            (
                "minReplicas: 0, maxReplicas: 2",
                &["spec.minReplicas FieldValueInvalid", "spec.metrics FieldValueForbidden"],
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(refused(&spec(text), None), expected, "{text}");
        }
    }

    #[test]
    fn what_is_stored_may_stay() {
        let spec = "{maxReplicas: 1, scaleTargetRef: {kind: Deployment, name: a}}";
        assert_eq!(refused(spec, None), ["spec.scaleTargetRef.apiVersion FieldValueInvalid"]);
        assert!(refused(spec, Some(spec)).is_empty());
    }

    #[test]
    fn rules_of_scaling_are_bounded() {
        let spec = "{maxReplicas: 1, scaleTargetRef: {kind: ReplicationController, name: a}, behavior: {scaleUp: \
                    {selectPolicy: Most, stabilizationWindowSeconds: 3601, policies: [{type: Pods, value: 0, \
                    periodSeconds: 1801}]}}}";
        let expected = [
            "spec.behavior.scaleUp.stabilizationWindowSeconds FieldValueInvalid",
            "spec.behavior.scaleUp.selectPolicy FieldValueNotSupported",
            "spec.behavior.scaleUp.policies[0].value FieldValueInvalid",
            "spec.behavior.scaleUp.policies[0].periodSeconds FieldValueInvalid",
        ];
        assert_eq!(refused(spec, None), expected);
    }
}
