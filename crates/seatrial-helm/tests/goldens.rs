//! The functions against what Go's answered: each line of `goldens/*.jsonl` is
//! a call and its result.

mod vectors;

use std::fs;
use std::path::Path;

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
