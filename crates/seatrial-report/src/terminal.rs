//! What a person reads at the end of a run.

mod fold;

use std::cmp::Reverse;
use std::fmt::Write as _;

use seatrial_diagnostics::terminal::{Style, Summary, finding, plain, summary};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_model::UnitKind;
use seatrial_trial::{Skipped, Trial, UnitVerdict, Verdict, WorkloadVerdict};

use crate::{accepted, coverage, words};

/// Reasons of the verdict before the rest is only counted.
const REASONS_MAX: usize = 8;
/// Reasons of skips before the rest is only counted.
const SKIPS_MAX: usize = 10;
/// Names in a line before the rest is only counted.
const WORDS_MAX: usize = 3;
/// Lines of a file that are named before the rest is only counted.
const LINES_MAX: usize = 12;

/// The findings with their excerpts, by file and line. Those that repeat each
/// other and those beyond a bearable number are only counted.
pub fn findings(trial: &Trial, style: Style) -> String {
    let shown = fold::Shown::of(&trial.findings);
    let mut out = String::new();
    for (first, others) in &shown.findings {
        out.push_str(finding(&words::shortened(first), &trial.sources, style).trim_end());
        out.push_str("\n\n");
        if !others.is_empty() {
            let _ = writeln!(out, "{}\n", repeats(first, others));
        }
    }
    if !shown.rest.is_empty() {
        let _ = writeln!(out, "{}\n", rest(&shown.rest));
    }
    out
}

