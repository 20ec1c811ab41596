//! Any text as an expression of Kyverno's: a rule that declares a variable by it
//! says something of an object, within its bounds, and the same twice.

use seatrial_policy::State;
use seatrial_policy::kyverno::{Outcome, Policy, Work, judge};
use seatrial_policy::validating_policy::Asked;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::review::stored;
use seatrial_schema::{By, Value};

pub(super) const POD: Attributes<'static> = Attributes {
    operation: Operation::Create,
    group: "",
    kind: "Pod",
    resource: "pods",
    namespace: "shop",
    old: None,
};
pub(super) const OBJECT: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop",
    "labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "docker.io/web:1",
    "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}}]}}"#;
const POLICY: &str = r#"{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": {"rules": [
    {"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "context": [{"name": "x", "variable": {}}],
    "validate": {"message": "{{ x }}", "deny": {"conditions": {"all": [{"key": "{{ x }}", "operator": "Equals", "value": "a"}]}}}}]}}"#;

struct Nothing;

impl State for Nothing {
    fn cluster_object(&self, _: &str, _: &str, _: &str) -> Option<&Value> {
        None
    }

    fn objects(&self, _: &str, _: &str, _: &str) -> Vec<&Value> {
        Vec::new()
    }
}

/// Evaluates the text as an expression.
pub fn jmespath(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(said(&text), said(&text), "{text}");
}

fn said(expression: &str) -> Outcome {
    let mut policy = stored(POLICY);
    let rules = policy.struct_mut("spec").items_mut("rules");
    let declared = rules[0].items_mut("context")[0].struct_mut("variable");
    declared.set("jmesPath", Value::text(expression), By::Manifest);
    let policy = Policy::read(&policy).expect("the rule is one");
    let object = stored(OBJECT);
    let asked = Asked { request: &POD, version: "v1", object: &object, namespace: None };
    judge(&policy, &policy.rules()[0], asked, &[], &Nothing, &mut Work::default())
}
