//! `autoscaling/v1`, which knows no metric but the CPU: all else stands in
//! annotations (`kubernetes` 1.36, `pkg/apis/autoscaling/v1/conversion.go`).

use seatrial_yaml::{FieldPath, PathStep};
use smol_str::SmolStr;

use super::{BEHAVIOR, CPU_UTILIZATION, METRICS, STATUS, conversion, cpu_metric, drop_annotations, rules};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, names};
use crate::value::{By, Value};

pub(super) const STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |object| {
        object.remove("status");
        keep_status(object, None);
    },
    prepare_update: |new, old| {
        generations::keep(new, old, "status");
        generations::count_if(new, old, false);
        keep_status(new, Some(old));
    },
    validate: |object, errors| {
        metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
        validate_spec(object, None, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate_spec(new, Some(old), errors);
    },
    ..Strategy::plain("autoscaling", "v1", "HorizontalPodAutoscaler")
};

const TARGET: &str = "targetCPUUtilizationPercentage";

/// What the server stores and prints again: of metrics on the CPU the first is
/// the target, all others stand in an annotation.
fn default(object: &mut Value) {
    object.struct_mut("spec").set_default("minReplicas", 1);
    let spec = to_v2(object);
    let mut errors = Errors::new();
    rules::validate(&spec, None, &mut errors);
    if errors.is_empty() {
        normalize(object, &spec);
    }
}

fn normalize(object: &mut Value, spec: &Value) {
    let (cpu, others): (Vec<_>, Vec<_>) = spec.items("metrics").iter().partition(|metric| is_cpu(metric));
    if let Some(metric) = cpu.first() {
        let target = metric.at("resource").at("target").at("averageUtilization");
        let spec = object.struct_mut("spec");
        if spec.at(TARGET) != target {
            spec.set(TARGET, target.clone(), By::Server);
        }
    }
    let annotations = object.at("metadata").at("annotations");
    let status = STATUS.map(|key| (key, annotations.opt(key).cloned()));
    drop_annotations(object);
    for (key, text) in status {
        if let Some(text) = text {
            annotate(object, key, text);
        }
    }
    if !others.is_empty() {
        annotate(object, METRICS, Value::text(conversion::metrics_text(&others)));
    }
    if let Some(behavior) = spec.opt("behavior") {
        annotate(object, BEHAVIOR, Value::text(conversion::behavior_text(behavior)));
    }
}

fn is_cpu(metric: &Value) -> bool {
    let resource = metric.at("resource");
    metric.str("type") == "Resource"
        && resource.str("name") == "cpu"
        && resource.at("target").has("averageUtilization")
}

fn annotate(object: &mut Value, key: &'static str, text: Value) {
    object.struct_mut("metadata").struct_mut("annotations").set(key, text, By::Server);
}

/// Clients do not set the part of the status that annotations hold either.
fn keep_status(new: &mut Value, old: Option<&Value>) {
    for key in STATUS {
        let text = old.and_then(|old| old.at("metadata").at("annotations").opt(key));
        if let Some(text) = text {
            annotate(new, key, text.clone());
            continue;
        }
        let meta = new.struct_mut("metadata");
        meta.at_mut("annotations").map(|it| it.remove(key));
        if meta.at("annotations").is_empty() {
            meta.remove("annotations");
        }
    }
}

/// An object of `v1` in `v2`.
pub(super) fn as_v2(object: &Value) -> Value {
    let mut converted = object.clone();
    converted.set("spec", to_v2(object), By::Server);
    drop_annotations(&mut converted);
    converted
}

/// An object of `v2` in `v1`.
pub(super) fn of_v2(object: &Value) -> Value {
    let mut converted = object.clone();
    let spec = converted.struct_mut("spec");
    spec.remove("metrics");
    spec.remove("behavior");
    normalize(&mut converted, object.at("spec"));
    converted
}

/// The spec as `v2` has it.
fn to_v2(object: &Value) -> Value {
    let annotations = object.at("metadata").at("annotations");
    let mut spec = object.at("spec").clone();
    let mut metrics = conversion::metrics_of(annotations.str(METRICS)).unwrap_or_default();
    match spec.remove(TARGET).as_ref().and_then(Value::as_int) {
        Some(target) => metrics.push(cpu_metric(target)),
        None if metrics.is_empty() => metrics.push(cpu_metric(CPU_UTILIZATION)),
        None => {}
    }
    spec.set("metrics", metrics, By::Server);
    if let Some(behavior) = conversion::behavior_of(annotations.str(BEHAVIOR)) {
        spec.set("behavior", behavior, By::Server);
    }
    spec
}

fn validate_spec(object: &Value, old: Option<&Value>, errors: &mut Errors) {
    let spec = to_v2(object);
    let before = errors.len();
    rules::validate(&spec, old.map(to_v2).as_ref(), errors);
    let others = spec.items("metrics").len() - usize::from(object.at("spec").has(TARGET));
    for error in &mut errors.as_mut_slice()[before..] {
        lead_back(&mut error.path, others);
    }
}

/// Where the manifest has what the server names by its field in `v2`; of the
/// metrics, the first `others` stand in an annotation.
fn lead_back(path: &mut FieldPath, others: usize) {
    let key = |name: &'static str| PathStep::Key(SmolStr::new_static(name));
    let annotation = |name| vec![key("metadata"), key("annotations"), key(name)];
    let steps = match path.steps() {
        [_, PathStep::Key(field), PathStep::Index(index), ..]
            if field == "metrics" && *index as usize >= others =>
        {
            vec![key("spec"), key(TARGET)]
        }
        [_, PathStep::Key(field), ..] if field == "metrics" => annotation(METRICS),
        [_, PathStep::Key(field), ..] if field == "behavior" => annotation(BEHAVIOR),
        _ => return,
    };
    *path = steps.into();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn the_target_is_a_metric_of_v2() {
        let mut object = value(
            "{metadata: {name: a, namespace: b}, spec: {maxReplicas: 2, targetCPUUtilizationPercentage: 0, \
             scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}}",
        );
        default(&mut object);
        let mut errors = Errors::new();
        (STRATEGY.validate)(&object, &mut errors);
        let expected = ["spec.metrics[0].resource.target.averageUtilization FieldValueInvalid"];
        assert_eq!(fields(&errors), expected);
        assert_eq!(errors.as_slice()[0].path.to_string(), "spec.targetCPUUtilizationPercentage");
    }

    #[test]
    fn annotations_hold_other_metrics() {
        let metrics = r#"[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":70}}]"#;
        let mut object = value(
            "{spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}}",
        );
        annotate(&mut object, METRICS, metrics.into());
        let policies = r#"[{"Type":"Pods","Value":4,"PeriodSeconds":15}]"#;
        annotate(&mut object, BEHAVIOR, Value::text(format!(r#"{{"scaledown":{{"Policies":{policies}}}}}"#)));
        default(&mut object);
        let annotations = object.at("metadata").at("annotations");
        assert!(!object.at("spec").has(TARGET));
        assert_eq!(annotations.str(METRICS), metrics);
        let behavior = format!(
            r#"{{"ScaleUp":null,"ScaleDown":{{"StabilizationWindowSeconds":null,"SelectPolicy":null,"Policies":{policies},"Tolerance":null}}}}"#
        );
        assert_eq!(annotations.str(BEHAVIOR), behavior);
    }
}
