//! `FlowSchema` (`kubernetes` 1.36, `pkg/apis/flowcontrol/validation/validation.go`).

use super::structure;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

const PRECEDENCE_MOST: i64 = 10_000;
const DISTINGUISHERS: [&str; 2] = ["ByNamespace", "ByUser"];
const SUBJECTS: [&str; 3] = ["Group", "ServiceAccount", "User"];
const VERBS: [&str; 9] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

pub(super) const STRATEGY: Strategy = Strategy {
    default: |schema| super::default_zero(schema.struct_mut("spec"), &[("matchingPrecedence", 1000)]),
    prepare_create: super::prepare_create,
    prepare_update: super::prepare_update,
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "FlowSchema")
};

fn validate(schema: &Value, errors: &mut Errors) {
    metadata::create(schema, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = schema.at("spec");
    let name = schema.at("metadata").str("name");
    let precedence = spec.int("matchingPrecedence");
    let at_precedence = at.child("matchingPrecedence");
    if precedence <= 0 {
        errors.invalid(&at_precedence, precedence, "must be a positive value");
    }
    if precedence > PRECEDENCE_MOST {
        let detail = format!("must not be greater than {PRECEDENCE_MOST}");
        errors.invalid(&at_precedence, precedence, detail);
    }
    if precedence == 1 && name != "exempt" {
        let detail = "only the schema named 'exempt' may have matchingPrecedence 1";
        errors.invalid(&at_precedence, precedence, detail);
    }
    if let Some(method) = spec.opt("distinguisherMethod")
        && !DISTINGUISHERS.contains(&method.str("type"))
    {
        let at = at.child("distinguisherMethod");
        let printed = structure(&[("Type", method.at("type").clone())]);
        errors.not_supported(&at.child("type"), printed, &DISTINGUISHERS);
    }
    let level = spec.at("priorityLevelConfiguration").str("name");
    let at_level = at.child("priorityLevelConfiguration");
    if level.is_empty() {
        errors.required(&at_level.child("name"), "must reference a priority level");
    } else {
        errors.each_invalid(&at_level.child("name"), level, names::dns1123_subdomain(level));
    }
    let at_rules = at.child("rules");
    for (index, rule) in spec.items("rules").iter().enumerate() {
        policy_rule(rule, &at_rules.index(index), errors);
    }
    if matches!(name, "exempt" | "catch-all") && !spec.semantically_equals(&fixed(name)) {
        errors.invalid(&at, spec.clone(), format!("spec of '{name}' must equal the fixed value"));
    }
}

/// Two schemas are the server's own.
fn fixed(name: &str) -> Value {
    let all = || Value::from(vec![Value::from("*")]);
    let group =
        |name: &str| structure(&[("kind", "Group".into()), ("group", structure(&[("name", name.into())]))]);
    let (precedence, subjects) = match name {
        "exempt" => (1, vec![group("system:masters")]),
        _ => (10_000, vec![group("system:unauthenticated"), group("system:authenticated")]),
    };
    let resources = structure(&[
        ("verbs", all()),
        ("apiGroups", all()),
        ("resources", all()),
        ("namespaces", all()),
        ("clusterScope", true.into()),
    ]);
    let others = structure(&[("verbs", all()), ("nonResourceURLs", all())]);
    let rule = structure(&[
        ("subjects", subjects.into()),
        ("resourceRules", vec![resources].into()),
        ("nonResourceRules", vec![others].into()),
    ]);
    let mut fields = vec![
        ("priorityLevelConfiguration", structure(&[("name", name.into())])),
        ("matchingPrecedence", precedence.into()),
        ("rules", vec![rule].into()),
    ];
    if name != "exempt" {
        fields.push(("distinguisherMethod", structure(&[("type", "ByUser".into())])));
    }
    structure(&fields)
}

fn policy_rule(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at_subjects = at.child("subjects");
    if rule.items("subjects").is_empty() {
        errors.required(&at_subjects, "subjects must contain at least one value");
    }
    for (index, subject) in rule.items("subjects").iter().enumerate() {
        self::subject(subject, &at_subjects.index(index), errors);
    }
    if rule.items("resourceRules").is_empty() && rule.items("nonResourceRules").is_empty() {
        errors.required(at, "at least one of resourceRules and nonResourceRules has to be non-empty");
    }
    let at_rules = at.child("resourceRules");
    for (index, rule) in rule.items("resourceRules").iter().enumerate() {
        resource_rule(rule, &at_rules.index(index), errors);
    }
    let at_rules = at.child("nonResourceRules");
    for (index, rule) in rule.items("nonResourceRules").iter().enumerate() {
        other_rule(rule, &at_rules.index(index), errors);
    }
}

fn subject(subject: &Value, at: &Path<'_>, errors: &mut Errors) {
    const FIELDS: [(&str, &str); 3] =
        [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];
    let kind = subject.str("kind");
    let Some((_, own)) = FIELDS.iter().find(|(name, _)| *name == kind) else {
        return errors.not_supported(&at.child("kind"), kind, &SUBJECTS);
    };
    let at_own = at.child(own);
    match subject.opt(own) {
        None => errors.required(&at_own, format!("{own} is required when subject kind is '{kind}'")),
        Some(named) => {
            let name = named.str("name");
            if name.is_empty() {
                errors.required(&at_own.child("name"), "");
            } else if kind == "ServiceAccount" && name != "*" {
                errors.each_invalid(&at_own.child("name"), name, names::dns1123_subdomain(name));
            }
            let namespace = named.str("namespace");
            if kind == "ServiceAccount" && namespace.is_empty() {
                errors.required(&at_own.child("namespace"), "must specify namespace for service account");
            } else if kind == "ServiceAccount" {
                let wrong = names::dns1123_label(namespace);
                errors.each_invalid(&at_own.child("namespace"), namespace, wrong);
            }
        }
    }
    for (other, field) in FIELDS.iter().filter(|(name, field)| *name != kind && subject.has(field)) {
        errors
            .forbidden(&at.child(field), format!("{field} is forbidden when subject kind is not '{other}'"));
    }
}

fn has_wildcard(rule: &Value, field: &str) -> bool {
    rule.items(field).iter().any(|it| it.as_str() == "*")
}

/// Whether `*` stands beside others; reported if it does.
fn mixed(rule: &Value, field: &str, words: &str, at: &Path<'_>, errors: &mut Errors) {
    if has_wildcard(rule, field) && rule.items(field).len() > 1 {
        let detail = format!("if '*' is present, must not specify other {words}");
        errors.invalid(&at.child(field), rule.at(field).clone(), detail);
    }
}

fn verbs(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let verbs = rule.items("verbs");
    if verbs.is_empty() {
        errors.required(&at.child("verbs"), "verbs must contain at least one value");
    } else if !has_wildcard(rule, "verbs") && verbs.iter().any(|verb| !VERBS.contains(&verb.as_str())) {
        errors.not_supported(&at.child("verbs"), rule.at("verbs").clone(), &VERBS);
    }
    mixed(rule, "verbs", "verbs", at, errors);
}

fn resource_rule(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    verbs(rule, at, errors);
    for (field, one, many) in
        [("apiGroups", "api group", "api groups"), ("resources", "resource", "resources")]
    {
        if rule.items(field).is_empty() {
            errors.required(&at.child(field), format!("resource rules must supply at least one {one}"));
        }
        mixed(rule, field, many, at, errors);
    }
    let namespaces = rule.items("namespaces");
    let at_namespaces = at.child("namespaces");
    if namespaces.is_empty() && !rule.bool("clusterScope") {
        let detail = "resource rules that are not cluster scoped must supply at least one namespace";
        return errors.required(&at_namespaces, detail);
    }
    if has_wildcard(rule, "namespaces") {
        return mixed(rule, "namespaces", "namespaces", at, errors);
    }
    for (index, namespace) in namespaces.iter().map(Value::as_str).enumerate() {
        for wrong in names::dns1123_label(namespace) {
            let detail = format!("each member of this list must be '*' or a DNS-1123 label; {wrong}");
            errors.invalid(&at_namespaces.index(index), namespace, detail);
        }
    }
}

fn other_rule(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    verbs(rule, at, errors);
    let at_urls = at.child("nonResourceURLs");
    let urls = rule.items("nonResourceURLs");
    if urls.is_empty() {
        errors.required(&at_urls, "nonResourceURLs must contain at least one value");
    }
    if has_wildcard(rule, "nonResourceURLs") {
        return mixed(rule, "nonResourceURLs", "non-resource URLs", at, errors);
    }
    for (index, url) in urls.iter().map(Value::as_str).enumerate() {
        if let Some(wrong) = wrong_url(url) {
            errors.invalid(&at_urls.index(index), url, wrong);
        }
    }
}

fn wrong_url(path: &str) -> Option<&'static str> {
    let stars = path.matches('*').count();
    match path {
        "" => Some("must not be empty"),
        "/" => None,
        _ if !path.starts_with('/') => Some("must start with slash"),
        _ if path.contains(' ') => Some("must not contain white-space"),
        _ if path.contains("//") => Some("must not contain double slash"),
        _ if stars > 1 || (stars == 1 && !path.ends_with("/*")) => {
            Some("wildcard can only do suffix matching")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn schemas_are_held_to_their_rules() {
        let rows = [
            ("{priorityLevelConfiguration: {name: a}}", &[][..]),
            (
                "{matchingPrecedence: 1, rules: [{subjects: [{kind: User, group: {name: g}}]}]}",
                &[
                    "spec.matchingPrecedence FieldValueInvalid",
                    "spec.priorityLevelConfiguration.name FieldValueRequired",
                    "spec.rules[0].subjects[0].user FieldValueRequired",
                    "spec.rules[0].subjects[0].group FieldValueForbidden",
                    "spec.rules[0] FieldValueRequired",
                ],
            ),
            (
                "{priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: u}}], nonResourceRules: [{verbs: ['*', get], nonResourceURLs: [/a*]}]}]}",
                &[
                    "spec.rules[0].nonResourceRules[0].verbs FieldValueInvalid",
                    "spec.rules[0].nonResourceRules[0].nonResourceURLs[0] FieldValueInvalid",
                ],
            ),
        ];
        let kind = "flowcontrol.apiserver.k8s.io/v1/FlowSchema";
        for (spec, wanted) in rows {
            assert_eq!(refused(kind, &format!("spec: {spec}")), wanted, "{spec}");
        }
        let own = "{metadata: {name: exempt}, spec: {matchingPrecedence: 1, priorityLevelConfiguration: {name: exempt}}}";
        assert_eq!(refused(kind, own), ["spec FieldValueInvalid"]);
    }
}
