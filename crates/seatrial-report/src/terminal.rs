//! What a person reads at the end of a run.

use std::collections::BTreeMap;

use seatrial_diagnostics::terminal::{Style, Summary, finding, plain, summary};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_trial::{Skipped, Trial, UnitVerdict, Verdict, WorkloadVerdict};

/// Reasons of the verdict before the rest is only counted.
const REASONS_MAX: usize = 8;
/// Reasons of skips before the rest is only counted.
const SKIPS_MAX: usize = 10;
/// Names in a line before the rest is only counted.
const WORDS_MAX: usize = 3;

/// Every finding with its excerpts, by file and line.
pub fn findings(trial: &Trial, style: Style) -> String {
    let mut out = String::new();
    for it in &trial.findings {
        out.push_str(finding(it, &trial.sources, style).trim_end());
        out.push_str("\n\n");
    }
    out
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
        verdict: Some((words(trial.verdict).to_owned(), severity)),
        reasons: reasons(trial),
        counts: [trial.summary.error, trial.summary.warning, trial.summary.info],
        coverage: coverage(trial),
        next: next(trial),
    }
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::AtRisk => "at risk",
        Verdict::Unknown => "unknown",
        Verdict::WillFail => "will fail",
    }
}

/// What the verdict rests on: workloads that are not ready, units that are bad
/// for another reason, and how many could not be judged.
fn reasons(trial: &Trial) -> Vec<String> {
    let mut units: Vec<&UnitVerdict> = trial.units.iter().collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.verdict));
    let mut lines: Vec<String> = units.iter().flat_map(|unit| unit_reasons(unit, trial)).collect();
    if lines.len() > REASONS_MAX {
        let rest = lines.len() - REASONS_MAX;
        lines.truncate(REASONS_MAX);
        lines.push(format!("and {rest} more"));
    }
    let unknown: Vec<&str> =
        units.iter().filter(|it| it.verdict == Verdict::Unknown).map(|it| it.name.as_str()).collect();
    if !unknown.is_empty() {
        let what = if unknown.len() == 1 { "unit was" } else { "units were" };
        lines.push(format!("{} {what} not judged: {}", unknown.len(), some(&unknown)));
    }
    lines
}

fn unit_reasons(unit: &UnitVerdict, trial: &Trial) -> Vec<String> {
    let mut workloads: Vec<&WorkloadVerdict> =
        unit.workloads.iter().filter(|it| !it.because.is_empty()).collect();
    workloads.sort_by_key(|it| std::cmp::Reverse(it.verdict));
    let mut lines: Vec<String> = workloads.iter().map(|it| workload_reason(it, unit, trial)).collect();
    let is_said = workloads.iter().any(|it| it.verdict == unit.verdict);
    if !is_said && matches!(unit.verdict, Verdict::WillFail | Verdict::AtRisk) {
        let own = trial.findings.iter().filter(|it| it.units.contains(&unit.name));
        lines.insert(0, format!("{}: {}{}", unit.name, words(unit.verdict), worst_of(own.collect())));
    }
    lines
}

/// The first few of some words.
fn some(words: &[&str]) -> String {
    let shown = words.iter().take(WORDS_MAX).copied().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(WORDS_MAX) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

fn workload_reason(workload: &WorkloadVerdict, unit: &UnitVerdict, trial: &Trial) -> String {
    let object = &workload.object;
    let because = trial.findings.iter().filter(|it| workload.because.contains(&it.id));
    let verdict = words(workload.verdict);
    format!("{} {} in {}: {verdict}{}", object.kind, object.name, unit.name, worst_of(because.collect()))
}

/// The worst finding with its line, and how many more there are.
fn worst_of(mut findings: Vec<&Finding>) -> String {
    findings.retain(|it| it.severity > Severity::Info);
    findings.sort_by_key(|it| std::cmp::Reverse(it.severity));
    let Some(first) = findings.first() else { return String::new() };
    let more = if findings.len() > 1 { format!(" and {} more", findings.len() - 1) } else { String::new() };
    format!(": {} ({}:{}){more}", first.message, first.primary.path, first.primary.start.line)
}

fn coverage(trial: &Trial) -> Vec<String> {
    let units = trial.coverage.found;
    let plural = if units == 1 { "" } else { "s" };
    let mut lines = vec![format!(
        "{} of {units} unit{plural} judged for Kubernetes {}",
        trial.coverage.rendered, trial.target.kubernetes
    )];
    if trial.summary.suppressed > 0 {
        lines.push(format!("{} accepted by ignore entries and not shown", trial.summary.suppressed));
    }
    let mut by_reason: BTreeMap<(&str, &str), Vec<&Skipped>> = BTreeMap::new();
    for skipped in &trial.coverage.skipped {
        by_reason.entry((skipped.code.as_str(), &skipped.reason)).or_default().push(skipped);
    }
    let skips = by_reason.len();
    let shown = by_reason.into_iter().take(SKIPS_MAX);
    lines.extend(shown.map(|((_, reason), places)| skip_line(reason, &places)));
    if skips > SKIPS_MAX {
        lines.push(format!("not judged for {} more reasons: `--format json` lists all", skips - SKIPS_MAX));
    }
    lines
}

fn skip_line(reason: &str, places: &[&Skipped]) -> String {
    let places: Vec<String> = places.iter().map(|it| place(it)).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    format!("not judged: {}: {reason}", some(&places))
}

fn place(skipped: &Skipped) -> String {
    let path = plain(skipped.path.as_str());
    let path = if path.is_empty() { ".".into() } else { path };
    skipped.line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"))
}

fn next(trial: &Trial) -> Vec<String> {
    let worst = trial.findings.iter().max_by_key(|it| (it.severity, std::cmp::Reverse(&it.primary.path)));
    let explain = worst.map(|it| format!("`seatrial explain {}` says more about a check", it.check.id));
    explain.into_iter().collect()
}
