//! The policies of Kyverno that stand in the tree.

use std::sync::OnceLock;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository};
use seatrial_policy::kyverno::{self, Policy};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;

use crate::lending::Lending;

/// More policies than this are not evaluated.
const POLICIES_MAX: usize = 1_000;

/// All policies of the tree.
#[derive(Debug, Default)]
pub(super) struct KyvernoPolicies<'a> {
    policies: Vec<(&'a Object, Result<Policy, String>)>,
    lent: Lending<'a>,
    beyond: Vec<&'a Object>,
    exceptions: Vec<Value>,
    lent_exceptions: Lending<'a>,
    /// Each decoded when a rule first asks.
    config_maps: Vec<(&'a Object, OnceLock<Value>)>,
    lent_config_maps: Lending<'a>,
}

impl<'a> KyvernoPolicies<'a> {
    /// Reads the policies that stand in the tree.
    pub(super) fn of(repository: &'a Repository) -> Self {
        let own = || repository.in_groups(kyverno::is_own);
        let all = || own().filter(|it| kyverno::is_policy(it.group(), it.kind()));
        let policies: Vec<_> = all().take(POLICIES_MAX).collect();
        if policies.is_empty() {
            return Self::default();
        }
        let read = |object: &'a Object| (object, Policy::read(&untyped(object.root())));
        let exceptions: Vec<_> =
            own().filter(|it| kyverno::is_exception(it.group(), it.kind())).take(POLICIES_MAX).collect();
        let config_maps: Vec<_> = repository.of_kind("", "ConfigMap").collect();
        Self {
            lent: Lending::of(repository, &policies),
            policies: policies.into_iter().map(read).collect(),
            beyond: all().skip(POLICIES_MAX).collect(),
            lent_exceptions: Lending::of(repository, &exceptions),
            exceptions: exceptions.into_iter().map(|it| untyped(it.root())).collect(),
            lent_config_maps: Lending::of(repository, &config_maps),
            config_maps: config_maps.into_iter().map(|it| (it, OnceLock::new())).collect(),
        }
    }

    /// The policies that count for the objects of a unit.
    pub(super) fn bound(&self, unit: UnitId) -> Vec<(&Policy, &'a Object)> {
        let counting = self.lent.counting(unit).into_iter().map(|at| &self.policies[at]);
        counting.filter_map(|(stated, policy)| Some((policy.as_ref().ok()?, *stated))).collect()
    }

    /// What takes the objects of a unit out of policies.
    pub(super) fn exceptions(&self, unit: UnitId) -> Vec<&Value> {
        self.lent_exceptions.counting(unit).into_iter().map(|at| &self.exceptions[at]).collect()
    }

    /// The `ConfigMaps` that rules for the objects of a unit may ask for.
    pub(super) fn config_maps(&self, unit: UnitId) -> Vec<&Value> {
        let counting = self.lent_config_maps.counting(unit).into_iter().map(|at| &self.config_maps[at]);
        counting.map(|(object, value)| value.get_or_init(|| untyped(object.root()))).collect()
    }

    /// The objects that state them.
    pub(super) fn stated(&self) -> impl Iterator<Item = &'a Object> {
        self.policies.iter().map(|(object, _)| *object)
    }

    /// Why policies are not evaluated.
    pub(super) fn not_evaluated(&self) -> Vec<(&'a Object, String)> {
        let mut all = Vec::new();
        for (object, policy) in &self.policies {
            let title = object.title();
            match policy {
                Err(why) => all.push((*object, format!("{title} is not evaluated: {why}"))),
                Ok(policy) => all.extend(
                    policy
                        .not_evaluated()
                        .iter()
                        .map(|why| (*object, format!("{title} is not evaluated in part: {why}"))),
                ),
            }
        }
        let has_rules = |at: usize| self.policies[at].1.as_ref().is_ok_and(|it| !it.rules().is_empty());
        let unclear = self.lent.unclear(|at, _| has_rules(at)).into_iter().map(|at| self.policies[at].0);
        all.extend(unclear.map(|it| {
            let title = it.title();
            (it, format!("several units state {title} differently: it is only evaluated for its own"))
        }));
        all.extend(self.beyond.iter().map(|it| (*it, "there are too many policies".to_owned())));
        all
    }
}
