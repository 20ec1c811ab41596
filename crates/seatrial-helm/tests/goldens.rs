//! The functions against what Go's answered: each line of `goldens/*.jsonl` is
//! a call and its result.

mod vectors;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use seatrial_helm::functions;

#[test]
fn functions_answer_as_in_go() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens");
    let mut files: Vec<_> = fs::read_dir(directory)
        .expect("it is in the tree")
        .map(|it| it.expect("it is listed").path())
        // Those are whole templates: `functions.rs`.
        .filter(|it| !it.ends_with("functions.jsonl") && !it.ends_with("functions-3.10.jsonl"))
        .collect();
    files.sort();
    let mut different = Vec::new();
    let mut rows = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("it is readable");
        for (number, line) in text.lines().enumerate() {
            rows += 1;
            if let Some(difference) = vectors::difference(line) {
                different.push(format!("{}:{}: {difference}", file.display(), number + 1));
            }
        }
    }
    assert!(different.is_empty(), "{} of {rows} rows differ\n{}", different.len(), different.join("\n"));
}

#[test]
fn every_function_has_rows() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens");
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for file in fs::read_dir(directory).expect("it is in the tree") {
        let text = fs::read_to_string(file.expect("it is listed").path()).expect("it is readable");
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).expect("a row is JSON");
            if let Some(name) = row.get("function").or_else(|| row.get("f")).and_then(|it| it.as_str()) {
                *rows.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    let few = |name: &&str| rows.get(*name).is_none_or(|it| *it < 5);
    let few: Vec<&str> = functions::all().iter().map(|it| it.name).filter(few).collect();
    assert!(few.is_empty(), "{few:?}");
}
