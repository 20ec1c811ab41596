//! The order of the plugins that are built into the server: which of several
//! refusals a request meets first, and what one plugin leaves for the next.

use seatrial_policy::{Chain, State};
use seatrial_schema::Value;
use seatrial_schema::review::{Answer, Body, FieldValidation, Operation, Request, review_with, stored};

const NAMESPACE: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}"#;
const RESTRICTED: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop",
    "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}}"#;
const BOUNDS: &str = r#"{"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "bounds",
    "namespace": "shop"}, "spec": {"limits": [{"type": "Container", "max": {"memory": "1Gi"},
    "default": {"memory": "512Mi"}, "defaultRequest": {"memory": "256Mi"}}]}}"#;
const HIGH: &str = r#"{"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
    "metadata": {"name": "high"}, "value": 1000, "preemptionPolicy": "Never"}"#;
const KATA: &str = r#"{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "kata"},
    "handler": "kata", "overhead": {"podFixed": {"memory": "64Mi"}},
    "scheduling": {"nodeSelector": {"sandbox": "kata"}, "tolerations": [{"key": "sandbox",
    "operator": "Exists", "effect": "NoSchedule"}]}}"#;

struct Cluster(Vec<Value>);

impl State for Cluster {
    fn cluster_object(&self, group: &str, kind: &str, name: &str) -> Option<&Value> {
        self.objects(group, kind, "").into_iter().find(|it| it.at("metadata").str("name") == name)
    }

    fn objects(&self, _group: &str, kind: &str, namespace: &str) -> Vec<&Value> {
        let is_meant =
            |it: &&Value| it.str("kind") == kind && it.at("metadata").str("namespace") == namespace;
        self.0.iter().filter(is_meant).collect()
    }
}

/// What the server answers to a pod whose `spec` has further fields and whose
/// container has.
fn create(objects: &[&str], spec: &str, container: &str) -> Answer {
    let body = format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "web"}},
        "spec": {{{spec} "containers": [{{"name": "web", "image": "web:1" {container}}}]}}}}"#
    );
    let request = Request {
        operation: Operation::Create,
        path: "/api/v1/namespaces/shop/pods",
        field_validation: FieldValidation::Strict,
        body: Body::Json(&body),
    };
    review_with(&request, &Chain(&Cluster(objects.iter().map(|it| stored(it)).collect())))
}

fn refusal(objects: &[&str], spec: &str, container: &str) -> String {
    create(objects, spec, container).message
}

fn admitted(objects: &[&str], spec: &str, container: &str) -> Value {
    let answer = create(objects, spec, container);
    assert!(answer.accepted(), "{}", answer.message);
    answer.object.expect("it was created").at("spec").clone()
}

fn quota(hard: &str) -> String {
    let used = hard.replace(|it: char| it.is_ascii_digit(), "0");
    format!(
        r#"{{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {{"name": "room", "namespace": "shop"}},
        "spec": {{"hard": {{{hard}}}}}, "status": {{"hard": {{{hard}}}, "used": {{{used}}}}}}}"#
    )
}

const BREAKS_BOUNDS: &str = r#", "resources": {"limits": {"memory": "2Gi"}}"#;
const BREAKS_LEVEL: &str = r#""hostNetwork": true,"#;

