//! The bundled examples: every finding, in the order it is printed, as
//! `expected.txt` beside the example says.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::run;

/// Every bundled example.
pub(crate) const NAMES: [&str; 4] = ["healthcare", "sophia", "todo", "tutor"];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Copies a tree, so that the example is judged by itself and not as a part of
/// this repository.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for entry in fs::read_dir(from).expect("an example can be listed") {
        let entry = entry.expect("an entry can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file can be copied");
        }
    }
}

/// An example by itself, in a directory that goes away with its value.
pub(crate) fn copied(name: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory can be made");
    copy(&examples().join(name), directory.path());
    directory
}

/// All that is reported of a tree, a line each, and the exit code.
pub(crate) fn listing(tree: &Path) -> (String, i32) {
    let run = run(tree, &["check", "--format", "json", "--today", "2026-01-01"], b"");
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = format!("verdict {}\n", text(&report["verdict"]));
    for finding in report["findings"].as_array().expect("findings are a list") {
        let (path, line) = (text(&finding["primary"]["path"]), &finding["primary"]["line"]);
        let (severity, check) = (text(&finding["severity"]), text(&finding["check"]));
        let _ = writeln!(lines, "{path}:{line}: {severity}[{check}] {}", text(&finding["message"]));
    }
    for skip in report["coverage"]["skipped"].as_array().expect("skips are a list") {
        let line = skip["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(lines, "not judged: {}{line}: {}", text(&skip["path"]), text(&skip["reason"]));
    }
    (lines, run.code)
}

/// Compares with `expected.txt`; after a wanted change, run the tests with
/// `SEATRIAL_ACCEPT=1` and read the difference.
fn check(name: &str, exit: i32) {
    let (report, code) = listing(copied(name).path());
    compare(name, &examples().join(name).join("expected.txt"), &report);
    assert_eq!(code, exit, "{name}");
}

/// Compares what is reported with what is expected.
pub(crate) fn compare(name: &str, expected: &Path, report: &str) {
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        fs::write(expected, report).expect("the expectation can be written");
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    let added = report.lines().filter(|line| !wanted.lines().any(|it| it == *line));
    let gone = wanted.lines().filter(|line| !report.lines().any(|it| it == *line));
    let difference: String =
        gone.map(|line| format!("- {line}\n")).chain(added.map(|line| format!("+ {line}\n"))).collect();
    assert!(wanted == report, "{name}\n{difference}");
}

#[test]
fn sophia() {
    check("sophia", 1);
}

#[test]
fn healthcare() {
    check("healthcare", 1);
}

#[test]
fn todo() {
    check("todo", 1);
}

#[test]
fn tutor() {
    check("tutor", 0);
}

#[test]
fn the_readme_shows_real_output() {
    let readme = fs::read_to_string(examples().join("../README.md")).expect("the README can be read");
    let block =
        readme.split("```text\n").nth(1).and_then(|it| it.split("```").next()).expect("it has an excerpt");
    let output = run(copied("sophia").path(), &["check", "--today", "2026-01-01"], b"").stdout;
    // The copy is a repository of its own, so its paths start there.
    let excerpt = block.replace("examples/sophia/", "");
    assert!(output.contains(&excerpt), "{output}");
}
