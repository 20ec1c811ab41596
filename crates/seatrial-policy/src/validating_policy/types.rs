//! Whether a policy's expressions fit the kinds that its rules name
//! (`apiserver` 0.36, `pkg/admission/plugin/policy/validating/typechecking.go`).
//!
//! The server notes it in the policy's status and takes the policy all the same.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_schema::Value;
use seatrial_schema::cel::{Environment, Issue, Type, describe, type_of_kind};
use seatrial_schema::table::{Kind, Table};
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

/// The server looks at no more kinds of one rule than this.
const KINDS_MAX: usize = 10;

/// An expression that does not fit a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistyped {
    /// Where the expression stands.
    pub path: FieldPath,
    /// `apps/v1, Kind=Deployment`
    pub kind: String,
    /// What is wrong, in one line.
    pub what: String,
    /// What the server notes.
    pub said: String,
    /// How many kinds the policy names, all told.
    pub kinds: usize,
}

/// The expressions of a policy that do not fit the kinds of its rules. Rules with
/// a wildcard are left out, and so are kinds that definitions bring.
pub fn mistyped(policy: &Value, table: &Table) -> Vec<Mistyped> {
    let spec = policy.at("spec");
    let kinds = kinds(spec.at("matchConstraints"), table);
    let mut found = Vec::new();
    for kind in &kinds {
        let (environment, loose) = (environment(spec, table, Some(kind)), environment(spec, table, None));
        for (validation, at) in spec.items("validations").iter().zip(0..) {
            for field in ["expression", "messageExpression"] {
                let source = validation.str(field);
                // What is wrong for every kind is refused with the policy.
                if source.is_empty() || loose.compile(source).is_err() {
                    continue;
                }
                let issues = environment.compile(source).err().unwrap_or_default();
                let issues: Vec<Issue> = issues.into_iter().filter(is_certain).collect();
                let Some(first) = issues.first() else { continue };
                let title = title(kind);
                found.push(Mistyped {
                    path: FieldPath::root().key("spec").key("validations").index(at).key(field),
                    what: first.message.clone(),
                    said: format!("{title}: {}", describe(source, &issues)),
                    kind: title,
                    kinds: kinds.len(),
                });
            }
        }
    }
    found
}

/// Whether the server has the same against an expression: what is compared with
/// null is of a type that is not told here.
fn is_certain(issue: &Issue) -> bool {
    let message = &issue.message;
    message.starts_with("undefined field")
        || message.starts_with("found no matching overload") && !message.contains("null")
}

fn title(kind: &Kind) -> String {
    format!("{}/{}, Kind={}", kind.group, kind.version, kind.kind)
}

/// What expressions may use; a variable that does not fit may be anything.
fn environment(spec: &Value, table: &Table, kind: Option<&Kind>) -> Environment {
    let params = spec.opt("paramKind");
    let plain = || {
        let mut all = Environment::default().for_admission(params.is_some(), true);
        if let Some(kind) = kind {
            let of = type_of_kind(table, kind);
            all = all.with("object", of.clone()).with("oldObject", of);
        }
        if let (Some(of), Some(_)) = (params.and_then(|it| native(it, table)), kind) {
            all = all.with("params", of);
        }
        all
    };
    let plain = plain();
    let mut types: Vec<(SmolStr, Type)> = Vec::new();
    for variable in spec.items("variables") {
        let known = plain.clone().with_policy_variables(&types);
        let program = known.compile(variable.str("expression"));
        let of = program.map_or(Type::Dyn, |it| it.output_type().clone());
        types.push((variable.str("name").into(), of));
    }
    plain.with_policy_variables(&types)
}

/// The type of the parameters, where Kubernetes itself has their kind.
fn native(params: &Value, table: &Table) -> Option<Type> {
    let api_version = params.str("apiVersion");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    Some(type_of_kind(table, table.kind(group, version, params.str("kind"))?))
}

/// The kinds that rules name without a wildcard, in the server's order.
fn kinds<'t>(constraints: &Value, table: &'t Table) -> Vec<&'t Kind> {
    let mut names = BTreeSet::new();
    for rule in constraints.items("resourceRules") {
        names.extend(named(rule, table).values().take(KINDS_MAX).map(|it| (it.group, it.version, it.kind)));
    }
    names.into_iter().filter_map(|(group, version, kind)| table.kind(group, version, kind)).collect()
}

