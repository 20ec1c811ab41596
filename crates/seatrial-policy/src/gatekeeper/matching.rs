//! Which objects a constraint is about.

use seatrial_schema::Value;
use seatrial_schema::admission::Attributes;
use seatrial_schema::rules::selectors;
use smol_str::SmolStr;

use crate::validating_policy::{About, Asked, namespace_matches};

/// Where Gatekeeper runs and looks at nothing.
const OWN_NAMESPACE: &str = "gatekeeper-system";

/// Whether a constraint is about an object.
pub fn is_about(constraint: &Value, asked: Asked<'_>) -> About {
    let wanted = constraint.at("spec").at("match");
    let (labels, name) = (asked.object.at("metadata").at("labels"), asked.object.at("metadata").str("name"));
    let is_known = names_kind(wanted, asked)
        && is_in_scope(wanted.str("scope"), asked)
        && is_in_namespace(wanted, asked)
        && wanted.opt("labelSelector").is_none_or(|it| selects(it, labels))
        && (wanted.str("name").is_empty() || is_like(wanted.str("name"), name))
        && wanted.str("source") != "Generated";
    if is_known { namespace_matches(wanted.at("namespaceSelector"), asked) } else { About::No }
}

/// Whether Gatekeeper is not asked about an object: its own, and those in
/// namespaces that are taken out.
pub fn exempts(exempt: &[SmolStr], asked: Asked<'_>) -> bool {
    let Attributes { group, namespace, .. } = *asked.request;
    group.ends_with("gatekeeper.sh") || namespace == OWN_NAMESPACE || exempt.iter().any(|it| it == namespace)
}

/// The namespaces that a `Config` takes out of admission.
pub fn exempted(config: &Value) -> Vec<SmolStr> {
    let is_meant =
        |it: &&Value| it.items("processes").iter().any(|process| matches!(process.as_str(), "*" | "webhook"));
    let entries = config.at("spec").items("match").iter().filter(is_meant);
    entries.flat_map(|it| it.items("excludedNamespaces")).map(|it| SmolStr::new(it.as_str())).collect()
}

/// Whether a mutation may be about an object.
pub(crate) fn may_change(mutation: &Value, asked: Asked<'_>) -> bool {
    let applies = mutation.at("spec").items("applyTo");
    let has = |entry: &Value, list: &str, word: &str| {
        entry.items(list).iter().any(|it| it.as_str() == "*" || it.as_str() == word)
    };
    let is_named = |it: &Value| {
        has(it, "groups", asked.request.group)
            && has(it, "versions", asked.version)
            && has(it, "kinds", asked.request.kind)
    };
    let is_kind = mutation.str("kind") == "AssignMetadata" || applies.iter().any(is_named);
    is_kind && is_about(mutation, asked) != About::No
}

fn names_kind(wanted: &Value, asked: Asked<'_>) -> bool {
    let kinds = wanted.items("kinds");
    let has = |entry: &Value, list: &str, word: &str| {
        let list = entry.items(list);
        list.is_empty() || list.iter().any(|it| it.as_str() == "*" || it.as_str() == word)
    };
    let names =
        |it: &Value| has(it, "kinds", asked.request.kind) && has(it, "apiGroups", asked.request.group);
    kinds.is_empty() || kinds.iter().any(names)
}

fn is_namespace(asked: Asked<'_>) -> bool {
    asked.request.is("", "Namespace")
}

/// Any other word means both.
fn is_in_scope(scope: &str, asked: Asked<'_>) -> bool {
    let is_namespaced = !is_namespace(asked) && !asked.request.namespace.is_empty();
    match scope {
        "Cluster" => !is_namespaced,
        "Namespaced" => is_namespaced,
        _ => true,
    }
}

/// Objects of the whole cluster other than namespaces are in any.
fn is_in_namespace(wanted: &Value, asked: Asked<'_>) -> bool {
    let name = match asked.request.namespace {
        _ if is_namespace(asked) => asked.object.at("metadata").str("name"),
        "" => return true,
        name => name,
    };
    let has = |list: &str| wanted.items(list).iter().any(|it| is_like(it.as_str(), name));
    (wanted.items("namespaces").is_empty() || has("namespaces")) && !has("excludedNamespaces")
}

fn selects(selector: &Value, labels: &Value) -> bool {
    selectors::is_empty(selector) || selectors::matches(selector, labels)
}

/// `*` counts at the start and at the end.
fn is_like(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => name.contains(rest.strip_suffix('*').unwrap_or(rest)),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_count_at_both_ends() {
        let cases = [
            ("kube-*", "kube-system", true),
            ("*-system", "kube-system", true),
            ("*sys*", "kube-system", true),
            ("*", "any", true),
            ("k*m", "kube-system", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(is_like(pattern, name), expected, "{pattern} {name}");
        }
    }
}
