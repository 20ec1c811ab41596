//! Which findings are printed in full when there are very many: the worst
//! first, and of those that repeat each other a few.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use seatrial_diagnostics::{Finding, Severity};
use seatrial_source::TreePath;

/// Findings printed in full at most.
const SHOWN_MAX: usize = 200;
/// Findings of one file that say the same of different things before the rest
/// is named by line only.
const ALIKE_MAX: usize = 5;

/// The findings that are printed, in their order, and how many are not.
pub(super) struct Shown<'a> {
    /// Each with those that are folded into it.
    pub(super) findings: Vec<(&'a Finding, Vec<&'a Finding>)>,
    /// The rest: worst first, then by check.
    pub(super) rest: Vec<(Severity, &'static str, usize)>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(findings: &'a [Finding]) -> Self {
        let folded = folded(findings);
        let mut by_severity: Vec<usize> = (0..folded.len()).collect();
        by_severity.sort_by_key(|&at| Reverse(folded[at].0.severity));
        let hidden = by_severity.split_off(by_severity.len().min(SHOWN_MAX));
        let mut rest: BTreeMap<(Reverse<Severity>, &'static str), usize> = BTreeMap::new();
        for (first, others) in hidden.into_iter().map(|at| &folded[at]) {
            *rest.entry((Reverse(first.severity), first.check.id)).or_default() += 1 + others.len();
        }
        by_severity.sort_unstable();
        let mut wanted = by_severity.into_iter().peekable();
        let all = folded.into_iter().enumerate();
        let shown = all.filter(|(at, _)| wanted.next_if_eq(at).is_some()).map(|(_, it)| it);
        Self {
            findings: shown.collect(),
            rest: rest.into_iter().map(|((severity, check), count)| (severity.0, check, count)).collect(),
        }
    }
}

/// Findings with what repeats them further down in the same file.
fn folded(findings: &[Finding]) -> Vec<(&Finding, Vec<&Finding>)> {
    let mut alike: BTreeMap<(&TreePath, &str, Severity, Vec<&str>), Vec<usize>> = BTreeMap::new();
    for (at, it) in findings.iter().enumerate() {
        let key = (&it.primary.path, it.check.id, it.severity, skeleton(it));
        alike.entry(key).or_default().push(at);
    }
    let mut into: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    let mut is_folded = vec![false; findings.len()];
    for group in alike.into_values().filter(|group| group.len() > ALIKE_MAX) {
        let (shown, rest) = group.split_at(ALIKE_MAX - 1);
        into.insert(shown[shown.len() - 1], rest.iter().map(|&at| &findings[at]).collect());
        for &at in rest {
            is_folded[at] = true;
        }
    }
    let shown = findings.iter().enumerate().filter(|(at, _)| !is_folded[*at]);
    shown.map(|(at, it)| (it, into.remove(&at).unwrap_or_default())).collect()
}

/// The words of a message without the names and values in it: those of
/// anything but small letters, and those that follow a kind.
fn skeleton(finding: &Finding) -> Vec<&str> {
    let mut after_kind = false;
    let mut words = Vec::new();
    for word in finding.message.split_whitespace() {
        let is_plain = word.bytes().all(|it| it.is_ascii_lowercase() || matches!(it, b',' | b'\''));
        if is_plain && !after_kind {
            words.push(word);
        }
        after_kind = word.starts_with(|it: char| it.is_ascii_uppercase()) && !word.ends_with(',');
    }
    words
}
