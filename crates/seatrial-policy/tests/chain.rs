//! The whole chain of plugins over a cluster that has policies of all families.

use seatrial_policy::{Chain, Compiled, Policies, State};
use seatrial_schema::review::{Answer, Body, FieldValidation, Operation, Request, review_with, stored};
use seatrial_schema::{By, Value};

const NAMESPACE: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop",
    "labels": {"team": "a"}}}"#;
const POLICY: &str = r#"{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "names"}, "spec": {"matchConstraints": {"resourceRules": [{"apiGroups": [""],
    "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"]}]},
    "validations": [{"expression": "object.metadata.name.startsWith('web')"}]}}"#;
const BINDING: &str = r#"{"apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"},
    "spec": {"policyName": "names", "validationActions": ["Deny"]}}"#;
const TEMPLATE: &str = r#"{"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate",
    "metadata": {"name": "k8slabels"}, "spec": {"crd": {"spec": {"names": {"kind": "K8sLabels"}}},
    "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": "package labels\nviolation[{\"msg\": msg}] { wanted := input.parameters.labels[_]\n not input.review.object.metadata.labels[wanted]\n msg := sprintf(\"no %v\", [wanted]) }"}]}}"#;
const CONSTRAINT: &str = r#"{"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sLabels",
    "metadata": {"name": "owned"}, "spec": {"match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]},
    "parameters": {"labels": ["owner", "stage"]}}}"#;
const KYVERNO: &str = r#"{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "tags"},
    "spec": {"validationFailureAction": "Enforce", "rules": [{"name": "no-latest",
    "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"message": "say which",
    "pattern": {"spec": {"containers": [{"image": "!*:latest"}]}}}}]}}"#;
const QUOTA: &str = r#"{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none",
    "namespace": "shop"}, "spec": {"hard": {"pods": "0"}},
    "status": {"hard": {"pods": "0"}, "used": {"pods": "0"}}}"#;

struct Cluster {
    objects: Vec<Value>,
    policies: Compiled,
}

impl Cluster {
    fn of(objects: &[&str]) -> Self {
        let objects: Vec<_> = objects.iter().map(|it| stored(it)).collect();
        let policies = Compiled::of(&objects);
        Self { objects, policies }
    }

    fn create(&self, name: &str, image: &str) -> Answer {
        self.send("pods", &pod(name, image), Operation::Create)
    }

    fn send(&self, resource: &str, body: &str, operation: Operation<'_>) -> Answer {
        let version = if resource == "pods" { "/api/v1" } else { "/apis/autoscaling/v1" };
        let path = format!("{version}/namespaces/shop/{resource}");
        let path = match operation {
            Operation::Create => path,
            Operation::Update(old) => format!("{path}/{}", old.at("metadata").str("name")),
        };
        let field_validation = FieldValidation::Strict;
        let request = Request { operation, path: &path, field_validation, body: Body::Json(body) };
        review_with(&request, &Chain(self))
    }
}

impl State for Cluster {
    fn cluster_object(&self, group: &str, kind: &str, name: &str) -> Option<&Value> {
        self.objects(group, kind, "").into_iter().find(|it| it.at("metadata").str("name") == name)
    }

    fn objects(&self, group: &str, kind: &str, namespace: &str) -> Vec<&Value> {
        let is_meant = |it: &&Value| {
            let of = it.str("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
            it.str("kind") == kind && of == group && it.at("metadata").str("namespace") == namespace
        };
        self.objects.iter().filter(is_meant).collect()
    }

    fn policies(&self) -> Policies<'_> {
        self.policies.counting()
    }
}

fn pod(name: &str, image: &str) -> String {
    format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{name}", "labels": {{"app": "web"}}}},
        "spec": {{"containers": [{{"name": "web", "image": "{image}"}}]}}}}"#
    )
}

#[test]
fn families_are_asked_in_the_servers_order() {
    let all = [NAMESPACE, POLICY, BINDING, TEMPLATE, CONSTRAINT, KYVERNO, QUOTA];
    let answer = |objects: &[&str], name: &str| Cluster::of(objects).create(name, "web:latest").message;
    assert_eq!(
        answer(&all, "api"),
        "pods \"api\" is forbidden: ValidatingAdmissionPolicy 'names' with binding 'everywhere' denied \
         request: failed expression: object.metadata.name.startsWith('web')"
    );
    assert_eq!(
        answer(&all, "web"),
        "admission webhook \"validation.gatekeeper.sh\" denied the request: [owned] no owner\n[owned] no stage"
    );
    assert_eq!(
        answer(&[NAMESPACE, KYVERNO, QUOTA], "web"),
        "admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource Pod/shop/web was \
         blocked due to the following policies \n\ntags:\n  no-latest: 'say which'\n"
    );
    assert_eq!(
        answer(&[NAMESPACE, QUOTA], "web"),
        "pods \"web\" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0"
    );
}

