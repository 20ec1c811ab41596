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

/// So often an expression of one policy is held against a kind, at most.
const COMPILED_MAX: usize = 2_000;

/// Of more variables than this, those behind may be anything.
const VARIABLES_MAX: usize = 100;

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
    /// Whether it does: it looks at validations only.
    pub is_noted: bool,
    /// How many kinds the policy names, all told.
    pub kinds: usize,
}

/// The expressions of a policy that do not fit the kinds of its rules. Rules with
/// a wildcard are left out, and so are kinds that definitions bring.
pub fn mistyped(policy: &Value, table: &Table) -> Vec<Mistyped> {
    let spec = policy.at("spec");
    let kinds = kinds(spec.at("matchConstraints"), table);
    if kinds.is_empty() {
        return Vec::new();
    }
    let loose = Scope::of(spec, table, None);
    let mut expressions = expressions(spec);
    expressions.truncate(COMPILED_MAX);
    // What is wrong for every kind is refused with the policy.
    expressions.retain(|it| loose.environment(it).compile(it.source).is_ok());
    let mut found = Vec::new();
    let most = (COMPILED_MAX / expressions.len().max(1)).max(1);
    for kind in kinds.iter().take(most) {
        let scope = Scope::of(spec, table, Some(kind));
        for expression in &expressions {
            let issues = scope.environment(expression).compile(expression.source).err().unwrap_or_default();
            let issues: Vec<Issue> = issues.into_iter().filter(is_certain).collect();
            let Some(first) = issues.first() else { continue };
            let title = title(kind);
            found.push(Mistyped {
                path: expression.path.clone(),
                what: first.message.clone(),
                said: format!("{title}: {}", describe(expression.source, &issues)),
                is_noted: expression.is_noted,
                kind: title,
                kinds: kinds.len(),
            });
        }
    }
    found
}

/// One expression of a policy.
struct Expression<'a> {
    path: FieldPath,
    source: &'a str,
    /// The server checks it against the kinds.
    is_noted: bool,
    /// So many variables stand before it; it does not know those behind.
    variables: usize,
}

/// All expressions of a policy, as the server goes through them.
fn expressions(spec: &Value) -> Vec<Expression<'_>> {
    const LISTS: [(&str, &[&str]); 4] = [
        ("validations", &["expression", "messageExpression"]),
        ("variables", &["expression"]),
        ("matchConditions", &["expression"]),
        ("auditAnnotations", &["valueExpression"]),
    ];
    let mut all = Vec::new();
    for (list, fields) in LISTS {
        for (item, at) in spec.items(list).iter().zip(0..) {
            for field in fields.iter().filter(|it| !item.str(it).is_empty()) {
                all.push(Expression {
                    path: FieldPath::root().key("spec").key(list).index(at).key(field),
                    source: item.str(field),
                    is_noted: list == "validations",
                    variables: match list {
                        "variables" => at as usize,
                        // They are asked before any variable has a value.
                        "matchConditions" => 0,
                        _ => usize::MAX,
                    },
                });
            }
        }
    }
    all
}

/// What expressions may use where the object is of one kind.
struct Scope {
    plain: Environment,
    types: Vec<(SmolStr, Type)>,
    /// With all variables.
    whole: Environment,
}

impl Scope {
    /// A variable that does not fit may be anything.
    fn of(spec: &Value, table: &Table, kind: Option<&Kind>) -> Self {
        let plain = plain(spec, table, kind);
        let mut types: Vec<(SmolStr, Type)> = Vec::new();
        for (variable, at) in spec.items("variables").iter().zip(0..) {
            let known = || plain.clone().with_policy_variables(&types);
            let program = (at < VARIABLES_MAX).then(|| known().compile(variable.str("expression")));
            let of = program.and_then(Result::ok).map_or(Type::Dyn, |it| it.output_type().clone());
            types.push((variable.str("name").into(), of));
        }
        let whole = plain.clone().with_policy_variables(&types);
        Self { plain, types, whole }
    }

    fn environment(&self, expression: &Expression<'_>) -> Environment {
        match self.types.get(..expression.variables) {
            Some([]) => self.plain.clone(),
            Some(known) if known.len() < VARIABLES_MAX => self.plain.clone().with_policy_variables(known),
            _ => self.whole.clone(),
        }
    }
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

/// What expressions may use besides variables.
fn plain(spec: &Value, table: &Table, kind: Option<&Kind>) -> Environment {
    let params = spec.opt("paramKind");
    let mut all = Environment::default().for_admission(params.is_some(), true);
    if let Some(kind) = kind {
        let of = type_of_kind(table, kind);
        all = all.with("object", of.clone()).with("oldObject", of);
    }
    if let (Some(of), Some(_)) = (params.and_then(|it| native(it, table)), kind) {
        all = all.with("params", of);
    }
    all
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
        let own = r#""variables": [{"name": "a", "expression": "object.spec.tmplate"}, {"name": "b", "expression": "variables.a.x"}],
            "matchConditions": [{"name": "c", "expression": "object.spec.replcas > 1"}],
            "auditAnnotations": [{"key": "d", "valueExpression": "object.spec.nope"}],
            "validations": [{"expression": "variables.b"}]"#;
        let paths: Vec<String> = told(r#""deployments""#, own)
            .iter()
            .filter_map(|it| it.split(' ').next().map(str::to_owned))
            .collect();
        assert_eq!(
            paths,
            [
                "spec.variables[0].expression",
                "spec.matchConditions[0].expression",
                "spec.auditAnnotations[0].valueExpression"
            ]
        );
        let broken = r#""validations": [{"expression": "object.spec.("}]"#;
        assert_eq!(told(r#""deployments""#, broken), [""; 0]);
    }

    #[test]
    fn a_policy_of_many_expressions_is_looked_at_for_a_while() {
        let many = |item: &str| vec![item; 5_000].join(", ");
        let spec = format!(
            r#""variables": [{}], "validations": [{}]"#,
            many(r#"{"name": "a", "expression": "object.spec"}"#),
            many(r#"{"expression": "object.nope"}"#)
        );
        let found = told(r#""daemonsets", "deployments", "replicasets", "statefulsets""#, &spec);
        assert_eq!(found.len(), COMPILED_MAX);
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
