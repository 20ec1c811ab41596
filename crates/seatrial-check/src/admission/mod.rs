//! What the policies of the tree say of its objects, worked out once for each
//! unit: checks tell what is refused, coverage tells what has no answer.

mod gatekeeper;
mod kyverno;
mod mutations;
mod native;
mod refusal;
mod subjects;
mod unanswered;
mod webhooks;

use std::sync::OnceLock;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Place, Repository, UnitRole};
use seatrial_policy::Objection;
use seatrial_source::Span;
use seatrial_yaml::FieldPath;

use crate::review::Reviews;
use crate::tree_state::TreeState;
pub(crate) use mutations::Changes;
use mutations::Mutations;
pub(crate) use refusal::{Family, Refusal};
pub(crate) use subjects::Held;
use subjects::Subject;
use unanswered::Unanswered;

/// The policies of the tree, and what they said so far.
#[derive(Debug, Default)]
pub(crate) struct Admission<'a> {
    native: native::AdmissionPolicies<'a>,
    gatekeeper: gatekeeper::Constraints<'a>,
    kyverno: kyverno::KyvernoPolicies<'a>,
    mutations: Mutations<'a>,
    units: Vec<OnceLock<Answers>>,
}

/// What stands around the objects that are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Around<'s, 'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) state: &'s TreeState<'a>,
    pub(crate) reviews: &'s Reviews,
}

/// What the policies say of the objects of a unit.
#[derive(Debug, Default)]
struct Answers {
    refusals: Vec<Refusal>,
    open: Unanswered,
}

/// One object, or the pods that it makes, as policies are asked about it.
struct Asking<'s, 'a> {
    object: &'a Object,
    subject: Subject<'s>,
}

impl<'a> Admission<'a> {
    /// Reads the policies that stand in the tree.
    pub(crate) fn of(repository: &'a Repository, state: &TreeState<'a>) -> Self {
        Self {
            native: native::AdmissionPolicies::of(repository, state),
            gatekeeper: gatekeeper::Constraints::of(repository),
            kyverno: kyverno::KyvernoPolicies::of(repository),
            mutations: Mutations::of(repository),
            units: std::iter::repeat_with(OnceLock::new).take(repository.units.len()).collect(),
        }
    }

    /// What policies of a family have against the objects of a unit.
    pub(crate) fn refusals<'s>(
        &'s self,
        around: Around<'s, 'a>,
        unit: UnitId,
        family: Family,
    ) -> impl Iterator<Item = &'s Refusal> {
        let all = self.answers(around, unit).map_or(&[][..], |it| &it.refusals);
        all.iter().filter(move |it| it.family == family)
    }

    /// What may change an object before it is looked at.
    pub(crate) fn changes(&self, around: Around<'_, 'a>, object: &Object) -> Changes<'a> {
        self.mutations.of_object(around.state, object)
    }

    fn answers<'s>(&'s self, around: Around<'s, 'a>, unit: UnitId) -> Option<&'s Answers> {
        let slot = self.units.get(unit.0 as usize)?;
        Some(slot.get_or_init(|| self.judge(around, unit)))
    }

    fn judge(&self, around: Around<'_, 'a>, unit: UnitId) -> Answers {
        let mut answers = Answers::default();
        let is_asked = self.native.has_bindings() || !self.gatekeeper.is_empty() || !self.kyverno.is_empty();
        if !is_asked || around.repository.unit(unit).role == UnitRole::Base {
            return answers;
        }
        let all = Self::asking(around, unit);
        self.native.judge(around, unit, &all, &mut answers);
        self.gatekeeper.judge(around, unit, &all, &mut answers);
        self.kyverno.judge(around, unit, &all, &mut answers);
        answers
    }

    fn asking<'s>(around: Around<'s, 'a>, unit: UnitId) -> Vec<Asking<'s, 'a>> {
        let both = |object: &'a Object| {
            let both = [around.subject_of(object), Subject::pods_of(around.state, object)];
            both.into_iter().flatten().map(move |subject| Asking { object, subject })
        };
        around.repository.bundle(unit).objects().iter().flat_map(both).collect()
    }

    /// What of the policies says nothing here, with places and reasons.
    pub(crate) fn not_evaluated(&self, around: Around<'_, 'a>) -> Vec<(Span, String)> {
        let mut open = Unanswered::default();
        for unit in &around.repository.units {
            if let Some(answers) = self.answers(around, unit.id) {
                open.extend(&answers.open);
            }
        }
        let mut all = self.native.not_evaluated(around);
        all.extend(self.gatekeeper.not_evaluated());
        all.extend(self.kyverno.not_evaluated());
        all.extend(self.mutations.not_evaluated());
        all.extend(webhooks::not_evaluated(around.repository));
        all.extend(open.lines(around.repository));
        all.extend(around.state.unclear(around.repository).into_iter().map(|it| {
            let title = it.title();
            (it, format!("several units state {title} differently: it only counts for their own objects"))
        }));
        all.into_iter().map(|(object, why)| (object.span_at(&FieldPath::root()), why)).collect()
    }
}

impl<'s, 'a> Around<'s, 'a> {
    /// What policies are asked about an object: itself.
    fn subject_of(&self, object: &'a Object) -> Option<Subject<'s>> {
        match self.reviews.held(self.repository, object) {
            Some(held) => Some(Subject::held(self.state, object, held)),
            None => Subject::of(self.state, object),
        }
    }
}

impl Answers {
    fn refuse(
        &mut self,
        around: Around<'_, '_>,
        family: Family,
        asking: &Asking<'_, '_>,
        objection: Objection,
        stated: &[&Object],
    ) {
        self.refusals.push(Refusal::new(around, family, asking, objection, stated));
    }
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}