#[test]
fn rules_of_one_webhook_are_told_together() {
    let named = KYVERNO.replace("\"tags\"", "\"again\"");
    let answer = Cluster::of(&[NAMESPACE, KYVERNO, &named]).create("web", "web:latest");
    assert_eq!((answer.code, answer.reason), (400, ""));
    assert!(answer.message.ends_with("again:\n  no-latest: 'say which'\ntags:\n  no-latest: 'say which'\n"));
}

#[test]
fn what_only_warns_is_let_in_with_the_warning() {
    let binding = BINDING.replace("Deny", "Warn");
    let answer = Cluster::of(&[NAMESPACE, POLICY, &binding]).create("api", "web:1");
    assert!(answer.accepted());
    let warning = "Validation failed for ValidatingAdmissionPolicy 'names' with binding 'everywhere': failed \
                   expression: object.metadata.name.startsWith('web')";
    assert_eq!(answer.warnings, [warning]);
}

#[test]
fn an_update_is_asked_about_with_the_old_object() {
    let policy = POLICY.replace(
        "object.metadata.name.startsWith('web')",
        "request.operation == 'CREATE' || oldObject.metadata.labels.app != object.metadata.labels.app",
    );
    let cluster = Cluster::of(&[NAMESPACE, &policy, BINDING]);
    let created = cluster.create("web", "web:1");
    assert!(created.accepted());
    let mut old = created.object.expect("it was created");
    old.struct_mut("metadata").set("resourceVersion", "1", By::Server);
    let answer = cluster.send("pods", &pod("web", "web:2"), Operation::Update(&old));
    assert!(answer.message.contains("denied request"), "{}", answer.message);
}

#[test]
fn what_has_no_answer_is_told_and_does_not_refuse() {
    let policy =
        POLICY.replace("object.metadata.name.startsWith('web')", "request.userInfo.username == 'me'");
    let mutation = r#"{"apiVersion": "mutations.gatekeeper.sh/v1", "kind": "AssignMetadata",
        "metadata": {"name": "owner"}, "spec": {"location": "metadata.labels.owner"}}"#;
    let cluster = Cluster::of(&[NAMESPACE, &policy, BINDING, TEMPLATE, CONSTRAINT, mutation]);
    let answer = cluster.create("web", "web:1");
    let told: Vec<_> = answer.unanswered.iter().map(String::as_str).collect();
    let without = |label: &str| {
        format!(
            "admission webhook \"validation.gatekeeper.sh\" denied the request: [owned] no {label}: \
             AssignMetadata owner may change it before"
        )
    };
    assert_eq!(
        told,
        [
            "what AssignMetadata owner changes is not worked out",
            "names is not evaluated: an expression hangs on what only the server knows",
            &without("owner"),
            &without("stage"),
        ]
    );
    assert!(answer.accepted());
}

#[test]
fn a_policy_for_another_version_sees_the_object_converted() {
    let policy = POLICY
        .replace(r#"[""]"#, r#"["autoscaling"]"#)
        .replace(r#"["v1"]"#, r#"["v2"]"#)
        .replace("\"pods\"", "\"horizontalpodautoscalers\"")
        .replace(
            "object.metadata.name.startsWith('web')",
            "object.spec.metrics[0].resource.target.averageUtilization <= 60",
        );
    let cluster = Cluster::of(&[NAMESPACE, &policy, BINDING]);
    let scaler = |target: u8| {
        format!(
            r#"{{"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {{"name": "web"}},
            "spec": {{"maxReplicas": 3, "targetCPUUtilizationPercentage": {target},
            "scaleTargetRef": {{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}}}}"#
        )
    };
    let send = |target| cluster.send("horizontalpodautoscalers", &scaler(target), Operation::Create);
    assert!(send(60).accepted());
    assert!(send(61).message.contains("with binding 'everywhere' denied request"));
    let exact =
        policy.replace("\"matchConstraints\": {", "\"matchConstraints\": {\"matchPolicy\": \"Exact\", ");
    let cluster = Cluster::of(&[NAMESPACE, &exact, BINDING]);
    assert!(cluster.send("horizontalpodautoscalers", &scaler(61), Operation::Create).accepted());
}

#[test]
fn parameters_are_looked_up_in_the_namespace_of_the_object() {
    let policy = POLICY
        .replace("\"spec\": {", r#""spec": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "#)
        .replace("object.metadata.name.startsWith('web')", "object.metadata.name == params.data.name");
    let binding = BINDING
        .replace("\"spec\": {", r#""spec": {"paramRef": {"name": "p", "parameterNotFoundAction": "Deny"}, "#);
    let params = r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "p", "namespace": "shop"},
        "data": {"name": "web"}}"#;
    let cluster = Cluster::of(&[NAMESPACE, &policy, &binding, params]);
    assert!(cluster.create("web", "web:1").accepted());
    assert!(!cluster.create("api", "web:1").accepted());
    let without = Cluster::of(&[NAMESPACE, &policy, &binding]).create("api", "web:1");
    assert_eq!(without.unanswered, ["names is not evaluated: its parameters are not there"]);
}
