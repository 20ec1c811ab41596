//! Policies of the tree that change objects. What they change is not worked out;
//! what another policy refuses may be mended by one of them.

use std::fmt;

use seatrial_diagnostics::{Location, Notice, Role, Severity};
use seatrial_model::{Object, Repository, UnitRole};
use seatrial_policy::{MUTATION_GROUP, Mutation, Touched};
use seatrial_schema::decode::untyped;
use seatrial_yaml::FieldPath;

use super::subjects::Subject;
use crate::lending::Lending;
use crate::review::location;
use crate::tree_state::TreeState;

const GROUP: &str = "admissionregistration.k8s.io";
const EXPANSION_GROUP: &str = "expansion.gatekeeper.sh";
/// More of them than this are taken to be about nothing.
const MUTATIONS_MAX: usize = 1_000;

/// All of the tree.
#[derive(Default)]
pub(super) struct Mutations<'a> {
    all: Vec<(&'a Object, Mutation)>,
    lending: Lending<'a>,
    /// What says nothing here, and why.
    open: Vec<(&'a Object, String)>,
}

impl fmt::Debug for Mutations<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Mutations").field("count", &self.all.len()).finish_non_exhaustive()
    }
}

/// What may change an object before others look at it.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    /// With the fields of the object, or of the pods below a path.
    all: Vec<(&'a Object, FieldPath, Touched)>,
}

impl<'a> Mutations<'a> {
    pub(super) fn of(repository: &'a Repository) -> Self {
        let mut all: Vec<_> = repository
            .in_groups(|group| group == MUTATION_GROUP || group.ends_with("kyverno.io"))
            .filter_map(|it| Some((it, Mutation::read(&untyped(it.root()))?)))
            .collect();
        all.extend(bound(repository));
        all.truncate(MUTATIONS_MAX);
        let objects: Vec<_> = all.iter().map(|(object, _)| *object).collect();
        let lending = Lending::of(repository, &objects);
        let open = repository.in_groups(|group| [GROUP, MUTATION_GROUP, EXPANSION_GROUP].contains(&group));
        let open = open.filter_map(|it| Some((it, why_open(it)?))).collect();
        Self { all, lending, open }
    }

    /// What may change an object, or the pods that it makes.
    pub(super) fn of_object(&self, state: &TreeState<'_>, object: &Object) -> Changes<'a> {
        if self.all.is_empty() {
            return Changes::default();
        }
        let subjects = [Subject::of(state, object), Subject::pods_of(state, object)];
        let counting = self.lending.counting(object.unit());
        let mut changes = Changes::default();
        for subject in subjects.iter().flatten() {
            let request = subject.request();
            for (policy, mutation) in counting.iter().map(|&at| &self.all[at]) {
                if let Some(touched) = mutation.may_change(subject.asked(&request)) {
                    changes.all.push((*policy, subject.base.clone(), touched));
                }
            }
        }
        changes
    }

    /// What is never worked out.
    pub(super) fn not_evaluated(&self) -> Vec<(&'a Object, String)> {
        self.open.clone()
    }
}

impl Changes<'_> {
    /// What is refused may be mended before: then it is no error, and said.
    pub(crate) fn weigh(&self, notice: Notice) -> Notice {
        let Location::Field { path: at, .. } = &notice.at else { return notice };
        let mends = |(_, base, touched): &&(&Object, FieldPath, Touched)| {
            at.strip_prefix(base).is_some_and(|below| touched.includes(&below))
        };
        let Some((policy, ..)) = self.all.iter().find(mends) else { return notice };
        if notice.severity != Severity::Error {
            return notice;
        }
        let why = format!("{} may change it before: what it makes of it is not worked out", policy.title());
        notice.at_most(Severity::Warning).because(why).related(
            location(policy, &FieldPath::root()),
            Role::Reference,
            "what may change it is here",
        )
    }
}

/// The bindings whose policy stands in the tree.
fn bound(repository: &Repository) -> Vec<(&Object, Mutation)> {
    let all = |kind: &'static str| repository.of_kind(GROUP, kind);
    let read = |binding: &'_ Object| {
        let value = untyped(binding.root());
        let name = value.at("spec").str("policyName").to_owned();
        let policies = || all("MutatingAdmissionPolicy").filter(|it| it.name() == name);
        let lends = |it: &&Object| repository.unit(it.unit()).role != UnitRole::Base;
        let policy = policies().find(|it| it.unit() == binding.unit()).or_else(|| policies().find(lends))?;
        Some(Mutation::bound(untyped(policy.root()), value))
    };
    all("MutatingAdmissionPolicyBinding").filter_map(|it| Some((it, read(it)?))).collect()
}

/// Why an object that changes or makes others is not evaluated.
fn why_open(object: &Object) -> Option<String> {
    let title = object.title();
    match (object.group(), object.kind()) {
        (GROUP, "MutatingAdmissionPolicyBinding") | (MUTATION_GROUP, _) => {
            Some(format!("what {title} changes in objects is not evaluated"))
        }
        (EXPANSION_GROUP, _) => {
            Some(format!("{title} is not evaluated: what it makes of objects is not worked out"))
        }
        _ => None,
    }
}