fn repeats(first: &Finding, others: &[&Finding]) -> String {
    let path = plain(first.primary.path.as_str());
    let lines: Vec<String> = others.iter().map(|it| it.primary.start.line.to_string()).collect();
    let shown = lines.iter().take(LINES_MAX).cloned().collect::<Vec<_>>().join(", ");
    let more = match lines.len().saturating_sub(LINES_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (word, check) = (first.severity.as_str(), first.check.id);
    let what = if lines.len() == 1 { "line" } else { "lines" };
    format!("{word}[{check}]: {} more like this in {path}: {what} {shown}{more}", lines.len())
}

fn rest(rest: &[(Severity, &'static str, usize)]) -> String {
    let all: usize = rest.iter().map(|(.., count)| count).sum();
    let mut text = format!("and {} that are not shown:\n", words::count(all, "finding", "findings"));
    for (severity, check, count) in rest {
        let _ = writeln!(text, "  {count} {}[{check}]", severity.as_str());
    }
    text + "use `--format json` for all of them, or name a directory or a file"
}

/// Verdict, counts, coverage and what to do next.
pub fn ending(trial: &Trial, style: Style) -> String {
    summary(&end(trial), style)
}

fn end(trial: &Trial) -> Summary {
    let severity = match trial.verdict {
        Verdict::WillFail => Severity::Error,
        Verdict::AtRisk | Verdict::Unknown => Severity::Warning,
        Verdict::Ready => Severity::Info,
    };
    Summary {
        verdict: Some((words::verdict(trial.verdict).to_owned(), severity)),
        reasons: reasons(trial),
        counts: [trial.summary.error, trial.summary.warning, trial.summary.info],
        coverage: coverage(trial),
        next: next(trial),
    }
}

/// What the verdict rests on, the worst first: workloads that are not ready,
/// units that are bad for another reason, and how many could not be judged.
fn reasons(trial: &Trial) -> Vec<String> {
    if trial.coverage.objects == 0 && trial.all_findings().next().is_none() {
        return vec![coverage::nothing_judged(trial)];
    }
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    for reason in trial.units.iter().flat_map(|unit| unit_reasons(unit, trial)) {
        match reasons.iter_mut().find(|it| it.is_like(&reason)) {
            Some(known) => known.subjects.extend(reason.subjects),
            None => reasons.push(reason),
        }
    }
    reasons.sort_by_key(|it| Reverse(it.verdict));
    let mut lines: Vec<String> = reasons.iter().map(Reason::line).collect();
    if lines.len() > REASONS_MAX {
        let rest = lines.len() - REASONS_MAX;
        lines.truncate(REASONS_MAX);
        lines.push(format!("and {rest} more"));
    }
    let unjudged = |in_part: bool| -> Vec<String> {
        let units = trial.units.iter().filter(|unit| unit.verdict == Verdict::Unknown);
        let units = units.filter(|unit| (unit.kind == UnitKind::Manifests) == in_part);
        units.map(|unit| words::unit(&unit.name)).collect()
    };
    for (what, units) in [("not judged in full", unjudged(true)), ("not judged as a whole", unjudged(false))]
    {
        if !units.is_empty() {
            lines.push(format!("{what}: {}", some(&units)));
        }
    }
    lines
}

/// Why some workloads of one unit, or the unit itself, are not ready.
struct Reason<'a> {
    verdict: Verdict,
    /// The workloads; none where it is the unit.
    subjects: Vec<String>,
    unit: &'a str,
    /// The worst first.
    because: Vec<&'a Finding>,
}

impl<'a> Reason<'a> {
    fn new(verdict: Verdict, subjects: Vec<String>, unit: &'a str, mut because: Vec<&'a Finding>) -> Self {
        because.retain(|it| it.severity > Severity::Info);
        because.sort_by_key(|it| Reverse(it.severity));
        Self { verdict, subjects, unit, because }
    }

    /// Whether the same finding is the worst for both.
    fn is_like(&self, other: &Self) -> bool {
        let worst = |it: &Self| it.because.first().map(|it| it.id.as_str());
        self.unit == other.unit && self.verdict == other.verdict && worst(self) == worst(other)
    }

    fn line(&self) -> String {
        let (place, verdict) = (words::unit(self.unit), words::verdict(self.verdict));
        let head = match &self.subjects[..] {
            [] => format!("{place}: {verdict}"),
            subjects => format!("{} in {place}: {verdict}", some(subjects)),
        };
        let Some(first) = self.because.first() else { return head };
        // What else there is differs between several.
        let others = if self.subjects.len() > 1 { 0 } else { self.because.len() - 1 };
        let more = if others > 0 { format!(" and {others} more") } else { String::new() };
        format!("{head}: {} ({}:{}){more}", first.message, first.primary.path, first.primary.start.line)
    }
}

fn unit_reasons<'a>(unit: &'a UnitVerdict, trial: &'a Trial) -> Vec<Reason<'a>> {
    let workloads: Vec<&WorkloadVerdict> =
        unit.workloads.iter().filter(|it| !it.because.is_empty()).collect();
    let of_workload = |it: &&'a WorkloadVerdict| {
        let because = trial.all_findings().filter(|finding| it.because.contains(&finding.id));
        let subject = format!("{} {}", it.object.kind, it.object.name);
        Reason::new(it.verdict, vec![subject], &unit.name, because.collect())
    };
    let mut reasons: Vec<Reason<'_>> = workloads.iter().map(of_workload).collect();
    let is_said = workloads.iter().any(|it| it.verdict == unit.verdict);
    if !is_said && matches!(unit.verdict, Verdict::WillFail | Verdict::AtRisk) {
        let own = trial.all_findings().filter(|it| it.units.contains(&unit.name));
        reasons.insert(0, Reason::new(unit.verdict, Vec::new(), &unit.name, own.collect()));
    }
    reasons
}

/// The first few of some words.
fn some(words: &[String]) -> String {
    let shown = words.iter().take(WORDS_MAX).cloned().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(WORDS_MAX) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

fn coverage(trial: &Trial) -> Vec<String> {
    let mut lines = vec![format!("{} for Kubernetes {}", coverage::judged(trial), trial.target.kubernetes)];
    lines.extend(accepted::lines(trial));
    let skips = coverage::skips(trial);
    let more = skips.len().saturating_sub(SKIPS_MAX);
    lines.extend(skips.iter().take(SKIPS_MAX).map(|(reason, places)| skip_line(reason, places)));
    if more > 0 {
        lines.push(format!("not judged for {more} more reasons: `--format json` lists all"));
    }
    lines
}

fn skip_line(reason: &str, places: &[&Skipped]) -> String {
    let names: Vec<String> = places.iter().map(|it| coverage::place(it)).collect();
    format!("not judged: {}: {reason}", some(&names))
}

fn next(trial: &Trial) -> Vec<String> {
    let worst = trial.findings.iter().max_by_key(|it| (it.severity, std::cmp::Reverse(&it.primary.path)));
    let explain = worst.map(|it| format!("`seatrial explain {}` says more about a check", it.check.id));
    explain.into_iter().collect()
}
