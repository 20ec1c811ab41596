//! Policies that change objects before others look at them: which objects, and
//! which of their fields. What they change them into is not worked out.

use std::collections::BTreeSet;

use seatrial_schema::Value;
use seatrial_yaml::{FieldPath, PathStep};
use smol_str::SmolStr;

use crate::gatekeeper;
use crate::kyverno;
use crate::validating_policy::{About, Asked, constrains};

/// The API group of Gatekeeper's mutations.
pub const GATEKEEPER_GROUP: &str = "mutations.gatekeeper.sh";

/// A policy that changes objects.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// A `MutatingAdmissionPolicy` or Kyverno's `MutatingPolicy`, and its binding.
    Native(Box<[Value; 2]>),
    /// An `Assign` and its like.
    Gatekeeper(Box<Value>),
    /// The rules of a policy of Kyverno that change objects, and its namespace.
    Kyverno(Vec<Value>, SmolStr),
}

/// The top-level fields that a policy may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Those.
    These(BTreeSet<SmolStr>),
    /// Any.
    Any,
}

impl Mutation {
    /// Reads an object of Gatekeeper or Kyverno; none if it changes nothing.
    pub fn read(object: &Value) -> Option<Self> {
        let group = object.str("apiVersion").split('/').next().unwrap_or_default();
        match (group, object.str("kind")) {
            (GATEKEEPER_GROUP, _) => Some(Self::Gatekeeper(Box::new(object.clone()))),
            ("policies.kyverno.io", "MutatingPolicy" | "NamespacedMutatingPolicy") => {
                Some(Self::Native(Box::new([object.clone(), Value::Null])))
            }
            ("kyverno.io", "ClusterPolicy" | "Policy") => Self::of_kyverno(object),
            _ => None,
        }
    }

    fn of_kyverno(policy: &Value) -> Option<Self> {
        let changes = |rule: &&Value| {
            // Rules with targets change other objects, later.
            rule.at("mutate").opt("targets").is_none() && (rule.has("mutate") || rule.has("verifyImages"))
        };
        let rules: Vec<_> = policy.at("spec").items("rules").iter().filter(changes).cloned().collect();
        let namespace = match policy.str("kind") {
            "Policy" => policy.at("metadata").str("namespace"),
            _ => "",
        };
        (!rules.is_empty()).then(|| Self::Kyverno(rules, namespace.into()))
    }

    /// A `MutatingAdmissionPolicy` as it is bound.
    pub fn bound(policy: Value, binding: Value) -> Self {
        Self::Native(Box::new([policy, binding]))
    }

    /// The fields of an object that it may change; none if it is not about it.
    pub fn may_change(&self, asked: Asked<'_>) -> Option<Touched> {
        match self {
            Self::Native(both) => {
                let [policy, binding] = &**both;
                (constrains(policy, binding, asked) != About::No).then_some(Touched::Any)
            }
            Self::Gatekeeper(mutation) => gatekeeper::may_change(mutation, asked).then(|| located(mutation)),
            Self::Kyverno(rules, namespace) => {
                let meant = rules.iter().filter(|it| kyverno::may_be_about(it, namespace, asked));
                meant.map(patched).reduce(Touched::and)
            }
        }
    }
}

impl Touched {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::These(mut own), Self::These(others)) => {
                own.extend(others);
                Self::These(own)
            }
            _ => Self::Any,
        }
    }

    /// Whether a field is among them.
    pub fn includes(&self, path: &FieldPath) -> bool {
        match (self, path.steps().first()) {
            (Self::These(fields), Some(PathStep::Key(key))) => fields.contains(key.as_str()),
            _ => true,
        }
    }
}

/// Where a mutation of Gatekeeper puts something.
fn located(mutation: &Value) -> Touched {
    let location = mutation.at("spec").str("location");
    let first = location.split(['.', '[']).next().unwrap_or_default();
    match mutation.str("kind") {
        "AssignMetadata" => Touched::These(BTreeSet::from(["metadata".into()])),
        _ if first.is_empty() => Touched::Any,
        _ => Touched::These(BTreeSet::from([first.into()])),
    }
}

/// What a rule of Kyverno patches.
fn patched(rule: &Value) -> Touched {
    if !rule.has("mutate") {
        // A verified image gets the digest that it was verified with.
        return Touched::These(BTreeSet::from(["spec".into()]));
    }
    match rule.at("mutate").opt("patchStrategicMerge").and_then(Value::as_map) {
        Some(patch) => {
            let name = |key: &SmolStr| key.trim_matches(|it: char| !it.is_alphanumeric()).into();
            Touched::These(patch.entries().iter().map(|it| name(&it.key)).collect())
        }
        None => Touched::Any,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_schema::admission::{Attributes, Operation};
    use seatrial_schema::review::stored;

    use super::*;

    const POD: Attributes<'static> = Attributes {
        operation: Operation::Create,
        group: "",
        kind: "Pod",
        resource: "pods",
        namespace: "shop",
        old: None,
    };

    fn touched(policy: &str) -> Option<Vec<String>> {
        let pod = stored(r#"{"metadata": {"name": "web"}}"#);
        let asked = Asked { request: &POD, version: "v1", object: &pod, namespace: None };
        match Mutation::read(&stored(policy))?.may_change(asked)? {
            Touched::Any => Some(vec!["any".to_owned()]),
            Touched::These(fields) => Some(fields.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn a_mutation_of_gatekeeper_tells_its_field() {
        let assign = |kind: &str, spec: &str| {
            touched(&format!(
                r#"{{"apiVersion": "mutations.gatekeeper.sh/v1", "kind": "{kind}", "spec": {{{spec}}}}}"#
            ))
        };
        let applies = r#""applyTo": [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]"#;
        let located = r#""location": "spec.containers[name:*].imagePullPolicy""#;
        assert_eq!(assign("Assign", &format!("{applies}, {located}")), Some(vec!["spec".to_owned()]));
        let elsewhere = applies.replace("Pod", "Service");
        assert_eq!(assign("Assign", &format!("{elsewhere}, {located}")), None);
        let labels = r#""location": "metadata.labels.owner", "match": {"namespaces": ["shop"]}"#;
        assert_eq!(assign("AssignMetadata", labels), Some(vec!["metadata".to_owned()]));
        assert_eq!(assign("AssignMetadata", &labels.replace("shop", "other")), None);
    }

    #[test]
    fn a_rule_of_kyverno_tells_what_it_patches() {
        let rule = |mutate: &str| {
            touched(&format!(
                r#"{{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {{"rules": [{{"name": "a",
                "match": {{"any": [{{"resources": {{"kinds": ["Pod"]}}}}]}}, {mutate}}}]}}}}"#
            ))
        };
        let patch = r#""mutate": {"patchStrategicMerge": {"spec": {}, "+(metadata)": {}}}"#;
        assert_eq!(rule(patch), Some(vec!["metadata".to_owned(), "spec".to_owned()]));
        assert_eq!(rule(r#""mutate": {"foreach": []}"#), Some(vec!["any".to_owned()]));
        assert_eq!(rule(r#""mutate": {"targets": [{"kind": "Secret"}]}"#), None);
        assert_eq!(rule(r#""validate": {}"#), None);
    }
}
