//! The policies of Kyverno that stand in the tree.

use std::collections::BTreeMap;
use std::sync::Mutex;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Place, Repository};
use seatrial_policy::State;
use seatrial_policy::kyverno::{Outcome, Policy, Rule, Work, judge};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use seatrial_source::Span;
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use crate::subjects::{Subject, ambiguous, counting};

/// More policies than this are not evaluated.
const POLICIES_MAX: usize = 1_000;
/// Namespaces that Kyverno's own configuration leaves out.
const EXEMPT: &[&str] = &["kube-node-lease", "kube-public", "kube-system", "kyverno"];

/// All policies of the tree.
#[derive(Debug, Default)]
pub(crate) struct KyvernoPolicies<'a> {
    policies: Vec<(&'a Object, Result<Policy, String>)>,
    beyond: Vec<&'a Object>,
    exceptions: Vec<(&'a Object, Value)>,
    /// What a rule could not say, of the first object that it was asked about.
    unanswered: Mutex<BTreeMap<(Place, SmolStr), (Place, String)>>,
}

/// One rule that counts for a unit, with its policy.
pub(crate) struct Bound<'a> {
    pub(crate) stated: &'a Object,
    pub(crate) policy: &'a Policy,
    pub(crate) rule: &'a Rule,
}

/// What stands around the objects of a unit.
pub(crate) struct Around<'a> {
    exceptions: Vec<&'a Value>,
    config_maps: Vec<Value>,
}

impl State for Around<'_> {
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
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let all = || repository.objects().filter(|it| is_policy(it));
        let read = |object: &'a Object| (object, Policy::read(&untyped(object.root())));
        let exceptions = repository.objects().filter(|it| is_exception(it));
        Self {
            policies: all().take(POLICIES_MAX).map(read).collect(),
            beyond: all().skip(POLICIES_MAX).collect(),
            exceptions: exceptions.take(POLICIES_MAX).map(|it| (it, untyped(it.root()))).collect(),
            unanswered: Mutex::default(),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The rules that count for the objects of a unit.
    pub(crate) fn bound(&'a self, repository: &Repository, unit: UnitId) -> Vec<Bound<'a>> {
        let objects: Vec<_> = self.policies.iter().map(|(object, _)| *object).collect();
        let counting = counting(repository, unit, &objects);
        let counts = |object: &Object| counting.iter().any(|it| std::ptr::eq(*it, object));
        let counted = self.policies.iter().filter(|(object, _)| counts(object));
        let rules = counted.filter_map(|(stated, policy)| Some((*stated, policy.as_ref().ok()?)));
        let bound = |(stated, policy): (&'a Object, &'a Policy)| {
            policy.rules().iter().map(move |rule| Bound { stated, policy, rule })
        };
        rules.flat_map(bound).collect()
    }

    /// What stands around the objects of a unit.
    pub(crate) fn around(&'a self, repository: &Repository, unit: UnitId) -> Around<'a> {
        let objects: Vec<_> = self.exceptions.iter().map(|(object, _)| *object).collect();
        let counting = counting(repository, unit, &objects);
        let counts = |object: &Object| counting.iter().any(|it| std::ptr::eq(*it, object));
        let exceptions = self.exceptions.iter().filter(|(object, _)| counts(object)).map(|(_, value)| value);
        let config_maps: Vec<_> =
            repository.bundles.iter().flat_map(|it| it.of_kind("", "ConfigMap")).collect();
        let config_maps = crate::subjects::counting(repository, unit, &config_maps);
        Around {
            exceptions: exceptions.collect(),
            config_maps: config_maps.into_iter().map(|it| untyped(it.root())).collect(),
        }
    }

    /// What a rule says of a subject; what it owes an answer to is remembered.
    pub(crate) fn judge(
        &self,
        bound: &Bound<'_>,
        object: &Object,
        subject: &Subject<'_>,
        around: &Around<'_>,
        work: &mut Work,
    ) -> Outcome {
        let request = subject.request();
        if EXEMPT.contains(&request.namespace) {
            return Outcome::NotAbout;
        }
        let asked = subject.asked(&request);
        let outcome = judge(bound.policy, bound.rule, asked, &around.exceptions, around, work);
        if let Outcome::Unknown(why) = &outcome {
            let rule = SmolStr::new(bound.rule.name().trim_start_matches("autogen-cronjob-"));
            let rule = SmolStr::new(rule.trim_start_matches("autogen-"));
            let (policy, title) = (bound.stated.title(), &subject.title);
            let why = format!("rule {rule} of {policy} is not evaluated for {title}: {why}");
            self.remember((place(bound.stated), rule), place(object), why);
        }
        outcome
    }

    /// The first object stays, whichever is asked about first.
    fn remember(&self, rule: (Place, SmolStr), object: Place, why: String) {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = unanswered.entry(rule).or_insert_with(|| (object, why.clone()));
        if object < known.0 {
            *known = (object, why);
        }
    }

    /// Why policies are not evaluated, and where they stand.
    pub(crate) fn not_evaluated(&self, repository: &Repository) -> Vec<(Span, String)> {
        let unanswered = self.unanswered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut all = Vec::new();
        for (object, policy) in &self.policies {
            let title = object.title();
            match policy {
                Err(why) => all.push((*object, format!("{title} is not evaluated: {why}"))),
                Ok(policy) => {
                    let parts = policy.not_evaluated().iter();
                    all.extend(
                        parts.map(|why| (*object, format!("{title} is not evaluated in part: {why}"))),
                    );
                    let own = unanswered.iter().filter(|((at, _), _)| *at == place(object));
                    all.extend(own.map(|(_, (_, why))| (*object, why.clone())));
                }
            }
        }
        let has_rules = |it: &Result<Policy, String>| it.as_ref().is_ok_and(|it| !it.rules().is_empty());
        let evaluated = self.policies.iter().filter(|(_, read)| has_rules(read)).map(|(object, _)| *object);
        let evaluated: Vec<_> = evaluated.collect();
        all.extend(ambiguous(repository, &evaluated).into_iter().map(|it| {
            let title = it.title();
            (it, format!("several units state {title} differently: it is only evaluated for its own"))
        }));
        all.extend(self.beyond.iter().map(|it| (*it, "there are too many policies".to_owned())));
        all.into_iter().map(|(object, why)| (object.span_at(&FieldPath::root()), why)).collect()
    }
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}

/// Whether an object is one of Kyverno's own, about which no policy is asked.
pub(crate) fn is_own(object: &Object) -> bool {
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
