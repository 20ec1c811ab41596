//! Which objects `matchConstraints` and `matchResources` take in.

use seatrial_schema::admission::Attributes;
use seatrial_schema::rules::selectors;
use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::{About, Asked, NAME_LABEL, Open, with_name_label};

/// Whether constraints take an object in. A binding without rules takes what
/// the policy takes.
pub(super) fn about(constraints: &Value, asked: Asked<'_>, others: &[SmolStr], needs_rules: bool) -> About {
    if !object_matches(constraints.at("objectSelector"), asked.object) {
        return About::No;
    }
    let is_exact = constraints.str("matchPolicy") == "Exact";
    let others = if is_exact { &[][..] } else { others };
    let ruled = |list: &str| version_ruled(constraints.items(list), asked, others);
    if ruled("excludeResourceRules").is_some() {
        return About::No;
    }
    let rules = match ruled("resourceRules") {
        Some(version) if version == asked.version => About::Yes,
        Some(version) => About::Open(Open::Version(version.into())),
        None if constraints.items("resourceRules").is_empty() && !needs_rules => About::Yes,
        None => return About::No,
    };
    rules.and(namespace_matches(constraints.at("namespaceSelector"), asked))
}

/// The version in which some rule takes an object in: its own before others.
fn version_ruled<'a>(rules: &[Value], asked: Asked<'a>, others: &'a [SmolStr]) -> Option<&'a str> {
    let versions = std::iter::once(asked.version).chain(others.iter().map(SmolStr::as_str));
    versions.into_iter().find(|version| rules.iter().any(|rule| rule_matches(rule, asked, version)))
}

fn object_matches(selector: &Value, object: &Value) -> bool {
    selectors::is_empty(selector) || selectors::matches(selector, object.at("metadata").at("labels"))
}

/// Whether a selector takes in an object's namespace, or the namespace that it is;
/// all of the whole cluster.
pub(crate) fn namespace_matches(selector: &Value, asked: Asked<'_>) -> About {
    let said = |matches: bool| if matches { About::Yes } else { About::No };
    if selectors::is_empty(selector) {
        return About::Yes;
    }
    if asked.request.is("", "Namespace") {
        let own = with_name_label(asked.object);
        return said(selectors::matches(selector, own.at("metadata").at("labels")));
    }
    if asked.request.namespace.is_empty() {
        return About::Yes;
    }
    if asked.namespace.is_none() && !hangs_on_name(selector) {
        return About::Open(Open::Namespace);
    }
    said(selects_namespace_of(selector, asked))
}

/// Whether a selector asks for nothing but the name of a namespace.
pub(crate) fn hangs_on_name(selector: &Value) -> bool {
    let keys = selector.entries("matchLabels").iter().map(|entry| entry.key.as_str());
    let expressions = selector.items("matchExpressions").iter().map(|it| it.str("key"));
    keys.chain(expressions).all(|key| key == NAME_LABEL)
}

/// Whether a selector takes in the namespace of an object; of a namespace that
/// the tree does not state, only the name is known.
pub(crate) fn selects_namespace_of(selector: &Value, asked: Asked<'_>) -> bool {
    if let Some(namespace) = asked.namespace {
        return selectors::matches(selector, with_name_label(namespace).at("metadata").at("labels"));
    }
    let mut labels = Value::from(Map::default());
    labels.set(NAME_LABEL, SmolStr::new(asked.request.namespace), By::Server);
    hangs_on_name(selector) && selectors::matches(selector, &labels)
}

fn rule_matches(rule: &Value, asked: Asked<'_>, version: &str) -> bool {
    let Attributes { group, resource, namespace, .. } = *asked.request;
    let has =
        |list: &str, word: &str| rule.items(list).iter().any(|it| it.as_str() == "*" || it.as_str() == word);
    let names_resource = rule.items("resources").iter().any(|it| match it.as_str() {
        "*" | "*/*" => true,
        other => other == resource || other.strip_suffix("/*") == Some(resource),
    });
    // A Namespace counts as one of the whole cluster.
    let is_namespaced = !namespace.is_empty() && !asked.request.is("", "Namespace");
    let is_in_scope = match rule.str("scope") {
        "Cluster" => !is_namespaced,
        "Namespaced" => is_namespaced,
        _ => true,
    };
    let names = rule.items("resourceNames");
    let name = asked.object.at("metadata").str("name");
    has("operations", asked.request.operation.word())
        && has("apiGroups", group)
        && has("apiVersions", version)
        && names_resource
        && is_in_scope
        && (names.is_empty() || names.iter().any(|it| it.as_str() == name))
}

#[cfg(test)]
mod tests {
    use seatrial_schema::admission::Operation;
    use seatrial_schema::review::stored;

    use super::*;

    const REQUEST: Attributes<'static> = Attributes {
        operation: Operation::Create,
        group: "autoscaling",
        kind: "HorizontalPodAutoscaler",
        resource: "horizontalpodautoscalers",
        namespace: "shop",
        old: None,
    };

    fn about(more: &str) -> About {
        let constraints = stored(&format!(
            r#"{{"resourceRules": [{{"apiGroups": ["autoscaling"], "apiVersions": ["v2"], "operations": ["*"],
            "resources": ["*"]}}]{more}}}"#
        ));
        let object = stored(r#"{"metadata": {"name": "web"}}"#);
        let asked = Asked { request: &REQUEST, version: "v1", object: &object, namespace: None };
        super::about(&constraints, asked, &["v2".into()], true)
    }

    #[test]
    fn an_equivalent_version_counts_unless_exactly_one_is_meant() {
        assert_eq!(about(""), About::Open(Open::Version("v2".into())));
        assert_eq!(about(r#", "matchPolicy": "Exact""#), About::No);
        let excluded = r#", "excludeResourceRules": [{"apiGroups": ["*"], "apiVersions": ["v2"],
            "operations": ["*"], "resources": ["horizontalpodautoscalers"]}]"#;
        assert_eq!(about(excluded), About::No);
    }

    #[test]
    fn labels_of_a_namespace_that_is_not_known_leave_it_open() {
        let own = r#", "excludeResourceRules": [], "resourceRules": [{"apiGroups": ["autoscaling"],
            "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["*"]}]"#;
        let by_label = |selector: &str| about(&format!(r#"{own}, "namespaceSelector": {selector}"#));
        assert_eq!(by_label(r#"{"matchLabels": {"team": "a"}}"#), About::Open(Open::Namespace));
        assert_eq!(by_label(r#"{"matchLabels": {"kubernetes.io/metadata.name": "shop"}}"#), About::Yes);
        assert_eq!(by_label(r#"{"matchLabels": {"kubernetes.io/metadata.name": "x"}}"#), About::No);
    }
}
