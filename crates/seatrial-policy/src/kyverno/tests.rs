use seatrial_schema::Value;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_yaml::FieldPath;

use super::{Outcome, Policy, Work, judge};
use crate::jmespath::of_json;
use crate::objection::Action;
use crate::state::State;
use crate::validating_policy::Asked;

const POD: Attributes<'static> = Attributes {
    operation: Operation::Create,
    group: "",
    kind: "Pod",
    resource: "pods",
    namespace: "shop",
    old: None,
};
const DEPLOYMENT: Attributes<'static> =
    Attributes { group: "apps", kind: "Deployment", resource: "deployments", ..POD };
const CRON_JOB: Attributes<'static> =
    Attributes { group: "batch", kind: "CronJob", resource: "cronjobs", ..POD };

struct Nothing;

impl State for Nothing {
    fn cluster_object(&self, _: &str, _: &str, _: &str) -> Option<&Value> {
        None
    }

    fn objects(&self, _: &str, _: &str, _: &str) -> Vec<&Value> {
        Vec::new()
    }
}

fn stored(json: &str) -> Value {
    of_json(json).expect("it is JSON")
}

/// A policy with one rule for pods.
fn policy(rest: &str) -> Policy {
    let policy = format!(
        r#"{{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {{"name": "p"}},
            "spec": {{"rules": [{{"name": "r", "match": {{"any": [{{"resources": {{"kinds": ["Pod"]}}}}]}}, {rest}}}]}}}}"#
    );
    Policy::read(&stored(&policy)).expect("it is read")
}

fn asked<'a>(request: &'a Attributes<'a>, object: &'a Value) -> Asked<'a> {
    Asked { request, version: "v1", object, namespace: None }
}

/// The gravest of what a policy's rules say.
fn said(policy: &Policy, request: &Attributes<'_>, object: &str) -> String {
    let object = stored(object);
    let asked = asked(request, &object);
    let outcomes =
        policy.rules().iter().map(|it| judge(policy, it, asked, &[], &Nothing, &mut Work::default()));
    let word = |outcome: Outcome| match outcome {
        Outcome::NotAbout => None,
        Outcome::Pass => Some("pass".to_owned()),
        Outcome::Skip => Some("skip".to_owned()),
        Outcome::Error(why) => Some(format!("error: {why}")),
        Outcome::Unknown(why) => Some(format!("unknown: {why}")),
        Outcome::Fail(failure) => {
            let at = failure.path.iter().fold(FieldPath::root(), |at, step| match step {
                seatrial_yaml::PathStep::Key(key) => at.key(key),
                seatrial_yaml::PathStep::Index(index) => at.index(*index),
            });
            Some(format!("{at}: {}", failure.message))
        }
    };
    outcomes.filter_map(word).collect::<Vec<_>>().join("; ")
}

fn pod(rest: &str, spec: &str) -> String {
    let validate = policy(rest);
    let object = format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "web", "labels": {{"app.io/name": "web"}}}}, "spec": {spec}}}"#
    );
    said(&validate, &POD, &object)
}

