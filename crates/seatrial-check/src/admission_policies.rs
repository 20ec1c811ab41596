//! The admission policies of the tree, as they are bound.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Place, Repository, UnitRole};
use seatrial_policy::validating_policy::{About, Action, Asked, Judged, Open, Policy};
use seatrial_schema::decode::untyped;
use seatrial_schema::rules::selectors;
use seatrial_schema::{By, Value};
use seatrial_source::Span;
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use crate::tree_state::{Stated, TreeState};

const GROUP: &str = "admissionregistration.k8s.io";
/// More objects with parameters than this are not tried.
const PARAMS_MAX: usize = 64;

/// A policy and what came of reading it.
#[derive(Debug)]
pub(crate) struct ReadPolicy<'a> {
    stated: &'a Object,
    policy: Result<Policy, String>,
}

/// All admission policies of the tree.
#[derive(Debug, Default)]
pub(crate) struct AdmissionPolicies<'a> {
    policies: Vec<ReadPolicy<'a>>,
    /// What a policy could not say, by its place: of the first object that it was
    /// asked about, and how many there are.
    unanswered: Mutex<BTreeMap<(Place, String), Subjects>>,
}

/// Objects with their titles.
type Subjects = BTreeSet<(Place, String)>;

/// Why what cannot be decoded is not evaluated.
const UNDECODED: &str = "a part of it is no value of its type";

/// A binding that counts for a unit, with its policy.
pub(crate) struct Bound<'a> {
    pub(crate) binding: &'a Stated<'a>,
    pub(crate) policy: &'a Object,
    pub(crate) action: Action,
    compiled: &'a Policy,
    params: Params,
}

/// The parameters that a policy is evaluated with.
enum Params {
    /// It has none.
    None,
    /// The objects that may be meant, with their names and namespaces.
    Some(Vec<(SmolStr, Option<SmolStr>, Value)>),
}

impl<'a> AdmissionPolicies<'a> {
    /// Compiles the policies that stand in the tree.
    pub(crate) fn of(repository: &'a Repository, state: &TreeState<'a>) -> Self {
        let objects = repository.bundles.iter().flat_map(|it| it.of_kind(GROUP, "ValidatingAdmissionPolicy"));
        let read = |object: &'a Object| {
            let value = state.decoded(object).map(|(value, _)| value);
            let policy = value.ok_or_else(|| UNDECODED.to_owned()).and_then(|it| Policy::read(&it));
            ReadPolicy { stated: object, policy }
        };
        Self { policies: objects.map(read).collect(), unanswered: Mutex::default() }
    }

    /// Why bindings are not evaluated, and where they stand.
    pub(crate) fn not_evaluated(
        &self,
        repository: &Repository,
        state: &TreeState<'_>,
    ) -> Vec<(Span, String)> {
        let bindings =
            repository.bundles.iter().flat_map(|it| it.of_kind(GROUP, "ValidatingAdmissionPolicyBinding"));
        let why = |binding: &Object| {
            let why = match state.all_stated().find(|it| std::ptr::eq(it.object, binding)) {
                Some(stated) => self.why_not(repository, state, binding.unit(), stated)?,
                None => format!("{} is not evaluated: {UNDECODED}", binding.title()),
            };
            Some((binding.span_at(&FieldPath::root()), why))
        };
        let mutating =
            repository.bundles.iter().flat_map(|it| it.of_kind(GROUP, "MutatingAdmissionPolicyBinding"));
        let mutating = mutating.map(|binding| {
            let why = format!("what {} changes in objects is not evaluated", binding.title());
            (binding.span_at(&FieldPath::root()), why)
        });
        let bound = bindings.filter_map(why).chain(mutating);
        bound.chain(self.unanswered(repository)).collect()
    }

    /// A line for each reason that a policy gave.
    fn unanswered(&self, repository: &Repository) -> Vec<(Span, String)> {
        let unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |((policy, why), objects): (&(Place, String), &Subjects)| {
            let policy = repository.object(*policy);
            let (_, first) = objects.first()?;
            let others = match objects.len() - 1 {
                0 => String::new(),
                1 => " and one other object".to_owned(),
                more => format!(" and {more} other objects"),
            };
            let why = format!("{} is not evaluated for {first}{others}: {why}", policy.title());
            Some((policy.span_at(&FieldPath::root()), why))
        };
        unanswered.iter().filter_map(line).collect()
    }

    /// Keeps what a policy could not say about a subject.
    pub(crate) fn remember(&self, policy: &Object, object: &Object, title: &str, why: &Open) {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let objects = unanswered.entry((place(policy), why.to_string())).or_default();
        objects.insert((place(object), title.to_owned()));
    }

    fn why_not(
        &self,
        repository: &Repository,
        state: &TreeState<'_>,
        unit: UnitId,
        binding: &Stated<'_>,
    ) -> Option<String> {
        let title = binding.object.title();
        let name = binding.value.at("spec").str("policyName");
        let undecoded = || {
            let named = self.policies.iter().find(|it| it.stated.name() == name && it.policy.is_err());
            named.filter(|_| state.at(unit, "ValidatingAdmissionPolicy", name).is_empty())
        };
        let Some(read) = self.read(state, unit, binding).or_else(undecoded) else {
            return Some(format!("the policy of {title} is not in the tree"));
        };
        let policy = match &read.policy {
            Ok(policy) => policy,
            Err(why) => return Some(format!("{} is not evaluated: {why}", read.stated.title())),
        };
        let Params::Some(params) = params(repository, unit, policy, &binding.value) else { return None };
        params.is_empty().then(|| format!("the parameters of {title} are not in the tree"))
    }

    fn read(&self, state: &TreeState<'_>, unit: UnitId, binding: &Stated<'_>) -> Option<&ReadPolicy<'a>> {
        let name = binding.value.at("spec").str("policyName");
        let [stated] = state.at(unit, "ValidatingAdmissionPolicy", name)[..] else { return None };
        self.policies.iter().find(|it| std::ptr::eq(it.stated, stated.object))
    }

    /// The bindings that count for the objects of a unit.
    pub(crate) fn bound<'s>(
        &'s self,
        repository: &Repository,
        state: &'s TreeState<'s>,
        unit: UnitId,
    ) -> Vec<Bound<'s>> {
        let bindings = state.each("ValidatingAdmissionPolicyBinding", unit);
        let bound = |binding: &'s Stated<'s>| {
            let read = self.read(state, unit, binding)?;
            let compiled = read.policy.as_ref().ok()?;
            let params = params(repository, unit, compiled, &binding.value);
            let action = Action::of(&binding.value)?;
            Some(Bound { binding, policy: read.stated, action, compiled, params })
        };
        bindings.into_iter().filter_map(bound).collect()
    }
}

