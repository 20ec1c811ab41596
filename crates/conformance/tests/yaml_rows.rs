//! How the suite `yaml` reads recorded rows.

use std::fs;
use std::path::Path;

use conformance::{Options, Report, Suite};
use tempfile::TempDir;

/// The SHA-256 of no byte at all.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn folder(rows: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("family.jsonl"), rows).expect("it can be written");
    dir
}

fn run(dir: &Path, inputs: Option<&Path>) -> anyhow::Result<Report> {
    let suite = Suite::named("yaml").expect("the suite exists");
    (suite.run)(&Options { inputs: inputs.map(Into::into), ..Options::of(dir) })
}

fn printed(report: &Report) -> String {
    let mut out = Vec::new();
    report.print(&mut out, true).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are text")
}

fn hashed_row(hash: &str) -> String {
    format!(r#"{{"id":"case","dialect":"goyaml2","sha256":"{hash}","ok":true}}"#)
}

#[test]
fn the_last_line_is_the_sum() {
    let dir = folder("{\"id\":\"a\",\"dialect\":\"json\",\"input\":\"\",\"ok\":true,\"values\":[]}\n");
    let report = run(dir.path(), None).expect("the rows are right");
    assert_eq!(printed(&report), "family: 1 of 1\nyaml: 1 of 1 agree\n");
}

#[test]
fn a_disagreement_is_listed_with_both_answers() {
    let row = r#"{"id":"a","dialect":"json","input":"","ok":false,"error":"unexpected end"}"#;
    let dir = folder(row);
    let text = printed(&run(dir.path(), None).expect("the rows are right"));
    let listed = "a\n  input    \"\"\n  recorded refused: unexpected end\n  ours     []\n";
    assert_eq!(text, format!("{listed}family: 0 of 1\nyaml: 0 of 1 agree\n"));
}

#[test]
fn printed_text_counts_where_it_is_recorded() {
    let row = |id: &str, emitted: &str| {
        format!(
            r#"{{"id":"{id}","dialect":"goyaml2","input":"{{b: 1, a: x}}","ok":true,"values":[{{"a":"x","b":1}}]{emitted}}}"#
        )
    };
    let rows = [
        row("right", r#","emitted":"a: x\nb: 1\n""#),
        row("wrong", r#","emitted":"b: 1\n""#),
        row("none", ""),
    ];
    let text = printed(&run(folder(&rows.join("\n")).path(), None).expect("the rows are right"));
    let value = r#"[{"a":"x","b":1}]"#;
    let listed =
        format!("  recorded {value} printed \"b: 1\\n\"\n  ours     {value} printed \"a: x\\nb: 1\\n\"\n");
    assert_eq!(
        text,
        format!("wrong\n  input    \"{{b: 1, a: x}}\"\n{listed}family: 2 of 3\nyaml: 2 of 3 agree\n")
    );
}

#[test]
fn rows_without_input_do_not_count() {
    let dir = folder(&hashed_row(EMPTY_SHA256));
    let text = printed(&run(dir.path(), None).expect("the rows are right"));
    assert_eq!(text, "family: 1 not run, their inputs are not here\nyaml: 0 of 0 agree\n");
}

#[test]
fn inputs_come_from_a_folder_and_are_checked() {
    let inputs = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(inputs.path().join("case")).expect("it can be made");
    fs::write(inputs.path().join("case/in.yaml"), "").expect("it can be written");
    let right = folder(&hashed_row(EMPTY_SHA256));
    let report = run(right.path(), Some(inputs.path())).expect("the hash is right");
    assert_eq!(report.compared(), 1);
    let wrong = folder(&hashed_row("00"));
    assert!(run(wrong.path(), Some(inputs.path())).is_err());
}

#[test]
fn a_folder_without_rows_is_an_error() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(run(dir.path(), None).is_err());
}