#[test]
fn anchors_say_what_a_pattern_is_about() {
    let with = |pattern: &str, spec: &str| {
        pod(&format!(r#""validate": {{"message": "no", "pattern": {{"spec": {pattern}}}}}"#), spec)
    };
    let containers = r#"{"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:latest"}]}"#;
    assert_eq!(
        with(r#"{"containers": [{"image": "!*:latest"}]}"#, containers),
        "spec.containers[1].image: no"
    );
    assert_eq!(
        with(r#"{"containers": [{"(image)": "*:latest", "pull": "Always"}]}"#, containers),
        "spec.containers[1].pull: no"
    );
    assert_eq!(with(r#"{"containers": [{"(image)": "*:2", "pull": "Always"}]}"#, containers), "skip");
    assert_eq!(with(r#"{"=(hostNetwork)": false}"#, containers), "pass");
    assert_eq!(with(r#"{"=(hostNetwork)": false}"#, r#"{"hostNetwork": true}"#), "spec.hostNetwork: no");
    assert_eq!(with(r#"{"X(hostNetwork)": "null"}"#, r#"{"hostNetwork": true}"#), "spec.hostNetwork: no");
    assert_eq!(with(r#"{"^(containers)": [{"image": "a:*"}]}"#, containers), "pass");
    assert_eq!(with(r#"{"^(containers)": [{"image": "c:*"}]}"#, containers), "spec.containers: no");
    assert_eq!(with(r#"{"<(hostNetwork)": "true", "x": "?*"}"#, r#"{"hostNetwork": false}"#), "skip");
    assert_eq!(with(r#"{"serviceAccountName": "*"}"#, containers), "spec: no");
}

#[test]
fn wildcards_in_labels_stand_for_labels_that_are_there() {
    let with = |key: &str| {
        let rest = format!(
            r#""validate": {{"message": "no", "pattern": {{"metadata": {{"labels": {{"{key}": "?*"}}}}}}}}"#
        );
        pod(&rest, "{}")
    };
    assert_eq!(with("app.io/*"), "pass");
    assert_eq!(with("team.io/*"), "metadata.labels[team.io/*]: no");
}

#[test]
fn one_of_several_patterns_is_enough() {
    let rest =
        r#""validate": {"message": "no", "anyPattern": [{"spec": {"a": "1"}}, {"spec": {"b": ">2"}}]}"#;
    assert_eq!(pod(rest, r#"{"b": 3}"#), "pass");
    assert_eq!(pod(rest, r#"{"b": 2}"#), "spec.a: no");
}

#[test]
fn conditions_deny_and_leave_out() {
    let rest = r#""preconditions": {"all": [{"key": "{{ request.object.spec.a || '' }}", "operator": "NotEquals", "value": ""}]},
        "validate": {"message": "{{request.object.metadata.name}} has {{ request.object.spec.a }}",
        "deny": {"conditions": {"any": [{"key": "{{ request.object.spec.a }}", "operator": "AnyIn", "value": ["x*", "1-5"], "message": "mind"}]}}}"#;
    assert_eq!(pod(rest, "{}"), "skip");
    assert_eq!(pod(rest, r#"{"a": "y"}"#), "pass");
    assert_eq!(pod(rest, r#"{"a": "xy"}"#), "spec.a: web has xy; mind");
    let missing = r#""validate": {"deny": {"conditions": {"all": [{"key": "{{ request.object.spec.a.b }}", "operator": "Equals", "value": 1}]}}}"#;
    assert_eq!(pod(missing, "{}"), "error: the conditions cannot be evaluated: unknown key \"a\" in path");
}

#[test]
fn operators_compare_amounts() {
    let holds = |key: &str, operator: &str, value: &str| {
        let rest = format!(
            r#""validate": {{"message": "no", "deny": {{"conditions": {{"all": [{{"key": {key}, "operator": "{operator}", "value": {value}}}]}}}}}}"#
        );
        pod(&rest, "{}") != "pass"
    };
    for (key, operator, value) in [
        (r#""1Gi""#, "GreaterThan", r#""512Mi""#),
        (r#""1h""#, "LessThan", r#""90m""#),
        (r#""10""#, "GreaterThanOrEquals", "9.5"),
        (r#""1.10.0""#, "GreaterThan", r#""1.9.0""#),
        (r#"["a", "b"]"#, "AllIn", r#"["a", "b", "c"]"#),
        (r#"["a", "d"]"#, "AnyNotIn", r#"["a", "b", "c"]"#),
        (r#"["d", "e"]"#, "AllNotIn", r#"["a", "b", "c"]"#),
        ("7", "AnyIn", r#""1-10""#),
        (r#""a""#, "In", r#""[\"a\", \"b\"]""#),
        (r#""ab""#, "Equals", r#""a*""#),
        (r#"{"a": 1}"#, "NotEquals", r#"{"a": 2}"#),
        ("true", "Equals", "true"),
    ] {
        assert!(holds(key, operator, value), "{key} {operator} {value}");
    }
    for (key, operator, value) in [
        (r#""512Mi""#, "GreaterThan", r#""1Gi""#),
        ("3600", "Equals", r#""1h""#),
        (r#""x""#, "GreaterThan", "1"),
        ("11", "AnyIn", r#""1-10""#),
        ("true", "Equals", r#""true""#),
    ] {
        assert!(!holds(key, operator, value), "{key} {operator} {value}");
    }
}

#[test]
fn rules_for_pods_count_for_what_makes_pods() {
    let rules = policy(r#""validate": {"message": "no", "pattern": {"spec": {"hostNetwork": "false"}}}"#);
    let names: Vec<_> = rules.rules().iter().map(|it| it.name().to_owned()).collect();
    assert_eq!(names, ["r", "autogen-r", "autogen-cronjob-r"]);
    let deployment = r#"{"spec": {"template": {"spec": {"hostNetwork": true}}}}"#;
    assert_eq!(said(&rules, &DEPLOYMENT, deployment), "spec.template.spec.hostNetwork: no");
    let cron_job = r#"{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"hostNetwork": true}}}}}}"#;
    assert_eq!(said(&rules, &CRON_JOB, cron_job), "spec.jobTemplate.spec.template.spec.hostNetwork: no");
    let variables = policy(
        r#""validate": {"message": "no", "deny": {"conditions": {"all": [
            {"key": "{{ request.object.spec.hostNetwork || `false` }}", "operator": "Equals", "value": true}]}}}"#,
    );
    assert_eq!(said(&variables, &DEPLOYMENT, deployment), "spec.template.spec.hostNetwork: no");
}

#[test]
fn what_is_not_known_is_told() {
    let key = |key: &str| {
        let rest = format!(
            r#""validate": {{"deny": {{"conditions": {{"all": [{{"key": "{key}", "operator": "Equals", "value": 1}}]}}}}}}"#
        );
        pod(&rest, "{}")
    };
    assert_eq!(key("{{ request.userInfo.username }}"), "unknown: it hangs on who makes the request");
    assert_eq!(key("{{ random('[a-z]') }}"), "unknown: the function random is not evaluated");
    assert_eq!(key("$(./../../a)"), "unknown: it refers to a field of its own");
    let call = r#""context": [{"name": "all", "apiCall": {"urlPath": "/api"}}],
        "validate": {"deny": {"conditions": {"all": [{"key": "{{ all }}", "operator": "Equals", "value": 1}]}}}"#;
    assert_eq!(pod(call, "{}"), "unknown: it asks the API server");
}

#[test]
fn what_does_not_end_is_stopped() {
    let deep = format!(r#""validate": {{"pattern": {}"1"{}}}"#, r#"{"a": "#.repeat(90), "}".repeat(90));
    assert_eq!(pod(&deep, "{}").split(':').next(), Some("a"));
    let wide = format!(r#""validate": {{"pattern": {{"spec": {{"a": "{}"}}}}}}"#, "*a".repeat(5_000));
    assert!(pod(&wide, &format!(r#"{{"a": "{}b"}}"#, "a".repeat(5_000))).starts_with("spec.a"));
    let itself = r#""context": [{"name": "t", "variable": {"value": "\\{{ t }} \\{{ t }}"}}],
        "validate": {"deny": {"conditions": {"all": [{"key": "{{ t }} x", "operator": "Equals", "value": 1}]}}}"#;
    assert_eq!(pod(itself, "{}"), "unknown: a text has too many variables");
    let alternatives =
        format!(r#""validate": {{"pattern": {{"spec": {{"a": "{}"}}}}}}"#, "x|".repeat(50_000));
    assert!(pod(&alternatives, r#"{"a": "y"}"#).starts_with("spec.a"));
}

#[test]
fn a_policy_says_what_happens() {
    let object = stored("{}");
    let action = |spec: &str| {
        let policy = format!(
            r#"{{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {{"name": "p"}}, "spec": {{{spec}
            "rules": [{{"name": "r", "match": {{"resources": {{"kinds": ["Pod"]}}}}, "validate": {{"pattern": {{}}}}}}]}}}}"#
        );
        let policy = Policy::read(&stored(&policy)).expect("it is read");
        policy.action(&policy.rules()[0], asked(&POD, &object))
    };
    assert_eq!(action(""), Action::Note);
    assert_eq!(action(r#""validationFailureAction": "enforce","#), Action::Deny);
    assert_eq!(action(r#""emitWarning": true,"#), Action::Warn);
    let overrides = r#""validationFailureAction": "Enforce",
        "validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["sh*"]}],"#;
    assert_eq!(action(overrides), Action::Note);
}
