//! What was looked at and what was not, in words that all texts share.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use seatrial_model::UnitKind;
use seatrial_source::TreePath;
use seatrial_trial::{Skipped, Trial, UnitVerdict};

use crate::words;

/// How much of what was found was judged in full; paths are written as `name` does.
pub(crate) fn judged(trial: &Trial, name: impl Fn(&TreePath) -> String) -> String {
    let is_whole = trial.coverage.rendered == trial.coverage.found;
    if let Some(file) = trial.coverage.file.as_ref().filter(|_| is_whole) {
        return format!("{} judged", name(file));
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

/// What was found when nothing of it could be judged.
pub(crate) fn nothing_judged(trial: &Trial) -> String {
    let found: Vec<String> = units_by_kind(trial)
        .into_iter()
        .map(|(kind, units)| words::count(units.len(), words::nouns(kind).0, words::nouns(kind).1))
        .collect();
    match &found[..] {
        [] => "nothing was judged: there is no manifest".to_owned(),
        _ if trial.coverage.skipped.is_empty() => {
            format!("nothing was judged: {} found, and nothing comes of it", found.join(", "))
        }
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

/// What was not judged, the reason with the most places first.
pub(crate) fn skips(trial: &Trial) -> Vec<(String, Vec<&Skipped>)> {
    let mut by_reason: BTreeMap<(&str, &str), Vec<&Skipped>> = BTreeMap::new();
    for skipped in &trial.coverage.skipped {
        by_reason.entry((skipped.code.as_str(), words::common(skipped))).or_default().push(skipped);
    }
    let mut skips: Vec<(String, Vec<&Skipped>)> = by_reason
        .into_iter()
        .map(|((_, common), places)| {
            // One place has its own reason, several what they have in common.
            let reason = if let [only] = &places[..] { &only.reason } else { common };
            (reason.to_owned(), places)
        })
        .collect();
    skips.sort_by_key(|(_, places)| Reverse(places.len()));
    skips
}

/// A path, as it is to be shown, with its line.
pub(crate) fn place(skipped: &Skipped, path: &str) -> String {
    let path = if path.is_empty() { "." } else { path };
    skipped.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}
