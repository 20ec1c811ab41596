//! `autoscaling/v2beta1`, served until 1.24, which writes metrics as the
//! annotation of `v1` does.

use seatrial_yaml::{FieldPath, PathStep};

use super::{CPU_UTILIZATION, V2, conversion, rules};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Map, Value};

pub(super) const STRATEGY: Strategy = Strategy {
    version: "v2beta1",
    default,
    validate: |object, errors| {
        metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
        validate(object, None, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, Some(old), errors);
    },
    ..V2
};

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("minReplicas", 1);
    if spec.items("metrics").is_empty() {
        let mut metric = Value::from(Map::default());
        metric.set("type", "Resource", By::Server);
        let resource = metric.struct_mut("resource");
        resource.set("name", "cpu", By::Server);
        resource.set("targetAverageUtilization", CPU_UTILIZATION, By::Server);
        spec.set("metrics", vec![metric], By::Server);
    }
}

/// The spec as `v2` has it.
fn to_v2(object: &Value) -> Value {
    let mut spec = object.at("spec").clone();
    let metrics = spec.items("metrics").iter().map(|it| conversion::metric_of(it).unwrap_or_default());
    let metrics: Vec<_> = metrics.collect();
    spec.set("metrics", metrics, By::Server);
    spec
}

fn validate(object: &Value, old: Option<&Value>, errors: &mut Errors) {
    let before = errors.len();
    rules::validate(&to_v2(object), old.map(to_v2).as_ref(), errors);
    for error in &mut errors.as_mut_slice()[before..] {
        error.path = lead_back(&error.path);
    }
}

/// Where the manifest has what `v2` calls otherwise: what a metric aims at stands
/// beside its name.
fn lead_back(path: &FieldPath) -> FieldPath {
    let [spec, metrics, at, source, PathStep::Key(field), rest @ ..] = path.steps() else {
        return path.clone();
    };
    let inner = match rest.first() {
        Some(PathStep::Key(inner)) => inner.as_str(),
        _ => "",
    };
    let written = match (field.as_str(), inner) {
        ("metric", "name") => "metricName",
        ("metric", _) => "selector",
        ("describedObject", _) => "target",
        ("target", "averageUtilization") => "targetAverageUtilization",
        ("target", "averageValue") => "targetAverageValue",
        ("target", "value") => "targetValue",
        ("target", _) => return vec![spec.clone(), metrics.clone(), at.clone(), source.clone()].into(),
        _ => return path.clone(),
    };
    vec![spec.clone(), metrics.clone(), at.clone(), source.clone(), PathStep::Key(written.into())].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{created, fields};

    #[test]
    fn what_a_metric_aims_at_is_told_where_it_is_written() {
        let text = "{metadata: {name: a, namespace: b}, spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, \
                    metrics: [{type: Resource, resource: {name: cpu, targetAverageUtilization: 0}}]}}";
        let (strategy, object) = created("autoscaling/v2beta1/HorizontalPodAutoscaler", text);
        let mut errors = Errors::new();
        (strategy.validate)(&object, &mut errors);
        assert_eq!(fields(&errors), ["spec.metrics[0].resource.target.averageUtilization FieldValueInvalid"]);
        let path = errors.as_slice()[0].path.to_string();
        assert_eq!(path, "spec.metrics[0].resource.targetAverageUtilization");
        let bare = text.replace("targetAverageUtilization: 0", "targetAverageUtilization: 50");
        let (strategy, object) = created("autoscaling/v2beta1/HorizontalPodAutoscaler", &bare);
        let mut errors = Errors::new();
        (strategy.validate)(&object, &mut errors);
        assert!(errors.is_empty());
    }
}