/// The kinds that one rule names, by group, version and resource. However long its
/// lists are, the kinds of the table are gone through once.
fn named<'t>(rule: &Value, table: &'t Table) -> BTreeMap<(&'t str, &'t str, String), &'t Kind> {
    let texts = |list: &str| -> BTreeSet<&str> { rule.items(list).iter().map(Value::as_str).collect() };
    let (groups, versions, resources) = (texts("apiGroups"), texts("apiVersions"), texts("resources"));
    let mut named = BTreeMap::new();
    if groups.iter().chain(&versions).any(|it| it.contains('*')) {
        return named;
    }
    for kind in table.kinds().filter(|it| groups.contains(it.group) && versions.contains(it.version)) {
        let resource = kind.plural();
        if !kind.is_list() && kind.is_served(table.minor()) && resources.contains(resource.as_str()) {
            named.entry((kind.group, kind.version, resource)).or_insert(kind);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use seatrial_schema::review::stored;

    use super::*;

    fn told(resources: &str, spec: &str) -> Vec<String> {
        let policy = stored(&format!(
            r#"{{"spec": {{"matchConstraints": {{"resourceRules": [{{"apiGroups": ["apps"], "apiVersions": ["v1"],
            "operations": ["*"], "resources": [{resources}]}}]}}, {spec}}}}}"#
        ));
        let said = mistyped(&policy, Table::default_minor());
        said.into_iter().map(|it| format!("{} {}: {}", it.path, it.kind, it.what)).collect()
    }

    fn of_deployments(expression: &str) -> Vec<String> {
        told(r#""deployments""#, &format!(r#""validations": [{{"expression": "{expression}"}}]"#))
    }

    #[test]
    fn fields_that_a_kind_does_not_have_are_told() {
        assert_eq!(
            of_deployments("object.spec.replcas <= 5"),
            ["spec.validations[0].expression apps/v1, Kind=Deployment: undefined field 'replcas'"]
        );
        assert_eq!(
            of_deployments("object.spec.replicas <= '5'"),
            [
                "spec.validations[0].expression apps/v1, Kind=Deployment: found no matching overload for '_<=_' applied to '(int, string)'"
            ]
        );
    }

    #[test]
    fn what_fits_or_may_be_anything_is_not() {
        for fits in [
            "object.spec.replicas <= 5 && object.metadata.labels['a'] == 'b'",
            "object.spec.template.spec.containers.all(c, has(c.resources.limits) && quantity(c.resources.limits['cpu']).isGreaterThan(quantity('1')))",
            "oldObject == null || object.spec.selector == oldObject.spec.selector",
            "object.spec.template.spec.containers.all(c, !has(c.livenessProbe) || c.livenessProbe.httpGet.port == 80)",
            "object.spec.template.spec.volumes.all(v, !has(v.hostPath))",
            "has(object.metadata.annotations) && 'a' in object.metadata.annotations",
            "object.spec.template.spec.containers.exists(c, c.env.exists(e, e.name == 'A'))",
            "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')",
        ] {
            assert_eq!(of_deployments(fits), [""; 0], "{fits}");
        }
    }

    #[test]
    fn wildcards_and_subresources_are_left_out_and_variables_are_looked_through() {
        let wrong = r#""validations": [{"expression": "object.nope"}]"#;
        assert_eq!(told(r#""*""#, wrong), [""; 0]);
        assert_eq!(told(r#""deployments/scale""#, wrong), [""; 0]);
        assert_eq!(told(r#""deployments", "statefulsets""#, wrong).len(), 2);
        let through = r#""variables": [{"name": "pod", "expression": "object.spec.template.spec"}],
            "validations": [{"expression": "variables.pod.hostNetwrk"}]"#;
        assert_eq!(told(r#""deployments""#, through).len(), 1);
        let broken = r#""validations": [{"expression": "object.spec.("}]"#;
        assert_eq!(told(r#""deployments""#, broken), [""; 0]);
    }

    #[test]
    fn of_one_rule_the_first_ten_kinds_are_looked_at() {
        let names = |prefix: &str| -> String {
            let all: Vec<String> = (0..400).map(|at| format!("\"{prefix}{at}\",")).collect();
            all.concat()
        };
        let (groups, versions, resources) = (names("g"), names("v9"), names("r"));
        let policy = stored(&format!(
            r#"{{"spec": {{"matchConstraints": {{"resourceRules": [{{"apiGroups": [{groups} "", "apps"],
            "apiVersions": [{versions} "v1"], "operations": ["*"], "resources": [{resources} "configmaps",
            "controllerrevisions", "daemonsets", "deployments", "endpoints", "limitranges", "persistentvolumes",
            "pods", "podtemplates", "replicasets", "secrets", "services", "statefulsets"]}}]}},
            "validations": [{{"expression": "object.nope"}}]}}}}"#
        ));
        let kinds: Vec<String> =
            mistyped(&policy, Table::default_minor()).into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds.len(), KINDS_MAX);
        assert_eq!(kinds.last().map(String::as_str), Some("apps/v1, Kind=DaemonSet"));
    }
}
