//! JUnit XML of a trial: a suite for each unit, with a case for each finding
//! and one for each workload that nothing speaks against.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seatrial_diagnostics::junit::{Case, Outcome, Suite, junit as document};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_trial::{Skipped, Trial, UnitVerdict, WorkloadVerdict};

/// The suite of what belongs to no unit.
const LOOSE: &str = "files";
/// The suite of what was not judged.
const SKIPPED: &str = "coverage";

/// The trial as JUnit XML. Findings of this severity or a worse one are
/// failures, so that they agree with the exit code; the others are passed
/// cases with their text as output.
pub fn junit(trial: &Trial, fails_from: Severity) -> String {
    let mut by_unit: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &trial.findings {
        let of_trial = finding.units.iter().find(|name| trial.units.iter().any(|unit| unit.name == **name));
        by_unit.entry(of_trial.map_or(LOOSE, String::as_str)).or_default().push(finding);
    }
    let loose = by_unit.remove(LOOSE).unwrap_or_default();
    let mut suites = Vec::new();
    for unit in &trial.units {
        let findings = by_unit.remove(unit.name.as_str()).unwrap_or_default();
        let mut cases = vec![judged(unit)];
        // Those that fail are told by their findings.
        let fails = |id: &String| trial.findings.iter().any(|it| it.severity >= fails_from && it.id == *id);
        let sound = unit.workloads.iter().filter(|it| !it.because.iter().any(fails));
        cases.extend(sound.map(|workload| passed(unit, workload)));
        cases.extend(findings.into_iter().map(|it| case(&unit.name, it, fails_from)));
        suites.push(Suite { name: unit.name.clone(), cases });
    }
    if !loose.is_empty() {
        let cases = loose.into_iter().map(|it| case(LOOSE, it, fails_from)).collect();
        suites.push(Suite { name: LOOSE.to_owned(), cases });
    }
    if !trial.coverage.skipped.is_empty() {
        let cases = trial.coverage.skipped.iter().map(skipped).collect();
        suites.push(Suite { name: SKIPPED.to_owned(), cases });
    }
    document(&suites)
}

/// Whether the unit was judged as a whole.
fn judged(unit: &UnitVerdict) -> Case {
    let outcome = if unit.is_judged {
        Outcome::Passed(None)
    } else {
        Outcome::Skipped("the unit could not be judged in full".to_owned())
    };
    Case {
        class: unit.name.clone(),
        name: "judged in full".to_owned(),
        file: Some(unit.path.to_string()),
        line: None,
        outcome,
    }
}

fn passed(unit: &UnitVerdict, workload: &WorkloadVerdict) -> Case {
    let object = &workload.object;
    let namespace = object.namespace.as_ref().map(|it| format!(" in namespace {it}"));
    let name = format!("{} {}{}", object.kind, object.name, namespace.unwrap_or_default());
    let outcome = if unit.is_judged {
        Outcome::Passed(None)
    } else {
        Outcome::Skipped(format!("its unit is {}", unit.verdict))
    };
    Case { class: unit.name.clone(), name, file: None, line: None, outcome }
}

fn case(class: &str, finding: &Finding, fails_from: Severity) -> Case {
    let outcome = if finding.severity >= fails_from {
        Outcome::Failed {
            kind: finding.check.id.to_owned(),
            message: finding.message.clone(),
            text: text(finding),
        }
    } else {
        Outcome::Passed(Some(text(finding)))
    };
    let path = finding.primary.path.to_string();
    Case {
        class: class.to_owned(),
        // The file keeps apart what two of them have in common; lines move.
        name: format!("{}: {} ({path})", finding.check.id, finding.message),
        line: Some(finding.primary.start.line),
        file: Some(path),
        outcome,
    }
}

/// Everything about a finding, a line each: some readers show nothing else.
fn text(finding: &Finding) -> String {
    let place = &finding.primary;
    let one_line = |text: &str| text.replace(['\n', '\r'], " ");
    let mut text = format!(
        "{}[{}]: {}\n{}:{}:{}",
        finding.severity,
        finding.check.id,
        one_line(&finding.message),
        one_line(place.path.as_str()),
        place.start.line,
        place.start.column
    );
    for related in &finding.related {
        let place = &related.place;
        let (path, line, label) = (one_line(place.path.as_str()), place.start.line, one_line(&related.label));
        let _ = write!(text, "\n{path}:{line}: {label}");
    }
    for step in &finding.derivation {
        let _ = write!(text, "\nbecause: {}", one_line(step));
    }
    if let Some(help) = &finding.help {
        let _ = write!(text, "\nhelp: {}", one_line(help));
    }
    text
}

fn skipped(skipped: &Skipped) -> Case {
    let path = skipped.path.to_string();
    Case {
        class: SKIPPED.to_owned(),
        name: if path.is_empty() { ".".to_owned() } else { path.clone() },
        line: skipped.line,
        outcome: Outcome::Skipped(format!("{}: {}", skipped.code.as_str(), skipped.reason)),
        file: Some(path),
    }
}
