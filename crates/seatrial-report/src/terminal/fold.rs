//! Which findings are printed in full when there are very many: the worst
//! first, of those that repeat each other a few, and of notes a handful.

use std::collections::BTreeMap;

use seatrial_diagnostics::{Finding, Severity};
use seatrial_source::TreePath;

/// Findings printed in full at most, unless more are asked for.
const SHOWN_MAX: usize = 200;
/// Notes printed in full at most, unless they are asked for.
const NOTES_MAX: usize = 5;
/// Findings of one file that say the same of different things before the rest
/// is named by line only.
const ALIKE_MAX: usize = 5;
/// The same in the whole tree, before the rest is named in a line each.
const ALIKE_IN_TREE_MAX: usize = 8;
/// Those of them that are printed in full.
const ALIKE_SHOWN: usize = 5;

/// A finding that is printed in full, with those that are folded into it.
pub(super) struct Entry<'a> {
    pub(super) finding: &'a Finding,
    /// Further down in the same file.
    pub(super) below: Vec<&'a Finding>,
    /// In other files, or also in others.
    pub(super) elsewhere: Vec<&'a Finding>,
}

/// The findings of one check and severity that are not printed.
pub(super) struct Rest<'a> {
    pub(super) severity: Severity,
    pub(super) check: &'static str,
    pub(super) first: &'a Finding,
    pub(super) count: usize,
}

/// The findings that are printed, the worst last, and those that are not.
pub(super) struct Shown<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) rest: Vec<Rest<'a>>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(findings: &'a [Finding], show: Option<Severity>) -> Self {
        let unfolded = |finding| Entry { finding, below: Vec::new(), elsewhere: Vec::new() };
        let mut entries: Vec<Entry<'_>> = match show {
            Some(_) => findings.iter().map(unfolded).collect(),
            None => fold_tree(fold_files(findings)),
        };
        entries.sort_by_key(|it| it.finding.severity);
        let notes = entries.partition_point(|it| it.finding.severity == Severity::Info);
        let bar = show.unwrap_or(if notes > NOTES_MAX { Severity::Warning } else { Severity::Info });
        let below_bar = entries.partition_point(|it| it.finding.severity < bar);
        let beyond = if show.is_some() { 0 } else { entries.len().saturating_sub(SHOWN_MAX) };
        let entries_shown = entries.split_off(below_bar.max(beyond));
        Self { entries: entries_shown, rest: rest(&entries) }
    }
}

/// What is not printed, by check, the worst last.
fn rest<'a>(entries: &[Entry<'a>]) -> Vec<Rest<'a>> {
    let mut by_check: BTreeMap<(Severity, &'static str), Rest<'a>> = BTreeMap::new();
    for entry in entries {
        let (severity, check) = (entry.finding.severity, entry.finding.check.id);
        let new = Rest { severity, check, first: entry.finding, count: 0 };
        by_check.entry((severity, check)).or_insert(new).count +=
            1 + entry.below.len() + entry.elsewhere.len();
    }
    by_check.into_values().collect()
}

/// Findings with what repeats them further down in the same file.
fn fold_files(findings: &[Finding]) -> Vec<Entry<'_>> {
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
    shown
        .map(|(at, finding)| Entry {
            finding,
            below: into.remove(&at).unwrap_or_default(),
            elsewhere: Vec::new(),
        })
        .collect()
}

/// Entries with what repeats them in other files, and what repeats that there.
fn fold_tree(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let mut alike: BTreeMap<(&str, Severity, Vec<&str>), Vec<usize>> = BTreeMap::new();
    for (at, it) in entries.iter().enumerate() {
        let key = (it.finding.check.id, it.finding.severity, skeleton(it.finding));
        alike.entry(key).or_default().push(at);
    }
    // By place: the last one of its kind that is shown.
    let mut into: BTreeMap<usize, usize> = BTreeMap::new();
    for group in alike.into_values().filter(|group| group.len() > ALIKE_IN_TREE_MAX) {
        let (shown, rest) = group.split_at(ALIKE_SHOWN);
        into.extend(rest.iter().map(|&at| (at, shown[shown.len() - 1])));
    }
    let mut folded: Vec<Entry<'_>> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if let Some(&place) = into.get(&at).and_then(|first| places.get(first)) {
            folded[place].elsewhere.push(entry.finding);
            folded[place].elsewhere.extend(entry.below);
        } else {
            places.insert(at, folded.len());
            folded.push(entry);
        }
    }
    folded
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
