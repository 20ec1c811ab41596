//! `validate.cel`, and `ValidatingPolicy`: rules in CEL, as policies of the API
//! server.

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::autogen::{Level, below_text, rewritten};
use crate::validating_policy::Policy;

const PODS: &str = "pods";

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut value = Value::from(Map::default());
    for (field, held) in fields {
        value.set(field, held, By::Server);
    }
    value
}

/// The expressions of a rule; the error says what cannot be evaluated.
pub(super) fn of_rule(rule: &Value) -> Result<Policy, String> {
    let validate = rule.at("validate");
    let cel = validate.at("cel");
    if cel.has("paramKind") || cel.has("paramRef") {
        return Err("its expressions have parameters".to_owned());
    }
    let mut validations = cel.items("expressions").to_vec();
    for validation in &mut validations {
        if validation.str("message").is_empty() {
            validation.set("message", SmolStr::new(validate.str("message")), By::Server);
        }
    }
    let spec = map([
        ("matchConditions", rule.at("celPreconditions").clone()),
        ("variables", cel.at("variables").clone()),
        ("validations", Value::List(validations)),
    ]);
    Policy::read(&map([("spec", spec)]))
}

/// A `ValidatingPolicy`, and what is made of it for controllers of pods.
pub(super) fn of_policy(policy: &Value) -> Result<Vec<(SmolStr, Policy)>, String> {
    let spec = policy.at("spec");
    let rules = spec.at("matchConstraints").items("resourceRules");
    let operations = rules.first().map(|it| it.at("operations").clone()).unwrap_or_default();
    let mut all = vec![(SmolStr::default(), Policy::read(policy)?)];
    for (prefix, level, group, resources) in [
        (
            "autogen-defaults",
            Level::Controllers,
            "apps",
            &["daemonsets", "deployments", "replicasets", "statefulsets"][..],
        ),
        ("autogen-defaults", Level::Controllers, "batch", &["jobs"]),
        ("autogen-cronjobs", Level::CronJobs, "batch", &["cronjobs"]),
    ] {
        let wanted = wanted(spec, resources);
        if wanted.is_empty() {
            continue;
        }
        let rewrite = |text: &str| below_text(text, &level, true);
        let mut made = policy.clone();
        if let Some(spec) = made.at_mut("spec") {
            for field in ["matchConditions", "variables", "validations"] {
                if let Some(value) = spec.remove(field) {
                    spec.set(field, rewritten(value, &rewrite), By::Server);
                }
            }
            let rule = map([
                ("apiGroups", Value::List(vec![Value::text(group)])),
                ("apiVersions", Value::List(vec![Value::text("v1")])),
                ("operations", operations.clone()),
                ("resources", Value::List(wanted)),
            ]);
            spec.struct_mut("matchConstraints").set("resourceRules", vec![rule], By::Server);
        }
        all.push((SmolStr::new_static(prefix), Policy::read(&made)?));
    }
    Ok(all)
}

/// The controllers that a policy for pods alone is made for.
fn wanted(spec: &Value, resources: &[&'static str]) -> Vec<Value> {
    let rules = spec.at("matchConstraints").items("resourceRules");
    let is_for_pods =
        |it: &Value| it.items("resources").len() == 1 && it.items("resources")[0].as_str() == PODS;
    let constraints = spec.at("matchConstraints");
    let is_narrow = !constraints.at("objectSelector").is_empty()
        || rules.iter().any(|it| !it.items("resourceNames").is_empty());
    if rules.is_empty() || !rules.iter().all(is_for_pods) || is_narrow {
        return Vec::new();
    }
    let named = spec.at("autogen").at("podControllers").opt("controllers").map(Value::as_list);
    let is_wanted = |it: &&&str| named.is_none_or(|all| all.iter().any(|name| name.as_str() == **it));
    resources.iter().filter(is_wanted).map(|it| Value::text(*it)).collect()
}
