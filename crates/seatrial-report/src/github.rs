//! Annotations of GitHub Actions for a trial.

use std::fmt::Write as _;

use seatrial_diagnostics::github::{SHOWN_MAX, annotations};
use seatrial_trial::Trial;

use crate::words;

/// Workflow commands: one for each finding, and one with the verdict.
pub fn github(trial: &Trial) -> String {
    annotations(&trial.findings, &trial.sources, &closing(trial))
}

fn closing(trial: &Trial) -> String {
    let summary = &trial.summary;
    let mut text = format!("{}: {}", words::verdict_of(trial), words::counts(trial));
    // The notice with these words is one of the ten.
    let hidden = [(summary.error, SHOWN_MAX), (summary.warning, SHOWN_MAX), (summary.info, SHOWN_MAX - 1)];
    let hidden: usize = hidden.iter().map(|(count, max)| count.saturating_sub(*max)).sum();
    if hidden > 0 {
        let _ =
            write!(text, "; {hidden} of them stand in the log only, as {SHOWN_MAX} of a kind are annotated");
    }
    let coverage = &trial.coverage;
    if coverage.rendered < coverage.found {
        let units = words::count(coverage.found, "unit", "units");
        let _ = write!(text, "; {} of {units} judged in full", coverage.rendered);
    }
    text
}
