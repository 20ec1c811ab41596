//! Custom kinds: versions that go, schemas that take less than before, and the
//! objects that go with a definition.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::Repository;
use seatrial_schema::Value;

use super::stored::Stored;
use super::{Action, ObjectChange};

/// Deeper parts of schemas are not compared.
const DEPTH_MAX: usize = 64;
/// What became narrower beyond this is counted.
const NARROWER_MAX: usize = 20;

/// Notes about a changed definition.
pub(super) fn compare(
    before: &Stored<'_>,
    after: &Stored<'_>,
    repository: &Repository,
    notes: &mut Vec<String>,
) {
    if !after.is("apiextensions.k8s.io", "CustomResourceDefinition") || before.version() != after.version() {
        return;
    }
    let (old, new) = (before.compared().at("spec"), after.compared().at("spec"));
    let mut narrower = Vec::new();
    for version in old.items("versions") {
        let name = version.str("name");
        let Some(now) = new.items("versions").iter().find(|it| it.str("name") == name) else {
            notes.push(format!("version {name} goes: requests for it fail"));
            notes.extend(still_written(new, name, repository));
            continue;
        };
        if version.bool("served") && !now.bool("served") {
            notes.push(format!("version {name} is no longer served"));
            notes.extend(still_written(new, name, repository));
        }
        let schema = |it: &Value| it.at("schema").at("openAPIV3Schema").clone();
        narrow(&schema(version), &schema(now), name, 0, &mut narrower);
    }
    let stored = |spec: &Value| {
        let mut versions = spec.items("versions").iter();
        versions.find(|it| it.bool("storage")).map(|it| it.str("name").to_owned())
    };
    if let (Some(was), Some(is)) = (stored(old), stored(new))
        && was != is
    {
        notes.push(format!("objects are stored as {is} from now on; those that are there stay {was} until they are written again"));
    }
    let more = narrower.len().saturating_sub(NARROWER_MAX);
    notes.extend(narrower.into_iter().take(NARROWER_MAX).map(|it| format!("takes less than before: {it}")));
    if more > 0 {
        notes.push(format!("takes less than before at {more} more places"));
    }
}

/// Objects of the later tree that are in a version which is no longer there.
fn still_written(definition: &Value, version: &str, repository: &Repository) -> Option<String> {
    let api_version = format!("{}/{version}", definition.str("group"));
    let kind = definition.at("names").str("kind");
    let mut all = repository.objects().filter(|it| it.kind() == kind && it.api_version() == api_version);
    let first = all.next()?;
    Some(match all.count() {
        0 => format!("{} is still written in {version}", first.title()),
        more => format!("{} and {more} more are still written in {version}", first.title()),
    })
}

fn narrow(old: &Value, new: &Value, at: &str, depth: usize, found: &mut Vec<String>) {
    if depth > DEPTH_MAX || old.is_null() || new.is_null() {
        return;
    }
    let (was, is) = (old.str("type"), new.str("type"));
    if was != is && !is.is_empty() && !was.is_empty() {
        found.push(format!("{at} is {is}, was {was}"));
        return;
    }
    let required: BTreeSet<&str> = old.items("required").iter().map(Value::as_str).collect();
    for name in new.items("required").iter().map(Value::as_str).filter(|it| !required.contains(it)) {
        found.push(format!("{at}.{name} is required"));
    }
    let words = new.items("enum");
    if !words.is_empty() {
        let gone = old.items("enum").iter().filter(|it| !words.contains(it)).map(Value::as_str);
        found.extend(gone.map(|word| format!("{at} no longer takes {word:?}")));
        if old.items("enum").is_empty() {
            found.push(format!("{at} takes only some words"));
        }
    }
    let keeps = new.bool("x-kubernetes-preserve-unknown-fields") || !new.at("additionalProperties").is_null();
    for entry in old.entries("properties") {
        let below = format!("{at}.{}", entry.key);
        match new.at("properties").opt(&entry.key) {
            Some(now) => narrow(&entry.value, now, &below, depth + 1, found),
            None if !keeps => found.push(format!("{below} is gone")),
            None => {}
        }
    }
    narrow(old.at("items"), new.at("items"), &format!("{at}[]"), depth + 1, found);
    let values = |it: &Value| it.at("additionalProperties").clone();
    narrow(&values(old), &values(new), &format!("{at}[*]"), depth + 1, found);
}

/// Says which objects of the trees go with a definition that is deleted.
pub(super) fn call_out(changes: &mut [ObjectChange]) {
    let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
    for change in changes.iter().filter(|it| it.action == Action::Deleted) {
        if let Some((group, _)) = change.object.api_version.split_once('/') {
            *count.entry((group.to_owned(), change.object.kind.clone())).or_default() += 1;
        }
    }
    for change in changes.iter_mut().filter(|it| !it.lost.is_empty()) {
        let Some((_, group)) = change.object.name.split_once('.') else { continue };
        if change.object.kind != "CustomResourceDefinition" {
            continue;
        }
        let kinds = count.iter().filter(|it| it.0.0 == group);
        for ((_, kind), number) in kinds {
            change
                .notes
                .push(format!("the earlier tree has {number} of kind {kind} in its group, deleted too"));
        }
    }
}
