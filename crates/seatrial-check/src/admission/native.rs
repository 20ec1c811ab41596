//! The `ValidatingAdmissionPolicies` of the tree, as they are bound.

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository, UnitRole};
use seatrial_policy::validating_policy::{About, Asked, Judged, Policy};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use seatrial_schema::rules::selectors;
use smol_str::SmolStr;

use super::{Answers, Around, Asking, Family};
use crate::tree_state::{Stated, TreeState};

const GROUP: &str = "admissionregistration.k8s.io";
const POLICY: &str = "ValidatingAdmissionPolicy";
const BINDING: &str = "ValidatingAdmissionPolicyBinding";
/// More objects with parameters than this are not tried.
const PARAMS_MAX: usize = 64;
/// Why what cannot be decoded is not evaluated.
const UNDECODED: &str = "a part of it is no value of its type";

/// A policy and what came of reading it.
#[derive(Debug)]
struct ReadPolicy<'a> {
    stated: &'a Object,
    policy: Result<Policy, String>,
}

/// All of the tree.
#[derive(Debug, Default)]
pub(super) struct AdmissionPolicies<'a> {
    policies: Vec<ReadPolicy<'a>>,
    bindings: Vec<&'a Object>,
}

/// A binding that counts for a unit, with its policy.
struct Bound<'s, 'a> {
    binding: &'s Stated<'a>,
    policy: &'a Object,
    compiled: &'s Policy,
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
    pub(super) fn of(repository: &'a Repository, state: &TreeState<'a>) -> Self {
        let objects =
            |kind: &'static str| repository.bundles.iter().flat_map(move |it| it.of_kind(GROUP, kind));
        let read = |object: &'a Object| {
            let value = state.decoded(object).map(|(value, _)| value);
            let policy = value.ok_or_else(|| UNDECODED.to_owned()).and_then(|it| Policy::read(&it));
            ReadPolicy { stated: object, policy }
        };
        Self { policies: objects(POLICY).map(read).collect(), bindings: objects(BINDING).collect() }
    }

    pub(super) fn has_bindings(&self) -> bool {
        !self.bindings.is_empty()
    }

    /// What they say of the objects of a unit.
    pub(super) fn judge(
        &self,
        around: Around<'_, 'a>,
        unit: UnitId,
        all: &[Asking<'_, 'a>],
        answers: &mut Answers,
    ) {
        let bound = self.bound(around, unit);
        if bound.is_empty() {
            return;
        }
        for asking in all.iter().filter(|it| !is_exempt(it.object)) {
            let request = asking.subject.request();
            let asked = asking.subject.asked(&request);
            let others = if asking.subject.base.is_empty() {
                around.reviews.other_versions(around.repository, asking.object)
            } else {
                Vec::new()
            };
            for it in &bound {
                let Judged { refused, open } = it.judge(asked, &others);
                for objection in it.compiled.objections(&it.binding.value, refused) {
                    let stated = [it.policy, it.binding.object];
                    answers.refuse(around, Family::Native, asking, objection, &stated);
                }
                if let Some(why) = open {
                    answers.open.add(it.policy, "", asking, why.to_string());
                }
            }
        }
    }

    /// Why bindings are not evaluated.
    pub(super) fn not_evaluated(&self, around: Around<'_, 'a>) -> Vec<(&'a Object, String)> {
        let why = |binding: &'a Object| {
            let why = match around.state.all_stated().find(|it| std::ptr::eq(it.object, binding)) {
                Some(stated) => self.why_not(around.repository, around.state, binding.unit(), stated)?,
                None => format!("{} is not evaluated: {UNDECODED}", binding.title()),
            };
            Some((binding, why))
        };
        self.bindings.iter().filter_map(|it| why(it)).collect()
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
            named.filter(|_| state.at(unit, POLICY, name).is_empty())
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
        let [stated] = state.at(unit, POLICY, name)[..] else { return None };
        self.policies.iter().find(|it| std::ptr::eq(it.stated, stated.object))
    }

    /// The bindings that count for the objects of a unit.
    fn bound<'s>(&'s self, around: Around<'s, 'a>, unit: UnitId) -> Vec<Bound<'s, 'a>> {
        let bound = |binding: &'s Stated<'a>| {
            let read = self.read(around.state, unit, binding)?;
            let compiled = read.policy.as_ref().ok()?;
            let params = params(around.repository, unit, compiled, &binding.value);
            Some(Bound { binding, policy: read.stated, compiled, params })
        };
        around.state.each(BINDING, unit).into_iter().filter_map(bound).collect()
    }
}

impl Bound<'_, '_> {
    /// What the policy says of an object, which the server also has in other versions.
    fn judge(&self, asked: Asked<'_>, others: &[SmolStr]) -> Judged {
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
fn is_exempt(object: &Object) -> bool {
    object.group() == GROUP && object.kind().contains("AdmissionPolicy")
}
