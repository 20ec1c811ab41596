//! SARIF of a trial: its findings, and what was not judged as notifications.

use seatrial_diagnostics::Severity;
use seatrial_diagnostics::sarif::{Note, Run};
use seatrial_trial::{SkipCode, Skipped, Trial};

/// The findings as a SARIF 2.1.0 log.
pub fn sarif(trial: &Trial) -> String {
    let notes = trial.coverage.skipped.iter().map(note).collect();
    Run { findings: &trial.findings, sources: &trial.sources, notes }.text()
}

fn note(skipped: &Skipped) -> Note {
    Note {
        code: skipped.code.as_str().to_owned(),
        severity: severity(skipped.code),
        text: format!("not judged: {}", skipped.reason),
        path: Some(skipped.path.clone()),
        line: skipped.line,
    }
}

/// What may hide a failure is a warning; what is left out for good reason is not.
fn severity(code: SkipCode) -> Severity {
    match code {
        SkipCode::NotRendered
        | SkipCode::ForeignTemplate
        | SkipCode::Unreadable
        | SkipCode::Outside
        | SkipCode::Unparsable
        | SkipCode::Remote
        | SkipCode::Limit
        | SkipCode::NotEvaluated => Severity::Warning,
        SkipCode::Fixture
        | SkipCode::ServesOthers
        | SkipCode::Excluded
        | SkipCode::Vendored
        | SkipCode::NotAnObject
        | SkipCode::NotValidated
        | SkipCode::AssumedDefinition => Severity::Info,
    }
}
