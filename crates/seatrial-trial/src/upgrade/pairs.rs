//! Which object of one tree is which of the other: by group, kind, namespace
//! and name; where a tree has several such, by unit, then by file. What gets its
//! name when it is made is a new object each time, unless nothing of it differs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use seatrial_schema::decode::is_too_large;

use super::side::{Member, Side};

/// An object before and after.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair<'a> {
    pub(super) before: Option<Member<'a>>,
    pub(super) after: Option<Member<'a>>,
}

type Key<'a> = (&'a str, &'a str, &'a str, Cow<'a, str>);
type Sides<'a> = [Vec<(Member<'a>, &'a str)>; 2];

/// Every object of both trees once.
pub(super) fn pairs<'a>(before: &'a Side<'_>, after: &'a Side<'_>) -> Vec<Pair<'a>> {
    let mut by_key: BTreeMap<Key<'a>, Sides<'a>> = BTreeMap::new();
    for (at, side) in [before, after].into_iter().enumerate() {
        for member in side.members() {
            by_key.entry(key(member)).or_default()[at].push((member, side.place(member.object)));
        }
    }
    by_key.into_values().flat_map(matched).collect()
}

fn key(member: Member<'_>) -> Key<'_> {
    let object = member.object;
    let namespace = object.namespace().unwrap_or_default();
    let namespace = if namespace == "default" { "" } else { namespace };
    let name = match object.name() {
        "" if !is_too_large(object.root()) => Cow::Owned(object.root().to_json()),
        name => Cow::Borrowed(name),
    };
    (group(object.group(), object.kind()), object.kind(), namespace, name)
}

/// The group that has a kind now: objects of `extensions` live on in others.
fn group<'a>(group: &'a str, kind: &str) -> &'a str {
    match (group, kind) {
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        _ => group,
    }
}

/// The objects of one identity: those at the same file first, then those in the
/// same directory, then what is left in order.
fn matched([mut before, mut after]: Sides<'_>) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    if before.len() + after.len() > 2 {
        let rules: [fn(&str) -> &str; 2] = [|place| place, directory];
        for rule in rules {
            pair_by(rule, &mut before, &mut after, &mut pairs);
        }
    }
    let mut before = before.into_iter();
    let mut after = after.into_iter();
    loop {
        let pair = Pair { before: before.next().map(|it| it.0), after: after.next().map(|it| it.0) };
        if pair.before.is_none() && pair.after.is_none() {
            return pairs;
        }
        pairs.push(pair);
    }
}

fn directory(place: &str) -> &str {
    place.rsplit_once('/').map_or("", |it| it.0)
}

fn pair_by<'a>(
    rule: fn(&str) -> &str,
    before: &mut Vec<(Member<'a>, &'a str)>,
    after: &mut Vec<(Member<'a>, &'a str)>,
    pairs: &mut Vec<Pair<'a>>,
) {
    let mut waiting: BTreeMap<&str, Vec<Member<'a>>> = BTreeMap::new();
    for (member, place) in after.iter().rev() {
        waiting.entry(rule(place)).or_default().push(*member);
    }
    let mut taken = Vec::new();
    before.retain(|(member, place)| {
        let Some(other) = waiting.get_mut(rule(place)).and_then(Vec::pop) else { return true };
        pairs.push(Pair { before: Some(*member), after: Some(other) });
        taken.push((other.object.unit(), other.object.id()));
        false
    });
    taken.sort();
    after.retain(|it| taken.binary_search(&(it.0.object.unit(), it.0.object.id())).is_err());
}
