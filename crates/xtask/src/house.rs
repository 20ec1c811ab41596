//! The architecture page against the workspace as cargo sees it, and the pure
//! crates against the effects they must not have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

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

/// Crates that decide and never touch the world; effects come in through
/// traits and arguments.
const PURE: &[&str] = &[
    "seatrial-yaml",
    "seatrial-diagnostics",
    "seatrial-model",
    "seatrial-profile",
    "seatrial-render",
    "seatrial-check",
    "seatrial-trial",
    "seatrial-report",
];

/// Files, environment, clocks, programs, the network, and printing.
const EFFECTS: &[&str] = &[
    "std::fs",
    "std::env",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "std::process",
    "SystemTime",
    "Instant::now",
    "println!",
    "RandomState",
];

/// The Rust files below a directory, tests left out.
fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a crate has sources") {
        let path = entry.expect("an entry can be read").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            sources(&path, found);
        } else if !is_test && path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn pure_crates_have_no_effects() {
    let mut stray = Vec::new();
    for name in PURE {
        let mut files = Vec::new();
        sources(&crate::top().join("crates").join(name).join("src"), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("a source can be read");
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
            let used = code.flat_map(|line| EFFECTS.iter().filter(move |effect| line.contains(**effect)));
            stray.extend(used.map(|effect| format!("{}: {effect}", file.display())));
        }
    }
    assert!(stray.is_empty(), "{}", stray.join("\n"));
}
