//! The repairs that checks offer on the bad examples of their own pages: each
//! takes its finding away and leaves a file that can be read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Tree, edited};

const POD_SPEC: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: default}\nspec:\n  \
     replicas: 2\n  selector: {matchLabels: {app: app}}\n  template:\n    metadata: {labels: {app: app}}\n    spec:\n";

/// The example under `## Bad` of every page that has one in a single file.
fn bad_examples() -> BTreeMap<String, String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(pages).expect("the pages can be listed") {
        let path = entry.expect("an entry can be read").path();
        let page = fs::read_to_string(&path).expect("a page can be read");
        let name = path.file_stem().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
        let section = page.split("\n## Bad\n").nth(1).and_then(|it| it.split("\n## ").next());
        found.extend(section.and_then(manifest).map(|text| (name, text)));
    }
    found
}

fn manifest(section: &str) -> Option<String> {
    let mut fences = section.split("```").skip(1);
    let (info, text) = fences.next()?.split_once('\n')?;
    // Two fences are two files.
    let is_only = fences.nth(1).is_none();
    match info {
        "yaml" if is_only => Some(text.to_owned()),
        "yaml pod-spec" if is_only => {
            let mut whole = POD_SPEC.to_owned();
            for line in text.lines() {
                let _ = writeln!(whole, "      {line}");
            }
            Some(whole)
        }
        _ => None,
    }
}

/// The findings of a check on the example of a page.
fn findings<'a>(report: &'a Value, check: &str, page: &str) -> Vec<&'a Value> {
    let path = format!("{page}/app.yaml");
    let all = report["findings"].as_array().expect("findings are a list");
    all.iter().filter(|it| it["check"] == check && it["primary"]["path"] == path.as_str()).collect()
}

#[test]
fn a_repair_takes_its_finding_away() {
    let examples = bad_examples();
    let words = ["--format", "json", "--fail-on", "never", "--select", "default", "--select", "strict"];
    let tree = Tree::new(&[]);
    for (check, text) in &examples {
        tree.write(&format!("{check}/app.yaml"), text);
    }
    let before = tree.check(&words).json();
    let mut repaired: Vec<(&str, String)> = Vec::new();
    for (check, text) in &examples {
        let [finding] = findings(&before, check, check)[..] else { continue };
        let Some(edits) = finding["fix"]["edits"].as_array() else { continue };
        let text = edited(text, edits);
        tree.write(&format!("{check}/app.yaml"), &text);
        repaired.push((check, text));
    }
    assert!(repaired.len() > 25, "few checks offer a repair: {}", repaired.len());
    let after = tree.check(&words).json();
    for (check, text) in repaired {
        for left in [check, "invalid-yaml"] {
            let findings = findings(&after, left, check);
            assert!(findings.is_empty(), "{check}: {findings:#?}\n{text}");
        }
    }
}