#[test]
fn a_namespace_that_is_not_there_comes_first() {
    let said = refusal(&[BOUNDS], r#""priorityClassName": "none","#, BREAKS_BOUNDS);
    assert_eq!(said, "namespaces \"shop\" not found");
}

#[test]
fn what_changes_pods_refuses_before_their_own_rules() {
    let said =
        refusal(&[NAMESPACE, HIGH], r#""priorityClassName": "high", "priority": 5,"#, r#", "ports": [{}]"#);
    assert_eq!(
        said,
        "pods \"web\" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority \
         admission controller computed 1000 from the given PriorityClass name"
    );
}

#[test]
fn priority_is_asked_before_the_runtime_class() {
    let both = r#""priorityClassName": "none", "runtimeClassName": "none","#;
    let said = refusal(&[NAMESPACE], both, "");
    assert_eq!(said, "pods \"web\" is forbidden: no PriorityClass with name none was found");
    let said = refusal(&[NAMESPACE], r#""runtimeClassName": "none","#, "");
    assert_eq!(said, "pods \"web\" is forbidden: pod rejected: RuntimeClass \"none\" not found");
}

#[test]
fn a_runtime_class_contradicts_before_a_limit_range_is_broken() {
    let spec = r#""runtimeClassName": "kata", "nodeSelector": {"sandbox": "none"},"#;
    let said = refusal(&[NAMESPACE, BOUNDS, KATA], spec, BREAKS_BOUNDS);
    assert_eq!(
        said,
        "pods \"web\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[sandbox] = kata; \
         pod.spec.nodeSelector[sandbox] = none"
    );
}

#[test]
fn limits_are_looked_at_before_levels_and_levels_before_overhead() {
    let spec = format!(r#"{BREAKS_LEVEL} "overhead": {{"cpu": "1"}},"#);
    let said = refusal(&[RESTRICTED, BOUNDS], &spec, BREAKS_BOUNDS);
    assert_eq!(
        said,
        "pods \"web\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi"
    );
    let said = refusal(&[RESTRICTED, BOUNDS], &spec, "");
    assert_eq!(
        said,
        "pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)"
    );
    let said = refusal(&[NAMESPACE, BOUNDS], &spec, "");
    assert_eq!(
        said,
        "pods \"web\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined \
         Overhead"
    );
}

#[test]
fn a_quota_is_asked_last() {
    let none = quota(r#""pods": "0""#);
    let said = refusal(&[RESTRICTED, &none], BREAKS_LEVEL, "");
    assert!(said.contains("violates PodSecurity"), "{said}");
    let said = refusal(&[RESTRICTED, &none], "", "");
    assert_eq!(
        said,
        "pods \"web\" is forbidden: exceeded quota: room, requested: pods=1, used: pods=0, limited: pods=0"
    );
}

#[test]
fn a_quota_counts_what_ranges_and_classes_fill_in() {
    let memory = quota(r#""limits.memory": "600Mi""#);
    let said = refusal(&[NAMESPACE, &memory], "", "");
    assert_eq!(said, "pods \"web\" is forbidden: failed quota: room: must specify limits.memory for: web");
    admitted(&[NAMESPACE, BOUNDS, &memory], "", "");
    let said = refusal(&[NAMESPACE, BOUNDS, KATA, &quota(r#""limits.memory": "550Mi""#)], KATA_POD, "");
    assert_eq!(
        said,
        "pods \"web\" is forbidden: exceeded quota: room, requested: limits.memory=576Mi, used: limits.memory=0, \
         limited: limits.memory=550Mi"
    );
}

const KATA_POD: &str = r#""runtimeClassName": "kata","#;

#[test]
fn tolerations_of_the_class_stand_behind_the_servers_own() {
    let spec = admitted(&[NAMESPACE, KATA], KATA_POD, "");
    let keys: Vec<_> = spec.items("tolerations").iter().map(|it| it.str("key")).collect();
    assert_eq!(keys, ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "sandbox"]);
}

#[test]
fn what_is_filled_in_is_what_the_classes_say() {
    let spec = admitted(
        &[NAMESPACE, BOUNDS, HIGH, KATA],
        r#""priorityClassName": "high", "runtimeClassName": "kata","#,
        "",
    );
    assert_eq!((spec.int("priority"), spec.str("preemptionPolicy")), (1000, "Never"));
    assert_eq!(spec.at("overhead").str("memory"), "64Mi");
    assert_eq!(spec.at("nodeSelector").str("sandbox"), "kata");
    let resources = spec.items("containers")[0].at("resources");
    assert_eq!(
        (resources.at("requests").str("memory"), resources.at("limits").str("memory")),
        ("256Mi", "512Mi")
    );
}
