//! The report as Markdown, for a comment on a pull request or the summary of
//! a job.
//!
//! The text of a repository is hostile: it comes out as letters or as code,
//! never as markup, a link or a mention. What does not fit into a comment is
//! counted, never dropped in silence.

mod escape;

use std::fmt::Write as _;

use seatrial_diagnostics::{Finding, Severity, uri};
use seatrial_trial::{Answer, Trial, Verdict};

use crate::{accepted, coverage, words};
use escape::{code, prose};

/// A comment on GitHub holds 65536 characters; some are left to its author.
const CHARACTERS_MAX: usize = 60_000;
/// What the end may take, whatever the findings need.
const CHARACTERS_OF_END_MAX: usize = 12_000;
/// Rows of a table that stand open.
const ROWS_OPEN_MAX: usize = 25;
/// Reasons of skips, and places of each.
const SKIPS_MAX: usize = 12;
const PLACES_MAX: usize = 3;
/// Characters of one text, such as a path or a message.
const TEXT_MAX: usize = 600;

/// The report of a trial, at most 60,000 characters long.
pub fn markdown(trial: &Trial) -> String {
    let mut end = ending(trial);
    limit(&mut end, CHARACTERS_OF_END_MAX);
    let mut page = Page { text: head(trial), left: 0 };
    page.left = CHARACTERS_MAX.saturating_sub(characters(&page.text) + characters(&end) + 200);
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let findings: Vec<&Finding> = trial.findings.iter().filter(|it| it.severity == severity).collect();
        page.table(severity, &findings);
    }
    page.reasons(&trial.findings);
    page.text + &end
}

fn head(trial: &Trial) -> String {
    let sign = match trial.verdict {
        Verdict::WillFail => ":x:",
        Verdict::AtRisk | Verdict::Unknown => ":warning:",
        Verdict::Ready => ":white_check_mark:",
    };
    format!(
        "## {sign} Seatrial: {}\n\n**{}** · {} for Kubernetes {}\n",
        words::verdict_of(trial),
        words::counts(trial),
        prose(&coverage::judged(trial, ToString::to_string)),
        words::target(trial.target.kubernetes)
    )
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// A text with room that is left to it.
struct Page {
    text: String,
    left: usize,
}

impl Page {
    /// Whether a piece still fits; then it is written.
    fn push(&mut self, piece: &str) -> bool {
        let length = characters(piece);
        if length > self.left {
            return false;
        }
        self.left -= length;
        self.text.push_str(piece);
        true
    }

    /// The findings of one severity, by file and line.
    fn table(&mut self, severity: Severity, findings: &[&Finding]) {
        if findings.is_empty() {
            return;
        }
        let title = match (severity, findings.len()) {
            (Severity::Info, count) => words::count(count, "note", "notes"),
            (_, count) => words::count(count, severity.as_str(), &format!("{}s", severity.as_str())),
        };
        let is_folded = severity == Severity::Info || findings.len() > ROWS_OPEN_MAX;
        let (opening, closing) = if is_folded {
            (format!("\n<details><summary><b>{title}</b></summary>\n"), "\n</details>\n")
        } else {
            (format!("\n### {title}\n"), "")
        };
        let opening = format!("{opening}\n| where | what | check |\n|---|---|---|\n");
        let mut written = 0;
        if self.push(&opening) {
            written = findings.iter().take_while(|it| self.push(&row(it))).count();
            self.text.push_str(closing);
        }
        if written < findings.len() {
            let left = findings.len() - written;
            let _ = writeln!(self.text, "\n{left} of the {title} are left out, as a comment holds no more.");
        }
    }

    /// Why each finding is one and what to do, folded.
    fn reasons(&mut self, findings: &[Finding]) {
        let told: Vec<&Finding> =
            findings.iter().filter(|it| it.help.is_some() || !it.derivation.is_empty()).collect();
        if told.is_empty() || !self.push("\n<details><summary>Why, and what to do</summary>\n\n") {
            return;
        }
        let mut sorted = told.clone();
        sorted.sort_by_key(|it| std::cmp::Reverse(it.severity));
        let written = sorted.iter().take_while(|it| self.push(&reason(it))).count();
        if written < told.len() {
            let _ = writeln!(
                self.text,
                "\n{} more are left out, as a comment holds no more; the terminal shows them all.",
                told.len() - written
            );
        }
        self.text.push_str("\n</details>\n");
    }
}

fn row(finding: &Finding) -> String {
    let check = finding.check.id;
    let check = finding.check.page_url().map_or(format!("`{check}`"), |url| format!("[`{check}`]({url})"));
    format!("| {} | {} | {check} |\n", link(finding), prose(&short(&finding.message)))
}

/// The place of a finding as a link into the repository.
fn link(finding: &Finding) -> String {
    let (path, line) = (&finding.primary.path, finding.primary.start.line);
    format!("[{}]({}#L{line})", code(&short(&format!("{path}:{line}"))), uri(path))
}

fn reason(finding: &Finding) -> String {
    let mut text = format!("- {} {}\n", link(finding), prose(&short(&finding.message)));
    for step in &finding.derivation {
        let _ = writeln!(text, "  - because: {}", prose(&short(step)));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  - help: {}", prose(&short(help)));
    }
    text
}

/// A text cut to a bearable length.
fn short(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some((end, _)) = text.char_indices().nth(TEXT_MAX) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// Coverage and the reviewer's questions.
fn ending(trial: &Trial) -> String {
    let mut out = String::new();
    let skips = coverage::skips(trial);
    if !skips.is_empty() {
        let count = words::count(trial.coverage.skipped.len(), "place", "places");
        let _ = writeln!(out, "\n<details><summary>Not judged: {count}</summary>\n");
        for (reason, places) in skips.iter().take(SKIPS_MAX) {
            let names: Vec<String> = places
                .iter()
                .take(PLACES_MAX)
                .map(|it| code(&short(&coverage::place(it, it.path.as_str()))))
                .collect();
            let more = words::more(places.len(), PLACES_MAX);
            let _ = writeln!(out, "- {}{more}: {}", names.join(", "), prose(&short(reason)));
        }
        if skips.len() > SKIPS_MAX {
            let _ = writeln!(out, "- and for {} more reasons", skips.len() - SKIPS_MAX);
        }
        out.push_str("\n</details>\n");
    }
    if !trial.checklist.is_empty() {
        out.push_str("\n<details><summary>Checklist</summary>\n\n| | |\n|---|---|\n");
        for item in &trial.checklist {
            let answer = match item.answer {
                Answer::Yes => ":white_check_mark: yes".to_owned(),
                Answer::No => format!(":x: no: {}", words::count(item.evidence.len(), "finding", "findings")),
                Answer::Unknown => ":grey_question: not everything was judged".to_owned(),
            };
            let _ = writeln!(out, "| {} | {answer} |", prose(item.item));
        }
        out.push_str("\n</details>\n");
    }
    for line in accepted::lines(trial) {
        let _ = writeln!(out, "\n{}", prose(&line));
    }
    out
}

/// A text that holds no more than so many characters; its cut is said.
fn limit(text: &mut String, characters_max: usize) {
    if let Some((end, _)) = text.char_indices().nth(characters_max) {
        let end = text[..end].rfind('\n').unwrap_or(0);
        text.truncate(end);
        text.push_str("\n\nThe rest is left out, as a comment holds no more.\n\n</details>\n");
    }
}

#[cfg(test)]
mod tests;
