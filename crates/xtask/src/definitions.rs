//! `cargo xtask definitions REPOSITORY...`: builds the table of published custom
//! kinds that is embedded in `seatrial-schema`. Each REPOSITORY is a git
//! directory: a catalogue of JSON schemas (`GROUP/KIND_VERSION.json`, with an
//! `index.yaml`), or a project with its `CustomResourceDefinition`s. All that
//! their histories hold of the chosen groups is merged into one schema a version.

mod blob;
mod history;
mod known;
mod merge;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::ensure;

use history::{Repository, State};
use merge::merge;
use schema::Node;

/// The groups whose kinds are kept, one a line.
const GROUPS: &str = include_str!("definitions/groups.txt");

/// The kinds of a group: by kind and version, what all known definitions say.
type Kinds = BTreeMap<(String, String), Node>;

/// Builds the table and writes it into `seatrial-schema`.
pub(crate) fn write(top: &Path, repositories: &[&str]) -> anyhow::Result<()> {
    let wanted: BTreeSet<&str> = GROUPS.lines().collect();
    let mut groups: BTreeMap<String, Kinds> = BTreeMap::new();
    let mut newest = String::new();
    for directory in repositories {
        let repository = Repository::at(Path::new(directory));
        newest = newest.max(repository.date()?);
        let versions = repository.versions(&wanted)?;
        anstream::println!("{directory}: {} schemas", versions.len());
        for State { group, kind, version, schema } in versions {
            let kinds = groups.entry(group).or_default();
            let node = schema::of_object(&schema);
            match kinds.remove(&(kind.clone(), version.clone())) {
                Some(old) => kinds.insert((kind, version), merge(old, node)),
                None => kinds.insert((kind, version), node),
            };
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|group| !groups.contains_key(**group)).collect();
    ensure!(missing.is_empty(), "no repository defines a kind of {missing:?}");
    for node in groups.values_mut().flat_map(BTreeMap::values_mut) {
        node.drop_blind_rules();
        known::refer(node);
    }
    blob::store(top, &groups, &newest)
}
