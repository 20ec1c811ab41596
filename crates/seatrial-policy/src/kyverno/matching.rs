//! Which objects a rule is about.

use seatrial_schema::rules::selectors;
use seatrial_schema::{By, Entry, Map, Value};

use super::wildcard;
use crate::validating_policy::{Asked, NAME_LABEL, hangs_on_name};

/// Whether a rule is about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is. The other says whether it would not be for some who ask.
    Yes(bool),
    /// It is not.
    No,
    /// It hangs on something unknown.
    Unknown(String),
}

/// What a block of `match` or `exclude` makes of an object.
enum Block {
    Yes,
    No,
    Unknown(String),
}

/// Whether `match` takes an object in, and `exclude` leaves it there.
pub(super) fn is_about(rule: &Value, policy_namespace: &str, asked: Asked<'_>) -> Match {
    if !policy_namespace.is_empty() && policy_namespace != asked.request.namespace {
        return Match::No;
    }
    match matches(rule.at("match"), asked) {
        Block::No => return Match::No,
        Block::Unknown(why) => return Match::Unknown(why),
        Block::Yes => {}
    }
    let exclude = rule.at("exclude");
    let hangs_on_user =
        blocks(exclude).into_iter().any(|it| names_user(it) && !matches!(is_in(it, asked), Block::No));
    match excludes(exclude, asked) {
        Block::Yes => Match::No,
        Block::No => Match::Yes(hangs_on_user),
        Block::Unknown(why) => Match::Unknown(why),
    }
}

/// Whether a rule may be about an object, for some who ask.
pub(crate) fn may_be_about(rule: &Value, policy_namespace: &str, asked: Asked<'_>) -> bool {
    is_about(rule, policy_namespace, asked) != Match::No
}

/// Whether an exception is about an object.
pub(super) fn is_taken_in(block: &Value, asked: Asked<'_>) -> bool {
    matches!(matches(block, asked), Block::Yes)
}

/// The blocks of `any` and `all`, or the one that stands alone.
fn blocks(value: &Value) -> Vec<&Value> {
    let all: Vec<_> = value.items("any").iter().chain(value.items("all")).collect();
    if all.is_empty() && value.as_map().is_some_and(|it| !it.is_empty()) { vec![value] } else { all }
}

fn names_user(block: &Value) -> bool {
    ["subjects", "roles", "clusterRoles"].iter().any(|it| !block.items(it).is_empty())
}

fn matches(value: &Value, asked: Asked<'_>) -> Block {
    if value.has("any") {
        let mut answer = Block::No;
        for block in value.items("any") {
            match matches_one(block, asked) {
                Block::Yes => return Block::Yes,
                Block::No => {}
                unknown @ Block::Unknown(_) => answer = unknown,
            }
        }
        return answer;
    }
    let all = value.items("all");
    if all.is_empty() {
        return matches_one(value, asked);
    }
    let mut answer = Block::Yes;
    for block in all {
        match matches_one(block, asked) {
            Block::Yes => {}
            Block::No => return Block::No,
            unknown @ Block::Unknown(_) => answer = unknown,
        }
    }
    answer
}

fn matches_one(block: &Value, asked: Asked<'_>) -> Block {
    if block.at("resources").is_empty() && !names_user(block) {
        return Block::No;
    }
    match is_in(block, asked) {
        Block::Yes if names_user(block) => Block::Unknown("it hangs on who makes the request".to_owned()),
        other => other,
    }
}

/// Whether an object is left out. Those who ask are taken for nobody special.
fn excludes(value: &Value, asked: Asked<'_>) -> Block {
    let one = |block: &Value| {
        if names_user(block) || block.at("resources").is_empty() { Block::No } else { is_in(block, asked) }
    };
    let all = value.items("all");
    if all.is_empty() {
        let mut answer = Block::No;
        for block in blocks(value) {
            match one(block) {
                Block::Yes => return Block::Yes,
                Block::No => {}
                unknown @ Block::Unknown(_) => answer = unknown,
            }
        }
        return answer;
    }
    let mut answer = Block::Yes;
    for block in all {
        match one(block) {
            Block::Yes => {}
            Block::No => return Block::No,
            unknown @ Block::Unknown(_) => answer = unknown,
        }
    }
    answer
}

/// Whether an object is among the resources of a block.
fn is_in(block: &Value, asked: Asked<'_>) -> Block {
    let wanted = block.at("resources");
    let metadata = asked.object.at("metadata");
    let name = match metadata.str("name") {
        "" => metadata.str("generateName"),
        name => name,
    };
    let has = |list: &str, test: &dyn Fn(&str) -> bool| {
        let items = wanted.items(list);
        items.is_empty() || items.iter().any(|it| test(it.as_str()))
    };
    let is_known = has("operations", &|it| it == asked.request.operation.word())
        && has("kinds", &|it| is_kind(it, asked))
        && (wanted.str("name").is_empty() || wildcard::matches(wanted.str("name"), name))
        && has("names", &|it| wildcard::matches(it, name))
        && has("namespaces", &|it| wildcard::matches(it, namespace_name(asked)))
        && has_annotations(wanted.at("annotations"), metadata.at("annotations"))
        && wanted.opt("selector").is_none_or(|it| selects(it, metadata.at("labels")));
    if !is_known {
        return Block::No;
    }
    match wanted.opt("namespaceSelector") {
        None => Block::Yes,
        Some(selector) => selects_namespace(selector, asked),
    }
}

