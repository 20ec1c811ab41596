//! The policies of Kyverno that stand in the tree.

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository};
use seatrial_policy::State;
use seatrial_policy::kyverno::{Outcome, Policy, Rule, Work, judge};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;

use super::{Answers, Around, Asking, Family};
use crate::lending::Lending;

/// More policies than this are not evaluated.
const POLICIES_MAX: usize = 1_000;
/// Namespaces that Kyverno's own configuration leaves out.
const EXEMPT: &[&str] = &["kube-node-lease", "kube-public", "kube-system", "kyverno"];

/// All policies of the tree.
#[derive(Debug, Default)]
pub(super) struct KyvernoPolicies<'a> {
    policies: Vec<(&'a Object, Result<Policy, String>)>,
    lent: Lending<'a>,
    beyond: Vec<&'a Object>,
    exceptions: Vec<Value>,
    lent_exceptions: Lending<'a>,
    config_maps: Vec<&'a Object>,
    lent_config_maps: Lending<'a>,
}

/// What stands around the objects of a unit.
struct Known<'s> {
    exceptions: Vec<&'s Value>,
    config_maps: Vec<Value>,
}

impl State for Known<'_> {
    fn cluster_object(&self, _: &str, _: &str, _: &str) -> Option<&Value> {
        None
    }

    fn objects(&self, _: &str, kind: &str, namespace: &str) -> Vec<&Value> {
        let is_meant = |it: &&Value| kind == "ConfigMap" && it.at("metadata").str("namespace") == namespace;
        self.config_maps.iter().filter(is_meant).collect()
    }
}

impl<'a> KyvernoPolicies<'a> {
    /// Reads the policies that stand in the tree.
    pub(super) fn of(repository: &'a Repository) -> Self {
        let all = || repository.objects().filter(|it| is_policy(it));
        let policies: Vec<_> = all().take(POLICIES_MAX).collect();
        if policies.is_empty() {
            return Self::default();
        }
        let read = |object: &'a Object| (object, Policy::read(&untyped(object.root())));
        let exceptions: Vec<_> =
            repository.objects().filter(|it| is_exception(it)).take(POLICIES_MAX).collect();
        let config_maps: Vec<_> =
            repository.bundles.iter().flat_map(|it| it.of_kind("", "ConfigMap")).collect();
        Self {
            lent: Lending::of(repository, &policies),
            policies: policies.into_iter().map(read).collect(),
            beyond: all().skip(POLICIES_MAX).collect(),
            lent_exceptions: Lending::of(repository, &exceptions),
            exceptions: exceptions.into_iter().map(|it| untyped(it.root())).collect(),
            lent_config_maps: Lending::of(repository, &config_maps),
            config_maps,
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// What stands around the objects of a unit.
    fn known(&self, unit: UnitId) -> Known<'_> {
        let config_maps = self.lent_config_maps.counting(unit).into_iter().map(|at| self.config_maps[at]);
        Known {
            exceptions: self
                .lent_exceptions
                .counting(unit)
                .into_iter()
                .map(|at| &self.exceptions[at])
                .collect(),
            config_maps: config_maps.map(|it| untyped(it.root())).collect(),
        }
    }

    /// What they say of the objects of a unit.
    pub(super) fn judge(
        &self,
        around: Around<'_, 'a>,
        unit: UnitId,
        all: &[Asking<'_, 'a>],
        answers: &mut Answers,
    ) {
        let counting = self.lent.counting(unit).into_iter().map(|at| &self.policies[at]);
        let read = counting.filter_map(|(stated, policy)| Some((*stated, policy.as_ref().ok()?)));
        let bound: Vec<_> = read
            .flat_map(|(stated, policy)| policy.rules().iter().map(move |rule| (stated, policy, rule)))
            .collect();
        if bound.is_empty() {
            return;
        }
        let known = self.known(unit);
        let mut work = Work::default();
        for asking in all.iter().filter(|it| !is_own(it.object)) {
            let request = asking.subject.request();
            if EXEMPT.contains(&request.namespace) {
                continue;
            }
            // Rules for pods that were made ones for what makes pods are told there.
            let is_made = !asking.subject.base.is_empty();
            for (stated, policy, rule) in bound.iter().filter(|(_, _, rule)| !is_made || !rule.is_model()) {
                let asked = asking.subject.asked(&request);
                let outcome = judge(policy, rule, asked, &known.exceptions, &known, &mut work);
                if let Outcome::Unknown(why) = &outcome {
                    answers.open.add(stated, written_name(rule), asking, why.clone());
                }
                if let Some(objection) = policy.objection(rule, asked, outcome) {
                    answers.refuse(around, Family::Kyverno, asking, objection, &[stated]);
                }
            }
        }
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

/// The name of the rule that a rule was made of.
fn written_name(rule: &Rule) -> &str {
    rule.name().trim_start_matches("autogen-cronjob-").trim_start_matches("autogen-")
}

/// Whether an object is one of Kyverno's own, about which no policy is asked.
fn is_own(object: &Object) -> bool {
    object.group() == "kyverno.io" || object.group().ends_with(".kyverno.io")
}

fn is_policy(object: &Object) -> bool {
    match object.group() {
        "kyverno.io" => matches!(object.kind(), "ClusterPolicy" | "Policy"),
        "policies.kyverno.io" => object.kind() != "PolicyException",
        _ => false,
    }
}

fn is_exception(object: &Object) -> bool {
    is_own(object) && object.kind() == "PolicyException"
}
