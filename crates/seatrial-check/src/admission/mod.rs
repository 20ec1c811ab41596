//! What the policies of the tree say of its objects, worked out once for each
//! unit: checks tell what is refused, coverage tells what has no answer.

mod gatekeeper;
mod known;
mod kyverno;
mod mutations;
mod native;
mod refusal;
mod spoken_of;
mod subjects;
mod unanswered;
mod webhooks;

use std::sync::OnceLock;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Place, Repository, UnitKind, UnitRole};
use seatrial_policy::policies::{Answer, Question, Said};
use seatrial_policy::{Family, Objection, Policies};
use seatrial_source::Span;
use seatrial_yaml::FieldPath;

use crate::review::Reviews;
use crate::tree_state::TreeState;
use gatekeeper::Constraints;
use known::Known;
pub(crate) use mutations::Changes;
use mutations::Mutations;
pub(crate) use refusal::Refusal;
pub(crate) use subjects::Held;
use subjects::Subject;
use unanswered::Unanswered;

/// The policies of the tree, and what they said so far.
#[derive(Debug, Default)]
pub(crate) struct Admission<'a> {
    native: native::AdmissionPolicies<'a>,
    gatekeeper: Constraints<'a>,
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
            gatekeeper: Constraints::of(repository),
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
        if around.repository.unit(unit).role == UnitRole::Base {
            return answers;
        }
        let (mut native, holders) = self.native.bound(around, unit);
        let mut constraints = self.gatekeeper.bound(unit);
        let mut kyverno = self.kyverno.bound(unit);
        let is_in_force = |it: &Object| is_in_force(around.repository, it, unit);
        native.retain(|(_, stated)| stated.iter().all(|it| is_in_force(it)));
        constraints.retain(|(_, stated)| stated.iter().all(|it| is_in_force(it)));
        kyverno.retain(|(_, stated)| is_in_force(stated));
        if native.is_empty() && constraints.is_empty() && kyverno.is_empty() {
            return answers;
        }
        let known = Known::of(&holders, || self.kyverno.config_maps(unit));
        let inventory = Constraints::inventory(&constraints, around.repository, unit);
        let policies = Policies {
            native: native.iter().map(|(it, _)| *it).collect(),
            constraints: constraints.iter().map(|(it, _)| *it).collect(),
            exempt: self.gatekeeper.exempt(),
            inventory: Some(&inventory),
            kyverno: kyverno.iter().map(|(it, _)| *it).collect(),
            exceptions: self.kyverno.exceptions(unit),
            mutations: Vec::new(),
        };
        let all = Self::asking(around, unit);
        for Answer { family, policy, object, said } in ask(around, &all, &policies, &known) {
            let stated = match family {
                Family::Native => &native[policy].1[..],
                Family::Gatekeeper => &constraints[policy].1[..],
                Family::Kyverno => std::slice::from_ref(&kyverno[policy].1),
            };
            match said {
                Said::Objects(it) => answers.refuse(around, family, &all[object], *it, stated),
                Said::Nothing { rule, why } => answers.open.add(stated[0], &rule, &all[object], why),
            }
        }
        answers
    }

    fn asking<'s>(around: Around<'s, 'a>, unit: UnitId) -> Vec<Asking<'s, 'a>> {
        let both = |object: &'a Object| {
            let both = [around.subject_of(object), Subject::pods_of(around.state, object)];
            both.into_iter().flatten().map(move |subject| Asking { object, subject })
        };
        around.repository.bundle(unit).objects().iter().flat_map(both).collect()
    }

    /// The policies that nothing deploys, told at the first of them.
    fn set_aside(&self, repository: &'a Repository) -> Option<(&'a Object, String)> {
        let stated = self.native.stated().chain(self.gatekeeper.stated()).chain(self.kyverno.stated());
        let is_sample = |it: &&'a Object| {
            let unit = repository.unit(it.unit());
            unit.role == UnitRole::Candidate && unit.kind == UnitKind::Manifests
        };
        let mut samples: Vec<&'a Object> = stated.filter(is_sample).collect();
        samples.sort_by_key(|it| (it.unit(), it.id()));
        let first = *samples.first()?;
        let others = match samples.len() - 1 {
            0 => String::new(),
            1 => " (nor one other policy)".to_owned(),
            count => format!(" (nor {count} other policies)"),
        };
        let title = first.title();
        Some((first, format!("nothing in the tree deploys {title}{others}: no object is held against it")))
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
        all.extend(self.set_aside(around.repository));
        all.extend(webhooks::not_evaluated(around.repository));
        all.extend(open.lines(around.repository));
        all.extend(around.state.unclear(around.repository).into_iter().map(|it| {
            let title = it.title();
            (it, format!("several units state {title} differently: it only counts for their own objects"))
        }));
        all.extend(around.state.uncounted());
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

/// Whether a policy may be in force where a unit is: nothing deploys those of samples,
/// and each of them stands for itself.
fn is_in_force(repository: &Repository, policy: &Object, unit: UnitId) -> bool {
    let own = repository.unit(policy.unit());
    own.role != UnitRole::Candidate || own.id == unit && own.kind != UnitKind::Manifests
}

/// What policies say of objects, and of the pods that they make.
fn ask(
    around: Around<'_, '_>,
    all: &[Asking<'_, '_>],
    policies: &Policies<'_>,
    known: &Known<'_>,
) -> Vec<Answer> {
    let is_made = |asking: &Asking<'_, '_>| !asking.subject.base.is_empty();
    let others = |asking: &Asking<'_, '_>| match asking {
        _ if is_made(asking) => Vec::new(),
        _ => around.reviews.other_versions(around.repository, asking.object),
    };
    let others: Vec<_> = all.iter().map(others).collect();
    let requests: Vec<_> = all.iter().map(|it| it.subject.request()).collect();
    let questions: Vec<_> = all
        .iter()
        .zip(&requests)
        .zip(&others)
        .map(|((asking, request), others)| Question {
            asked: asking.subject.asked(request),
            others,
            is_made: is_made(asking),
        })
        .collect();
    policies.judge(&questions, known)
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}
