//! The whole pipeline on any tree: it ends, its findings point into files, and
//! it says the same twice.

use seatrial_diagnostics::terminal::Style;
use seatrial_diagnostics::{Finding, Severity};
use seatrial_report::terminal::{ending, findings};
use seatrial_source::{Files, MemoryFiles, SourceMap, Span, TreePath};
use seatrial_trial::{Date, Trial, TrialRequest, catalogue, find_root, load_config};

/// A line that starts so names the file that the lines after it make up.
const MARKER: &[u8] = b"=== ";
/// The file of the lines before the first marker.
const FIRST: &str = "k8s/a.yaml";

/// Judges a tree made of the bytes. `=== NAME` on a line of its own starts a file.
pub fn discover(bytes: &[u8]) {
    let files = tree(bytes);
    let trial = judge(&files);
    trial.findings.iter().for_each(|finding| check_finding(finding, &trial.sources));
    let json = seatrial_report::json(&trial);
    serde_json::from_str::<serde::de::IgnoredAny>(&json).expect("the report is JSON");
    let text = findings(&trial, None, &Style::PLAIN) + &ending(&trial, &Style::PLAIN);
    let steering = text.chars().find(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(steering, None, "{text:?}");
    check_formats(&trial);
    assert_eq!(json, seatrial_report::json(&judge(&files)), "a second run says something else");
}

/// No name and no value breaks out of a format.
fn check_formats(trial: &Trial) {
    let sarif = seatrial_report::sarif(trial);
    serde_json::from_str::<serde::de::IgnoredAny>(&sarif).expect("the log is JSON");
    let commands = seatrial_report::github(trial);
    assert!(commands.lines().all(|line| line.starts_with("::")), "{commands}");
    let junit = seatrial_report::junit(trial, Severity::Error);
    assert!(!junit.chars().any(|letter| letter.is_control() && letter != '\n'), "{junit:?}");
    let markdown = seatrial_report::markdown(trial);
    assert!(markdown.chars().count() <= 60_000, "{markdown}");
}

fn tree(bytes: &[u8]) -> MemoryFiles {
    files_of(bytes, FIRST)
}

/// The files that the bytes name, those before the first name under `first`.
pub(super) fn files_of(bytes: &[u8], first: &str) -> MemoryFiles {
    let mut files = MemoryFiles::new();
    let mut name = first.to_owned();
    let mut content = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(next) = line.strip_prefix(MARKER) else {
            content.extend_from_slice(line);
            continue;
        };
        files.insert(&name, std::mem::take(&mut content));
        name = String::from_utf8_lossy(next.trim_ascii_end()).into_owned();
    }
    files.insert(&name, content);
    files
}

fn judge(files: &MemoryFiles) -> Trial {
    let root = find_root(files, &TreePath::top());
    let (config, config_text) = load_config(files, &root, &catalogue()).unwrap_or_default();
    seatrial_trial::check(&TrialRequest {
        cluster: None,
        files: files as &dyn Files,
        revisions: None,
        git_problem: None,
        root,
        scope: TreePath::top(),
        config,
        config_text,
        today: Date::new(2026, 11, 21).expect("the day exists"),
        units: None,
    })
}

fn check_finding(finding: &Finding, sources: &SourceMap) {
    assert!(!finding.message.is_empty() && !finding.message.contains('\n'), "{finding:?}");
    check_span(finding.primary.span, sources);
    finding.related.iter().for_each(|related| check_span(related.place.span, sources));
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    edits.for_each(|edit| check_span(edit.span, sources));
}

/// The place lies in its file and cuts no character.
fn check_span(span: Span, sources: &SourceMap) {
    let text = sources.file(span.file).text();
    assert!(text.get(span.range()).is_some(), "{span:?} in {} bytes", text.len());
    let (start, end) = sources.positions(span);
    assert!((start.line, start.column) <= (end.line, end.column), "{start:?} {end:?}");
}
