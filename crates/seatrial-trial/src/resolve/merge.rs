//! One defect that several units show is one finding.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Finding, Notice, ObjectName, Place, UnitId};
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
            span: finding.primary.span,
            check: finding.check.id,
            field: field_of(finding).to_owned(),
        }
    }

    /// By the line: all that is known of what a set fills in.
    pub(super) fn of_line(finding: &Finding) -> Self {
        let Place { span, start, .. } = &finding.primary;
        Self { span: Span::new(span.file, start.line, 0), ..Self::of(finding) }
    }
}

/// The sets of a tree and what they fill in.
pub(super) struct Sets<'a> {
    repository: &'a Repository,
    /// By the unit of what a set fills in: where the set stands.
    fillers: FxHashMap<UnitId, Span>,
}

/// What a finding has to do with an `ApplicationSet`, which stands there.
pub(super) enum OfSet {
    /// It is about the set.
    Set(Span),
    /// It is about an Application that the set fills in.
    Filled(Span),
}

impl<'a> Sets<'a> {
    pub(super) fn new(repository: &'a Repository) -> Self {
        let sets: FxHashSet<Span> = repository.facts.filled_sets.iter().copied().collect();
        let deliveries = repository.facts.deliveries.iter().filter(|it| sets.contains(&it.by));
        Self { repository, fillers: deliveries.map(|it| (it.unit, it.by)).collect() }
    }

    pub(super) fn of(&self, draft: &Draft<'_>) -> Option<OfSet> {
        let subject = draft.subject?;
        if is_of(&draft.finding, "ApplicationSet") {
            let object = self.repository.bundle(subject.unit).object(subject.object);
            return Some(OfSet::Set(object.span()));
        }
        let set = self.fillers.get(&subject.unit).filter(|_| is_of(&draft.finding, "Application"))?;
        Some(OfSet::Filled(*set))
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

/// Whether it is about an object of Argo CD of this kind.
fn is_of(finding: &Finding, kind: &str) -> bool {
    let is_one = |it: &ObjectName| it.kind == kind && it.api_version.starts_with("argoproj.io/");
    finding.object.as_ref().is_some_and(is_one)
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
        let Finding { severity, latent, .. } = draft.finding;
        (Reverse(severity), latent, Reverse(is_of_set), rank(draft.unit, repository))
    });
    let mut drafts = drafts.into_iter();
    let first = drafts.next()?;
    let unproven = first.unproven;
    let mut merged = Resolved {
        finding: first.finding,
        subjects: first.subject.into_iter().collect(),
        lacks: first.lacks.map(ToOwned::to_owned),
    };
    for draft in drafts {
        let finding = &mut merged.finding;
        let is_filled_in = is_of(finding, "ApplicationSet") && is_of(&draft.finding, "Application");
        if draft.finding.message != finding.message && !is_filled_in {
            let also = format!("also: {}", draft.finding.message);
            if !finding.derivation.contains(&also) {
                finding.derivation.push(also);
            }
        }
        finding.latent &= draft.finding.latent;
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