/// The namespace of an object, or the name of one.
fn namespace_name(asked: Asked<'_>) -> &str {
    if asked.request.is("", "Namespace") {
        return asked.object.at("metadata").str("name");
    }
    asked.request.namespace
}

/// The kinds that a word of a rule stands for: `Pod`, `v1/Pod`, `apps/v1/Deployment`,
/// `apps/*/*`, `Pod/exec`, `Pod.exec`. What is not written is a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindPattern<'a> {
    /// The group.
    pub group: &'a str,
    /// The version.
    pub version: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The subresource, `""` for the object itself.
    pub part: &'a str,
}

impl<'a> KindPattern<'a> {
    /// Reads a word; none where it has too many parts.
    pub fn of(pattern: &'a str) -> Option<Self> {
        let mut parts: Vec<&str> = pattern.split('/').collect();
        let last = parts.pop().unwrap_or_default();
        parts.extend(last.split('.'));
        let is_version = |it: &str| {
            let rest = it.strip_prefix('v').unwrap_or_default();
            it == "*" || rest.starts_with(|it: char| it.is_ascii_digit())
        };
        let (group, version, kind, part) = match parts[..] {
            [kind] => ("*", "*", kind, ""),
            ["*", "*"] => ("*", "*", "*", "*"),
            ["*", part] if part.to_lowercase() == part => ("*", "*", "*", part),
            [version, kind] if is_version(version) => ("*", version, kind, ""),
            [kind, part] => ("*", "*", kind, part),
            [version, kind, part] if is_version(version) => ("*", version, kind, part),
            [group, version, kind] => (group, version, kind, ""),
            [group, version, kind, part] => (group, version, kind, part),
            _ => return None,
        };
        Some(Self { group, version, kind, part })
    }
}

fn is_kind(pattern: &str, asked: Asked<'_>) -> bool {
    let Some(KindPattern { group, version, kind, part }) = KindPattern::of(pattern) else { return false };
    wildcard::matches(group, asked.request.group)
        && wildcard::matches(version, asked.version)
        && wildcard::matches(kind, asked.request.kind)
        && wildcard::matches(part, "")
}

fn has_annotations(wanted: &Value, held: &Value) -> bool {
    let held = held.as_map().map_or(&[][..], Map::entries);
    let is_there = |it: &Entry| {
        let is_like = |other: &Entry| {
            wildcard::matches(&it.key, &other.key)
                && wildcard::matches(it.value.as_str(), other.value.as_str())
        };
        held.iter().any(is_like)
    };
    wanted.as_map().is_none_or(|it| it.entries().iter().all(is_there))
}

/// A selector whose labels may have wildcards.
fn selects(selector: &Value, labels: &Value) -> bool {
    let held = labels.as_map().map_or(&[][..], Map::entries);
    let meant = |it: &Entry| {
        let is_wild = wildcard::has_wildcard(&it.key) || wildcard::has_wildcard(it.value.as_str());
        let is_like = |other: &&Entry| {
            wildcard::matches(&it.key, &other.key)
                && wildcard::matches(it.value.as_str(), other.value.as_str())
        };
        match held.iter().find(is_like).filter(|_| is_wild) {
            Some(found) => found.clone(),
            None => it.clone(),
        }
    };
    let mut selector = selector.clone();
    if let Some(wanted) = selector.at("matchLabels").as_map() {
        let wanted: Map = wanted.entries().iter().map(meant).collect();
        selector.set("matchLabels", wanted, By::Manifest);
    }
    selectors::is_empty(&selector) || selectors::matches(&selector, labels)
}

fn selects_namespace(selector: &Value, asked: Asked<'_>) -> Block {
    if asked.request.is("", "Namespace") {
        return Block::No;
    }
    let of = |holds: bool| if holds { Block::Yes } else { Block::No };
    let name = asked.request.namespace;
    let mut labels = asked.namespace.map(|it| it.at("metadata").at("labels").clone()).unwrap_or_default();
    if !name.is_empty() {
        labels.map_mut().insert(NAME_LABEL.into(), Value::text(name), By::Server);
    }
    if asked.namespace.is_some() || name.is_empty() {
        return of(selects(selector, &labels));
    }
    if hangs_on_name(selector) {
        return of(selects(selector, &labels));
    }
    Block::Unknown(format!("the labels of the namespace {name} are not in the tree"))
}