impl Bound<'_> {
    /// What the policy says of an object, which the server also has in other versions.
    pub(crate) fn judge(&self, asked: Asked<'_>, others: &[SmolStr]) -> Judged {
        match self.compiled.is_about(&self.binding.value, asked, others) {
            About::No => return Judged::default(),
            About::Open(why) => return Judged { refused: Vec::new(), open: Some(why) },
            About::Yes => {}
        }
        let Params::Some(all) = &self.params else { return self.compiled.judge(asked, None) };
        let meant = all.iter().filter(|it| self.means(it, asked.request.namespace));
        meant.fold(Judged::default(), |mut sum, (_, _, params)| {
            let judged = self.compiled.judge(asked, Some(params));
            sum.refused.extend(judged.refused);
            sum.open = sum.open.or(judged.open);
            sum
        })
    }

    /// Whether an object with parameters is meant for objects of that namespace.
    fn means(&self, (name, own, value): &(SmolStr, Option<SmolStr>, Value), namespace: &str) -> bool {
        let reference = self.binding.value.at("spec").at("paramRef");
        let wanted = match reference.str("namespace") {
            "" => namespace,
            stated => stated,
        };
        let is_named = match reference.opt("selector") {
            Some(selector) => {
                selectors::is_empty(selector)
                    || selectors::matches(selector, value.at("metadata").at("labels"))
            }
            None => reference.str("name") == name,
        };
        is_named && own.as_deref().is_none_or(|own| own == wanted)
    }
}

/// The objects of the kind that holds a policy's parameters: those of the unit,
/// or those of one other.
fn params(repository: &Repository, unit: UnitId, policy: &Policy, binding: &Value) -> Params {
    let Some((api_version, kind)) = policy.params().filter(|_| binding.at("spec").has("paramRef")) else {
        return Params::None;
    };
    let (group, _) = api_version.split_once('/').unwrap_or(("", api_version));
    let own: Vec<_> = repository.bundle(unit).of_kind(group, kind).collect();
    let is_meant = |it: &&Object| it.api_version() == api_version;
    let lends = |it: &&Object| repository.unit(it.unit()).role != UnitRole::Base;
    let mut all: Vec<_> = own.into_iter().filter(is_meant).collect();
    if all.is_empty() {
        let others = repository.bundles.iter().flat_map(|it| it.of_kind(group, kind));
        all = others.filter(is_meant).filter(lends).take(PARAMS_MAX).collect();
        if all.iter().any(|it| it.unit() != all[0].unit()) {
            all.clear();
        }
    }
    let read = |it: &Object| (SmolStr::new(it.name()), it.namespace().map(SmolStr::new), untyped(it.root()));
    Params::Some(all.into_iter().take(PARAMS_MAX).map(read).collect())
}

/// Whether no policy is asked about an object.
pub(crate) fn is_exempt(object: &Object) -> bool {
    object.group() == GROUP && object.kind().contains("AdmissionPolicy")
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}

/// A pod as the server holds it once its service account is filled in.
pub(crate) fn with_account(mut pod: Value) -> Value {
    let spec = pod.struct_mut("spec");
    if spec.str("serviceAccountName").is_empty() {
        spec.set("serviceAccountName", SmolStr::new_static("default"), By::Server);
    }
    pod
}
