//! The findings as a person reads them in a terminal, and the end of a run.

mod ending;
mod fold;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use seatrial_diagnostics::terminal::{Style, finding, plain};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_source::TreePath;
use seatrial_trial::Trial;

use crate::words;
pub use ending::ending;
use fold::{Rest, Shown};

/// Lines of a file that are named before the rest is only counted.
const LINES_MAX: usize = 12;
/// Findings that are named in one line before the rest is only counted.
const NAMED_MAX: usize = 12;

/// The findings with their excerpts, the worst last, as the end of a text is
/// what stays in sight; then by file and line. Those that repeat each other,
/// notes in great number, and all beyond a bearable number are only counted,
/// unless they are asked for: `show` is the severity from which all are shown.
pub fn findings(trial: &Trial, show: Option<Severity>, style: &Style) -> String {
    let shown = Shown::of(&trial.findings, show);
    let mut out = String::new();
    for entry in &shown.entries {
        out.push_str(finding(&words::shortened(entry.finding, style), &trial.sources, style).trim_end());
        out.push_str("\n\n");
        if !entry.below.is_empty() {
            let _ = writeln!(out, "{}\n", style.wrap(&repeats(entry.finding, &entry.below, style), 4));
        }
        if !entry.elsewhere.is_empty() {
            let _ = writeln!(out, "{}", alike(entry.finding, &entry.elsewhere, style));
        }
    }
    for rest in &shown.rest {
        let _ = writeln!(out, "{}", left_out(rest, style));
    }
    if !shown.rest.is_empty() {
        let _ = writeln!(out, "{}\n", style.wrap(how_to_see(&shown), 4));
    }
    out
}

/// Those further down in the same file.
fn repeats(first: &Finding, others: &[&Finding], style: &Style) -> String {
    let path = style.path(&first.primary.path);
    let lines: Vec<String> = others.iter().map(|it| it.primary.start.line.to_string()).collect();
    let shown = lines.iter().take(LINES_MAX).cloned().collect::<Vec<_>>().join(", ");
    let more = words::more(lines.len(), LINES_MAX);
    let (word, check) = (first.severity.as_str(), first.check.id);
    let what = if lines.len() == 1 { "line" } else { "lines" };
    format!("{word}[{check}]: {} more like this in {path}: {what} {shown}{more}", lines.len())
}

/// Those of other files, in a line each.
fn alike(first: &Finding, others: &[&Finding], style: &Style) -> String {
    let (word, check) = (first.severity.as_str(), first.check.id);
    let files: BTreeSet<&TreePath> = others.iter().map(|it| &it.primary.path).collect();
    let place = if files.contains(&first.primary.path) {
        words::count(files.len(), "file", "files")
    } else {
        "other files".to_owned()
    };
    let head = format!("{word}[{check}]: {} more like this in {place}", others.len());
    let mut out = style.wrap(&head, 4) + "\n";
    for it in others.iter().take(NAMED_MAX) {
        let line = format!("  {}: {}", at(it, style), plain(&it.message));
        let _ = writeln!(out, "{}", style.wrap(&line, 6));
    }
    if others.len() > NAMED_MAX {
        let _ = writeln!(out, "  and {} more", others.len() - NAMED_MAX);
    }
    out
}

/// Those of one check that are not shown at all.
fn left_out(rest: &Rest<'_>, style: &Style) -> String {
    let (word, check) = (rest.severity.as_str(), rest.check);
    let first = format!("{} ({})", plain(&rest.first.message), at(rest.first, style));
    let more = words::more(rest.count, 1);
    style.wrap(&format!("{word}[{check}]: {first}{more}"), 4)
}

fn how_to_see(shown: &Shown<'_>) -> &'static str {
    if shown.rest.iter().all(|it| it.severity == Severity::Info) {
        "notes in one line a check; `--show info` shows them like the others"
    } else {
        "findings in one line a check; `--show info` shows them all, as does naming a directory or a file"
    }
}

/// Where a finding is, in one word.
fn at(finding: &Finding, style: &Style) -> String {
    format!("{}:{}", style.path(&finding.primary.path), finding.primary.start.line)
}
