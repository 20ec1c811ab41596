//! `HorizontalPodAutoscaler` (`kubernetes` 1.36, `pkg/apis/autoscaling/v2/defaults.go`,
//! `pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go`). The rules are
//! those of `v2`; `v1` is converted for them.

mod conversion;
mod metrics;
mod rules;
mod v1;
mod v2beta1;

use crate::kinds::Strategy;
use crate::rules::generations;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Map, Value};

const V2: Strategy = Strategy {
    default,
    prepare_create: |object| drop(object.remove("status")),
    prepare_update: |new, old| {
        generations::keep(new, old, "status");
        generations::count_if(new, old, false);
    },
    validate: |object, errors| {
        metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
        rules::validate(object.at("spec"), None, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        rules::validate(new.at("spec"), Some(old.at("spec")), errors);
    },
    ..Strategy::plain("autoscaling", "v2", "HorizontalPodAutoscaler")
};

/// What the server does with them; `v2beta2`, served until 1.25, is as `v2`.
pub(crate) const KINDS: &[Strategy] =
    &[V2, Strategy { version: "v2beta2", ..V2 }, v2beta1::STRATEGY, v1::STRATEGY];

/// Hold what `v1` has no fields for; other versions drop them.
const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
/// The same for the status.
const STATUS: [&str; 2] =
    ["autoscaling.alpha.kubernetes.io/current-metrics", "autoscaling.alpha.kubernetes.io/conditions"];
/// Once held tolerances.
const TOLERANCES: [&str; 2] = [
    "autoscaling.alpha.kubernetes.io/scale-down-tolerance",
    "autoscaling.alpha.kubernetes.io/scale-up-tolerance",
];

/// What an autoscaler without metrics aims at, in percent of the CPU.
const CPU_UTILIZATION: i64 = 80;

/// An autoscaler in another version; none for versions that are not known.
pub(crate) fn convert(object: &Value, version: &str) -> Option<Value> {
    match (object.str("apiVersion"), version) {
        ("autoscaling/v1", "v2") => Some(v1::as_v2(object)),
        ("autoscaling/v2", "v1") => Some(v1::of_v2(object)),
        _ => None,
    }
}

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("minReplicas", 1);
    if spec.items("metrics").is_empty() {
        spec.set("metrics", vec![cpu_metric(CPU_UTILIZATION)], By::Server);
    }
    if let Some(behavior) = spec.at_mut("behavior") {
        let up = behavior.struct_mut("scaleUp");
        up.set_default("stabilizationWindowSeconds", 0);
        default_policies(up, &[("Pods", 4), ("Percent", 100)]);
        default_policies(behavior.struct_mut("scaleDown"), &[("Percent", 100)]);
    }
    drop_annotations(object);
}

fn default_policies(rules: &mut Value, policies: &[(&'static str, i64)]) {
    rules.set_default("selectPolicy", "Max");
    let policy = |&(kind, value): &(&'static str, i64)| {
        let mut policy = Value::from(Map::default());
        policy.set("type", kind, By::Server);
        policy.set("value", value, By::Server);
        policy.set("periodSeconds", 15, By::Server);
        policy
    };
    rules.set_default("policies", policies.iter().map(policy).collect::<Vec<_>>());
}

/// A metric as `v2` writes it.
fn cpu_metric(utilization: i64) -> Value {
    let mut metric = Value::from(Map::default());
    metric.set("type", "Resource", By::Server);
    let resource = metric.struct_mut("resource");
    resource.set("name", "cpu", By::Server);
    let target = resource.struct_mut("target");
    target.set("type", "Utilization", By::Server);
    target.set("averageUtilization", utilization, By::Server);
    metric
}

/// Drops the annotations that stand for fields.
fn drop_annotations(object: &mut Value) {
    let Some(meta) = object.at_mut("metadata") else { return };
    let Some(annotations) = meta.at_mut("annotations") else { return };
    for key in [METRICS, BEHAVIOR].into_iter().chain(STATUS).chain(TOLERANCES) {
        annotations.remove(key);
    }
    if annotations.is_empty() {
        meta.remove("annotations");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn a_behavior_is_filled_in_on_both_sides() {
        let mut object = value(
            "{metadata: {annotations: {autoscaling.alpha.kubernetes.io/metrics: x}}, \
             spec: {maxReplicas: 3, behavior: {scaleDown: {selectPolicy: Disabled}}}}",
        );
        default(&mut object);
        let expected = value(
            "{metadata: {}, spec: {maxReplicas: 3, minReplicas: 1, metrics: [{type: Resource, resource: {name: cpu, \
             target: {type: Utilization, averageUtilization: 80}}}], behavior: {scaleDown: {selectPolicy: Disabled, \
             policies: [{type: Percent, value: 100, periodSeconds: 15}]}, scaleUp: {selectPolicy: Max, \
             stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 4, periodSeconds: 15}, \
             {type: Percent, value: 100, periodSeconds: 15}]}}}}",
        );
        assert_eq!(object, expected);
    }
}
