//! The architecture page against the workspace as cargo sees it: crate list,
//! arrows, and the words that belong nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The crates and arrows of the table in `docs/architecture.md`: first column
/// the crate, third column what it may use. Crates not written yet count too.
fn drawn() -> Arrows {
    let page = fs::read_to_string(crate::top().join("docs/architecture.md")).expect("the page is there");
    let table = page.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let used = cells[2].split(',').map(|name| name.trim().trim_matches('`').to_owned());
        (cells[0].trim_matches('`').to_owned(), used.filter(|name| !name.is_empty()).collect())
    })
    .collect()
}

/// The workspace's crates and the arrows between them, tests included.
fn built() -> Arrows {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(crate::top().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace");
    let members: BTreeSet<String> = metadata.packages.iter().map(|it| it.name.to_string()).collect();
    let arrows = metadata.packages.iter().map(|package| {
        let used =
            package.dependencies.iter().map(|it| it.name.clone()).filter(|name| members.contains(name));
        (package.name.to_string(), used.collect())
    });
    arrows.collect()
}

/// Everything that can be reached from a crate along drawn arrows.
fn closure(drawn: &Arrows, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from.to_owned()];
    while let Some(name) = waiting.pop() {
        for next in drawn.get(&name).into_iter().flatten() {
            if reached.insert(next.clone()) {
                waiting.push(next.clone());
            }
        }
    }
    reached
}

#[test]
fn the_page_lists_every_crate() {
    let drawn = drawn();
    let missing: Vec<String> = built().into_keys().filter(|name| !drawn.contains_key(name)).collect();
    assert!(missing.is_empty(), "docs/architecture.md does not list {missing:?}");
}

#[test]
fn every_arrow_is_drawn() {
    let drawn = drawn();
    // The two crates that stand outside the product may use anything.
    for (name, used) in built().into_iter().filter(|(name, _)| name.starts_with("seatrial")) {
        let allowed = closure(&drawn, &name);
        let stray: Vec<&String> = used.iter().filter(|other| !allowed.contains(*other)).collect();
        assert!(stray.is_empty(), "{name} must not use {stray:?}");
    }
}

#[test]
fn arrows_have_no_cycle() {
    let drawn = drawn();
    for name in drawn.keys() {
        assert!(!closure(&drawn, name).contains(name), "{name} reaches itself");
    }
}
