//! One defect that several units show is one finding.

use std::cmp::Reverse;

use seatrial_diagnostics::{Finding, Notice, UnitId};
use seatrial_model::{Repository, UnitRole};
use seatrial_source::{Span, TreePath};

use super::{Draft, Resolved};

/// Findings with equal keys are the same defect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    path: TreePath,
    span: Span,
    check: &'static str,
    field: String,
}

impl Key {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            path: finding.primary.path.clone(),
            span: span_of(finding),
            check: finding.check.id,
            field: field_of(finding).to_owned(),
        }
    }
}

/// The field as it stands in what is made: a set's template is a part of each
/// of its Applications.
fn field_of(finding: &Finding) -> &str {
    let field = finding.field.as_str();
    if is_of(finding, "ApplicationSet") {
        field.strip_prefix("spec.template.").unwrap_or(field)
    } else {
        field
    }
}

/// Where it stands: of what a set fills in, the line is known.
fn span_of(finding: &Finding) -> Span {
    let span = finding.primary.span;
    let is_filled_in = is_of(finding, "ApplicationSet") || is_of(finding, "Application");
    if is_filled_in { Span::new(span.file, finding.primary.start.line, 0) } else { span }
}

fn is_of(finding: &Finding, kind: &str) -> bool {
    finding.object.as_ref().is_some_and(|it| it.kind == kind)
}

/// The gravest finding, of the first deployed unit, with the units of all. What
/// others say differently is kept as a derivation.
///
/// Comes with the notice whose change is to be the finding's repair.
pub(super) fn merge<'n>(
    mut drafts: Vec<Draft<'n>>,
    repository: &Repository,
) -> Option<(Resolved, Option<&'n Notice>)> {
    drafts.sort_by_key(|draft| {
        let is_of_set = is_of(&draft.finding, "ApplicationSet");
        (Reverse(draft.finding.severity), Reverse(is_of_set), rank(draft.unit, repository))
    });
    let mut drafts = drafts.into_iter();
    let first = drafts.next()?;
    let unproven = first.unproven;
    let mut merged = Resolved { finding: first.finding, subjects: first.subject.into_iter().collect() };
    for draft in drafts {
        let finding = &mut merged.finding;
        let is_filled_in = is_of(finding, "ApplicationSet") && is_of(&draft.finding, "Application");
        if draft.finding.message != finding.message && !is_filled_in {
            let also = format!("also: {}", draft.finding.message);
            if !finding.derivation.contains(&also) {
                finding.derivation.push(also);
            }
        }
        finding.units.extend(draft.finding.units);
        merged.subjects.extend(draft.subject);
    }
    merged.finding.units.sort();
    merged.finding.units.dedup();
    merged.subjects.sort();
    merged.subjects.dedup();
    Some((merged, unproven))
}

/// Deployed units before the others, each in order.
fn rank(unit: Option<UnitId>, repository: &Repository) -> (bool, Option<UnitId>) {
    let is_deployed = unit.is_some_and(|unit| repository.unit(unit).role == UnitRole::Deployed);
    (!is_deployed, unit)
}
