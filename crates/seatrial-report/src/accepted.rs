//! What is found and not shown: accepted beforehand, or known from a baseline.

use seatrial_diagnostics::terminal::plain;
use seatrial_trial::Trial;

use crate::words;

/// Entries that are named before the rest is only counted.
const GONE_MAX: usize = 3;

pub(crate) fn lines(trial: &Trial) -> Vec<String> {
    let comparison = trial.comparison.as_ref();
    let known = comparison.map_or(0, |it| it.known.len());
    let mut lines = Vec::new();
    if trial.summary.suppressed > known {
        lines.push(format!("{} accepted by ignore entries and not shown", trial.summary.suppressed - known));
    }
    if known > 0 {
        lines.push(format!("{known} known from the baseline and not shown; the verdict counts them"));
    }
    let gone = comparison.map_or(&[][..], |it| &it.gone);
    if !gone.is_empty() {
        let is_or_are = if gone.len() == 1 { "is" } else { "are" };
        let entries = words::count(gone.len(), "entry", "entries");
        let named: Vec<String> = gone
            .iter()
            .take(GONE_MAX)
            .map(|it| format!("{} in {}", plain(it.check()), plain(it.path())))
            .collect();
        let more = if gone.len() > GONE_MAX { ", ..." } else { "" };
        let named = named.join(", ");
        lines.push(format!("{entries} of the baseline {is_or_are} no longer found: {named}{more}"));
    }
    lines
}
