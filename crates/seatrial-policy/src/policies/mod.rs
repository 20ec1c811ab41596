//! The policies that stand in a cluster, of all families, asked alike by checks
//! and by the chain of plugins.

mod compiled;

use seatrial_schema::Value;
use seatrial_schema::convert::Equivalent;
use smol_str::SmolStr;

use crate::denial::PolicyObject;
use crate::gatekeeper::{self, Constraint, Inventory, Review};
use crate::kyverno;
use crate::mutation::Mutation;
use crate::objection::Objection;
use crate::state::State;
use crate::validating_policy::{self, About, Asked, Binding, Judged};

pub use compiled::{Compiled, NotEvaluated};

/// Whose policies they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The server's own.
    Native,
    /// Constraints of Gatekeeper.
    Gatekeeper,
    /// Policies of Kyverno.
    Kyverno,
}

/// The policies that count for objects, compiled.
#[derive(Debug, Default)]
pub struct Policies<'p> {
    /// The server's own, as they are bound.
    pub native: Vec<Binding<'p>>,
    /// Constraints of Gatekeeper, with their templates.
    pub constraints: Vec<Constraint<'p>>,
    /// Namespaces where Gatekeeper looks at nothing.
    pub exempt: &'p [SmolStr],
    /// What constraints may ask of other objects.
    pub inventory: Option<&'p Inventory>,
    /// Policies of Kyverno.
    pub kyverno: Vec<&'p kyverno::Policy>,
    /// What takes objects out of them.
    pub exceptions: Vec<&'p Value>,
    /// What changes objects before, and the objects that state it.
    pub mutations: Vec<(PolicyObject, &'p Mutation)>,
}

/// One object that policies are asked about.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The object and the request.
    pub asked: Asked<'a>,
    /// The other versions in which the server has it.
    pub others: &'a [Equivalent],
    /// Whether another object that was asked about makes it, as a `Deployment`
    /// makes pods.
    pub is_made: bool,
}

/// What one policy says of one object.
#[derive(Debug)]
pub struct Answer {
    /// Whose policy it is.
    pub family: Family,
    /// Its place in the family's list.
    pub policy: usize,
    /// The object's place among those asked about.
    pub object: usize,
    /// What it says.
    pub said: Said,
}

/// What a policy says.
#[derive(Debug)]
pub enum Said {
    /// It has something against the object.
    Objects(Box<Objection>),
    /// It has no answer.
    Nothing {
        /// The rule that has none, `""` for the whole policy.
        rule: SmolStr,
        /// Why there is none.
        why: String,
    },
}

impl Said {
    fn nothing(rule: &str, why: &impl ToString) -> Self {
        Self::Nothing { rule: rule.into(), why: why.to_string() }
    }
}

impl Policies<'_> {
    /// Whether nobody is asked.
    pub fn is_empty(&self) -> bool {
        self.native.is_empty() && self.constraints.is_empty() && self.kyverno.is_empty()
    }

    /// What they say of objects: the server's own policies first, then those that
    /// are asked through webhooks.
    pub fn judge(&self, all: &[Question<'_>], state: &dyn State) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.judge_natively(all, state, &mut answers);
        self.judge_by_gatekeeper(all, &mut answers);
        self.judge_by_kyverno(all, state, &mut answers);
        answers
    }

    fn judge_natively(&self, all: &[Question<'_>], state: &dyn State, answers: &mut Vec<Answer>) {
        let asked_about = |it: &Question<'_>| {
            let request = it.asked.request;
            !validating_policy::is_exempt(request.group, request.kind)
        };
        for (object, question) in all.iter().enumerate().filter(|(_, it)| asked_about(it)) {
            for (policy, binding) in self.native.iter().enumerate() {
                let Judged { refused, open } = binding.judge(question.asked, question.others, state);
                let objections = binding.policy.objections(binding.value, refused);
                let objections = objections.into_iter().map(|it| Said::Objects(Box::new(it)));
                let open = open.map(|why| Said::nothing("", &why));
                answers.extend(objections.chain(open).map(|said| Answer {
                    family: Family::Native,
                    policy,
                    object,
                    said,
                }));
            }
        }
    }

    fn judge_by_gatekeeper(&self, all: &[Question<'_>], answers: &mut Vec<Answer>) {
        if self.constraints.is_empty() {
            return;
        }
        let meant = all.iter().enumerate().filter(|(_, it)| !gatekeeper::exempts(self.exempt, it.asked));
        let reviewed: Vec<_> = meant.map(|(at, it)| (at, it.asked, Review::of(it.asked))).collect();
        let mut work = gatekeeper::Work::default();
        for (policy, constraint) in self.constraints.iter().enumerate() {
            let answer = |object, said| Answer { family: Family::Gatekeeper, policy, object, said };
            let (mut meant, mut places) = (Vec::new(), Vec::new());
            for (object, asked, review) in &reviewed {
                match gatekeeper::is_about(constraint.value, *asked) {
                    About::No => {}
                    About::Open(why) => answers.push(answer(*object, Said::nothing("", &why))),
                    About::Yes => {
                        meant.push((*asked, review));
                        places.push(*object);
                    }
                }
            }
            let said = constraint.template.judge(constraint.value, &meant, self.inventory, &mut work);
            for (object, said) in places.into_iter().zip(said) {
                match said {
                    Err(why) => answers.push(answer(object, Said::nothing("", &why))),
                    Ok(found) => answers.extend(
                        found
                            .into_iter()
                            .filter_map(|it| constraint.objection(it))
                            .map(|it| answer(object, Said::Objects(Box::new(it)))),
                    ),
                }
            }
        }
    }

    fn judge_by_kyverno(&self, all: &[Question<'_>], state: &dyn State, answers: &mut Vec<Answer>) {
        let mut work = kyverno::Work::default();
        for (object, question) in all.iter().enumerate().filter(|(_, it)| !kyverno::exempts(it.asked)) {
            for (policy, read) in self.kyverno.iter().enumerate() {
                // Rules for pods that were made ones for what makes pods are told there.
                let rules = read.rules().iter().filter(|it| !question.is_made || !it.is_model());
                for rule in rules {
                    let asked = question.asked;
                    let outcome = kyverno::judge(read, rule, asked, &self.exceptions, state, &mut work);
                    let answer = |said| Answer { family: Family::Kyverno, policy, object, said };
                    if let kyverno::Outcome::Unknown(why) = &outcome {
                        answers.push(answer(Said::nothing(rule.written_name(), why)));
                    }
                    let objection = read.objection(rule, asked, outcome);
                    answers.extend(objection.map(|it| answer(Said::Objects(Box::new(it)))));
                }
            }
        }
    }
}
