//! One mistake is one finding: manifests of ours with one change each, as the
//! goldens of the API server's code have them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Tree;

const ROWS: &str = include_str!("../../../conformance/goldens/apiserver/strategies.jsonl");

/// Checks that may speak of one field together, and why.
const TOGETHER: [(&str, &str, &str); 1] =
    [("exclusive-fields", "invalid-count", "to leave out one field does not mend the number in it")];

#[test]
fn no_field_is_told_twice() {
    let tree = Tree::new(&[]);
    for (number, row) in ROWS.lines().enumerate() {
        let row: Value = serde_json::from_str(row).expect("a row is JSON");
        if row["accepted"] == Value::Bool(false) && row["operation"] == "create" {
            tree.write(&format!("{number}/object.json"), row["input"].to_string());
        }
    }
    let report = tree.check(&["--format", "json", "--fail-on", "never"]);
    let report: Value = serde_json::from_str(&report.stdout).expect("the report is JSON");
    let mut by_field: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("a list") {
        let word = |value: &'static str| finding[value].as_str();
        let (Some(field), Some(check), Some("error")) = (word("field"), word("check"), word("severity"))
        else {
            continue;
        };
        let path = finding["primary"]["path"].as_str().expect("a path");
        by_field.entry((path, field)).or_default().push(check);
    }
    assert!(by_field.len() > 200, "{}", by_field.len());
    let is_twice = |checks: &[&str]| {
        let may = |(one, other, _): &(&str, &str, &str)| checks.contains(one) && checks.contains(other);
        checks.len() > 1 && !(checks.len() == 2 && TOGETHER.iter().any(may))
    };
    let twice: Vec<_> = by_field.iter().filter(|(_, checks)| is_twice(checks)).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
