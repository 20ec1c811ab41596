//! Verdict, counts, coverage and what to do next.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use seatrial_diagnostics::terminal::{Style, Summary, summary};
use seatrial_diagnostics::{CheckInfo, Finding, Severity, Strictness};
use seatrial_model::UnitKind;
use seatrial_source::TreePath;
use seatrial_trial::{Skipped, Trial, UnitVerdict, Verdict, WorkloadVerdict, catalogue};

use super::at;
use crate::{accepted, coverage, words};

/// Reasons of the verdict before the rest is only counted.
const REASONS_MAX: usize = 8;
/// Reasons of skips before the rest is only counted.
const SKIPS_MAX: usize = 10;
/// Names in a line before the rest is only counted.
const WORDS_MAX: usize = 3;
/// From so many findings on, a baseline is the way to begin.
const BASELINE_FROM: usize = 20;

/// Verdict, counts, coverage and what to do next.
pub fn ending(trial: &Trial, style: &Style) -> String {
    summary(&end(trial, style), style)
}

fn end(trial: &Trial, style: &Style) -> Summary {
    let severity = match trial.verdict {
        Verdict::WillFail => Severity::Error,
        Verdict::AtRisk | Verdict::Unknown => Severity::Warning,
        Verdict::Ready => Severity::Info,
    };
    Summary {
        verdict: Some((words::verdict_of(trial), severity)),
        reasons: reasons(trial, style),
        counts: [trial.summary.error, trial.summary.warning, trial.summary.info],
        coverage: coverage(trial, style),
        next: next(trial),
    }
}

/// What the verdict rests on, the worst first: workloads that are not ready,
/// units that are bad for another reason, and how many could not be judged.
fn reasons(trial: &Trial, style: &Style) -> Vec<String> {
    if trial.coverage.objects == 0 && trial.all_findings().next().is_none() {
        return vec![coverage::nothing_judged(trial)];
    }
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    let all = trial.units.iter().flat_map(|unit| unit_reasons(unit, trial));
    for reason in all.filter_map(|it| it.without_known(trial)) {
        match reasons.iter_mut().find(|it| it.is_like(&reason)) {
            Some(known) => known.subjects.extend(reason.subjects),
            None => reasons.push(reason),
        }
    }
    reasons.sort_by_key(|it| Reverse(it.verdict));
    let mut lines: Vec<String> = reasons.iter().map(|it| it.line(style)).collect();
    if lines.len() > REASONS_MAX {
        let rest = lines.len() - REASONS_MAX;
        lines.truncate(REASONS_MAX);
        lines.push(format!("and {rest} more"));
    }
    let unjudged = |in_part: bool| -> Vec<String> {
        let units = trial.units.iter().filter(|unit| unit.verdict == Verdict::Unknown);
        let units = units.filter(|unit| (unit.kind == UnitKind::Manifests) == in_part);
        units.map(|unit| words::unit(&unit.name, style)).collect::<BTreeSet<_>>().into_iter().collect()
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
        because.retain(|it| it.severity > Severity::Info && !it.latent);
        because.sort_by_key(|it| Reverse(it.severity));
        Self { verdict, subjects, unit, because }
    }

    /// What is left of it beside what a baseline knows; none where that is all.
    fn without_known(mut self, trial: &Trial) -> Option<Self> {
        let known = trial.comparison.as_ref().map_or(&[][..], |it| &it.known);
        let had = self.because.len();
        self.because.retain(|it| !known.iter().any(|known| known.id == it.id));
        if self.because.is_empty() && had > 0 {
            return None;
        }
        if self.because.len() < had && self.because[0].severity < Severity::Error {
            self.verdict = self.verdict.min(Verdict::AtRisk);
        }
        Some(self)
    }

    /// Whether the same finding is the worst for both.
    fn is_like(&self, other: &Self) -> bool {
        let worst = |it: &Self| it.because.first().map(|it| it.id.as_str());
        self.unit == other.unit && self.verdict == other.verdict && worst(self) == worst(other)
    }

    fn line(&self, style: &Style) -> String {
        let (place, verdict) = (words::unit(self.unit, style), words::verdict(self.verdict));
        let head = match &self.subjects[..] {
            [] => format!("{place}: {verdict}"),
            [only] if self.says(only) => verdict.to_owned(),
            subjects => format!("{} in {place}: {verdict}", some(subjects)),
        };
        let Some(first) = self.because.first() else { return head };
        // What else there is differs between several.
        let others = if self.subjects.len() > 1 { 0 } else { self.because.len() - 1 };
        let more = if others > 0 { format!(" and {others} more") } else { String::new() };
        format!("{head}: {} ({}){more}", first.message, at(first, style))
    }

    /// Whether the finding's own words name the subject, and its path the unit.
    fn says(&self, subject: &str) -> bool {
        let Some(first) = self.because.first() else { return false };
        let parent = first.primary.path.parent().unwrap_or_else(TreePath::top);
        let goes_on = |it: char| it.is_alphanumeric() || matches!(it, '-' | '.' | '_');
        let is_named = |at: usize| !first.message[at + subject.len()..].starts_with(goes_on);
        self.unit == format!("manifests:{parent}")
            && first.message.match_indices(subject).any(|(at, _)| is_named(at))
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

fn coverage(trial: &Trial, style: &Style) -> Vec<String> {
    let judged = coverage::judged(trial, |file| style.path(file));
    let mut lines = vec![format!("{judged} for Kubernetes {}", words::target(trial.target.kubernetes))];
    lines.extend(accepted::lines(trial));
    let skips = coverage::skips(trial);
    let more = skips.len().saturating_sub(SKIPS_MAX);
    lines.extend(skips.iter().take(SKIPS_MAX).map(|(reason, places)| skip_line(reason, places, style)));
    if more > 0 {
        lines.push(format!("not judged for {more} more reasons: `--format json` lists all"));
    }
    lines
}

fn skip_line(reason: &str, places: &[&Skipped], style: &Style) -> String {
    let names: Vec<String> = places.iter().map(|it| coverage::place(it, &style.name(&it.path))).collect();
    format!("not judged: {}: {reason}", some(&names))
}

/// What a person does now, the nearest first.
fn next(trial: &Trial) -> Vec<String> {
    let mut lines = Vec::new();
    let worst = trial.findings.iter().max_by_key(|it| (it.severity, Reverse(&it.primary.path)));
    if let Some(worst) = worst {
        lines.push(format!("`seatrial explain {}` says more about a check", worst.check.id));
    }
    if trial.summary.fixable > 0 {
        let fixes = words::count(trial.summary.fixable, "finding has a fix", "findings have a fix");
        lines.push(format!("{fixes}, which `--format json` and `--format sarif` carry"));
    }
    lines.extend(worst.filter(|it| it.severity > Severity::Info).map(|it| accepting(trial, it)));
    let has_strict = |checks: &[&CheckInfo]| checks.iter().any(|it| it.strictness == Strictness::Strict);
    let is_fine = matches!(trial.verdict, Verdict::Ready | Verdict::AtRisk);
    if is_fine && !has_strict(&trial.checks) && has_strict(&catalogue()) {
        lines.push("`--select default,strict` gives advice beyond what fails".to_owned());
    }
    lines
}

/// How to say that a finding is known.
fn accepting(trial: &Trial, worst: &Finding) -> String {
    if trial.findings.len() >= BASELINE_FROM && trial.comparison.is_none() {
        return "`--write-baseline FILE` accepts what is there today, `--baseline FILE` then shows what is new"
            .to_owned();
    }
    format!("`# seatrial: ignore[{}] reason` on its line or the one above accepts a finding", worst.check.id)
}
