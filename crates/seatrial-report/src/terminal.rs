//! What a person reads at the end of a run.

mod fold;
mod words;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use seatrial_diagnostics::terminal::{Style, Summary, finding, plain, summary};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_model::UnitKind;
use seatrial_trial::{Skipped, Trial, UnitVerdict, Verdict, WorkloadVerdict};

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
        verdict: Some((verdict_words(trial.verdict).to_owned(), severity)),
        reasons: reasons(trial),
        counts: [trial.summary.error, trial.summary.warning, trial.summary.info],
        coverage: coverage(trial),
        next: next(trial),
    }
}

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::AtRisk => "at risk",
        Verdict::Unknown => "unknown",
        Verdict::WillFail => "will fail",
    }
}

/// What the verdict rests on, the worst first: workloads that are not ready,
/// units that are bad for another reason, and how many could not be judged.
fn reasons(trial: &Trial) -> Vec<String> {
    if trial.coverage.objects == 0 && trial.findings.is_empty() {
        return vec![nothing_judged(trial)];
    }
    let mut reasons: Vec<(Verdict, String)> =
        trial.units.iter().flat_map(|unit| unit_reasons(unit, trial)).collect();
    reasons.sort_by_key(|it| Reverse(it.0));
    let mut lines: Vec<String> = reasons.into_iter().map(|it| it.1).collect();
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

/// What was found when nothing of it could be judged.
fn nothing_judged(trial: &Trial) -> String {
    let found: Vec<String> = units_by_kind(trial)
        .into_iter()
        .map(|(kind, units)| words::count(units.len(), words::nouns(kind).0, words::nouns(kind).1))
        .collect();
    match &found[..] {
        [] => "nothing was judged: there is no manifest".to_owned(),
        _ => format!("nothing was judged: {} found, and the lines below say why not", found.join(", ")),
    }
}

fn units_by_kind(trial: &Trial) -> BTreeMap<UnitKind, Vec<&UnitVerdict>> {
    let mut kinds: BTreeMap<UnitKind, Vec<&UnitVerdict>> = BTreeMap::new();
    for unit in &trial.units {
        kinds.entry(unit.kind).or_default().push(unit);
    }
    kinds
}

fn unit_reasons(unit: &UnitVerdict, trial: &Trial) -> Vec<(Verdict, String)> {
    let workloads: Vec<&WorkloadVerdict> =
        unit.workloads.iter().filter(|it| !it.because.is_empty()).collect();
    let mut lines: Vec<(Verdict, String)> =
        workloads.iter().map(|it| (it.verdict, workload_reason(it, unit, trial))).collect();
    let is_said = workloads.iter().any(|it| it.verdict == unit.verdict);
    if !is_said && matches!(unit.verdict, Verdict::WillFail | Verdict::AtRisk) {
        let own = trial.findings.iter().filter(|it| it.units.contains(&unit.name));
        let (place, verdict) = (words::unit(&unit.name), verdict_words(unit.verdict));
        lines.insert(0, (unit.verdict, format!("{place}: {verdict}{}", worst_of(own.collect()))));
    }
    lines
}

/// The first few of some words.
fn some(words: &[String]) -> String {
    let shown = words.iter().take(WORDS_MAX).cloned().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(WORDS_MAX) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

fn workload_reason(workload: &WorkloadVerdict, unit: &UnitVerdict, trial: &Trial) -> String {
    let object = &workload.object;
    let because = trial.findings.iter().filter(|it| workload.because.contains(&it.id));
    let (verdict, place) = (verdict_words(workload.verdict), words::unit(&unit.name));
    format!("{} {} in {place}: {verdict}{}", object.kind, object.name, worst_of(because.collect()))
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
    let mut lines = vec![format!("{} for Kubernetes {}", judged(trial), trial.target.kubernetes)];
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

/// How much of what was found was judged in full.
fn judged(trial: &Trial) -> String {
    let is_whole = trial.coverage.rendered == trial.coverage.found;
    if let Some(file) = trial.coverage.file.as_ref().filter(|_| is_whole) {
        return format!("{file} judged");
    }
    let of_kind = |(kind, units): (UnitKind, Vec<&UnitVerdict>)| {
        let judged = units.iter().filter(|unit| unit.is_judged).count();
        let (one, many) = words::nouns(kind);
        format!("{judged} of {}", words::count(units.len(), one, many))
    };
    let parts: Vec<String> = units_by_kind(trial).into_iter().map(of_kind).collect();
    match (&parts[..], is_whole) {
        ([], _) => "nothing judged".to_owned(),
        (_, true) => format!("{} judged", parts.join(", ")),
        (_, false) => format!("{} judged in full", parts.join(", ")),
    }
}

fn skip_line(reason: &str, places: &[&Skipped]) -> String {
    let places: Vec<String> = places.iter().map(|it| place(it)).collect();
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
