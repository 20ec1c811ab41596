//! The last lines of a run.

use std::fmt::Write as _;

use super::{Style, plain};
use crate::Severity;

/// The end of a run, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The verdict and how bad it is.
    pub verdict: Option<(String, Severity)>,
    /// Why, one line each.
    pub reasons: Vec<String>,
    /// Findings by severity: errors, warnings, infos.
    pub counts: [usize; 3],
    /// What was looked at and what was not.
    pub coverage: Vec<String>,
    /// What to do next.
    pub next: Vec<String>,
}

/// Columns that further lines are set in.
const INDENT: usize = 6;

/// The last lines of a run.
pub fn summary(summary: &Summary, style: &Style) -> String {
    let mut out = String::new();
    if let Some((verdict, severity)) = &summary.verdict {
        let verdict = style.verdict(*severity, &plain(verdict));
        let _ = writeln!(out, "{} {verdict}", style.bold("verdict:"));
    }
    for reason in &summary.reasons {
        let _ = writeln!(out, "{}", style.wrap(&format!("  {}", plain(reason)), INDENT));
    }
    let _ = writeln!(out, "{} {}", style.bold("findings:"), counts(summary.counts));
    paragraph(&mut out, "coverage:", &summary.coverage, style);
    paragraph(&mut out, "next:", &summary.next, style);
    out
}

/// A head with its first line, and the further lines below.
fn paragraph(out: &mut String, head: &str, lines: &[String], style: &Style) {
    for (place, line) in lines.iter().enumerate() {
        if place == 0 {
            let line = style.wrap(&format!("{head} {}", plain(line)), INDENT);
            let _ = writeln!(out, "{}{}", style.bold(head), line.strip_prefix(head).unwrap_or_default());
        } else {
            let _ = writeln!(out, "{}", style.dim(&style.wrap(&format!("  {}", plain(line)), INDENT)));
        }
    }
}

fn counts([errors, warnings, infos]: [usize; 3]) -> String {
    let some = |count: usize, word: &str| {
        (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
    };
    let parts: Vec<String> = [
        some(errors, "error"),
        some(warnings, "warning"),
        some(infos, "info").map(|it| it.replace("infos", "info")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}
