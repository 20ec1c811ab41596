//! The `ValidatingAdmissionPolicies` of the tree, as they are bound.

use std::sync::OnceLock;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository, UnitRole};
use seatrial_policy::validating_policy::{Binding, Policy};
use seatrial_schema::Value;

use super::Around;
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
    /// The objects with its parameters that count for units without any.
    lent: OnceLock<Vec<&'a Object>>,
}

/// All of the tree.
#[derive(Debug, Default)]
pub(super) struct AdmissionPolicies<'a> {
    policies: Vec<ReadPolicy<'a>>,
    bindings: Vec<&'a Object>,
}

/// A binding that counts for a unit, with the policy's and its own object.
pub(super) type Bound<'s, 'a> = (Binding<'s>, [&'a Object; 2]);

impl<'a> AdmissionPolicies<'a> {
    /// Compiles the policies that stand in the tree.
    pub(super) fn of(repository: &'a Repository, state: &TreeState<'a>) -> Self {
        let objects = |kind: &'static str| repository.of_kind(GROUP, kind);
        let read = |object: &'a Object| {
            let value = state.decoded(object).map(|(value, _)| value);
            let policy = value.ok_or_else(|| UNDECODED.to_owned()).and_then(|it| Policy::read(&it));
            ReadPolicy { stated: object, policy, lent: OnceLock::new() }
        };
        Self { policies: objects(POLICY).map(read).collect(), bindings: objects(BINDING).collect() }
    }

    /// The bindings that count for the objects of a unit, and the objects that hold
    /// their parameters.
    pub(super) fn bound<'s>(
        &'s self,
        around: Around<'s, 'a>,
        unit: UnitId,
    ) -> (Vec<Bound<'s, 'a>>, Vec<&'a Object>) {
        let (mut bound, mut holders) = (Vec::new(), Vec::new());
        for binding in around.state.each(BINDING, unit) {
            let Some(read) = self.read(around.state, unit, binding) else { continue };
            let Ok(policy) = &read.policy else { continue };
            if let Some(params) = read.params(around.repository, unit, policy, &binding.value) {
                if params.is_empty() {
                    continue;
                }
                holders.extend(params);
            }
            bound.push((Binding { policy, value: &binding.value }, [read.stated, binding.object]));
        }
        (bound, holders)
    }

    /// The objects that state them.
    pub(super) fn stated(&self) -> impl Iterator<Item = &'a Object> {
        self.policies.iter().map(|it| it.stated)
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
        repository: &'a Repository,
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
        if policy.names_only(|group, version| state.is_unserved(group, version)) {
            let (title, minor) = (read.stated.title(), repository.target.kubernetes);
            return Some(format!(
                "{title} is about nothing: Kubernetes {minor} serves no version that its rules name"
            ));
        }
        let params = read.params(repository, unit, policy, &binding.value)?;
        params.is_empty().then(|| format!("the parameters of {title} are not in the tree"))
    }

    fn read(&self, state: &TreeState<'_>, unit: UnitId, binding: &Stated<'_>) -> Option<&ReadPolicy<'a>> {
        let name = binding.value.at("spec").str("policyName");
        let [stated] = state.at(unit, POLICY, name)[..] else { return None };
        self.policies.iter().find(|it| std::ptr::eq(it.stated, stated.object))
    }
}

impl<'a> ReadPolicy<'a> {
    /// The objects of the kind that holds a policy's parameters: those of the unit,
    /// or those of one other; none if it has no parameters.
    fn params(
        &self,
        repository: &'a Repository,
        unit: UnitId,
        policy: &Policy,
        binding: &Value,
    ) -> Option<Vec<&'a Object>> {
        let (api_version, kind) = policy.params().filter(|_| binding.at("spec").has("paramRef"))?;
        let is_meant = |it: &&Object| it.kind() == kind && it.api_version() == api_version;
        let own: Vec<_> = repository.bundle(unit).objects().iter().filter(is_meant).collect();
        if !own.is_empty() {
            return Some(own);
        }
        let lent = self.lent.get_or_init(|| {
            let lends = |it: &&Object| repository.unit(it.unit()).role != UnitRole::Base;
            let all: Vec<_> = repository.objects().filter(is_meant).filter(lends).take(PARAMS_MAX).collect();
            let is_of_one = all.iter().all(|it| it.unit() == all[0].unit());
            if is_of_one { all } else { Vec::new() }
        });
        Some(lent.clone())
    }
}
