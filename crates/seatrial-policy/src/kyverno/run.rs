//! What a rule's conditions, patterns and loops say of an object.

use seatrial_schema::Value;
use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use super::conditions;
use super::context::declare;
use super::patterns::{self, Held};
use super::places::{first_looked_at, place_of};
use super::pod_security;
use super::policy::{Policy, Rule};
use super::rule::STEPS_MAX;
use super::variables::Variables;
use super::{Failure, Outcome};
use crate::jmespath::{self, Stop};
use crate::objection::shortened;
use crate::state::State;
use crate::validating_policy::Asked;

/// Loops stand in each other no deeper than this.
const LOOPS_MAX: usize = 4;

/// A rule at work on an object.
pub(super) struct Run<'a, 'w> {
    pub(super) policy: &'a Policy,
    pub(super) rule: &'a Rule,
    pub(super) asked: Asked<'a>,
    pub(super) state: &'a dyn State,
    pub(super) variables: Variables<'w>,
}

/// What stands in for the object in a loop.
#[derive(Clone, Default)]
pub(super) struct Element {
    pub(super) value: Value,
    pub(super) path: Vec<PathStep>,
}

impl Run<'_, '_> {
    /// What it says.
    pub(super) fn run(&mut self) -> Outcome {
        let rule = &self.rule.value;
        declare(rule.items("context"), &mut self.variables, &self.policy.namespace, self.state);
        if let Some(compiled) = &self.rule.cel {
            return match conditions::hold(rule.at("preconditions"), &mut self.variables) {
                Ok((true, _)) => by_expressions(compiled, self.asked),
                Ok((false, _)) => Outcome::Skip,
                Err(stop) => stopped("the preconditions", &stop),
            };
        }
        if let Some(wanted) = rule.at("validate").opt("podSecurity") {
            return match conditions::hold(rule.at("preconditions"), &mut self.variables) {
                Ok((true, _)) => self.pod_security(wanted),
                Ok((false, _)) => Outcome::Skip,
                Err(stop) => stopped("the preconditions", &stop),
            };
        }
        self.block(rule.at("validate"), rule.at("preconditions"), None, 0)
    }

    fn pod_security(&mut self, wanted: &Value) -> Outcome {
        match pod_security::judge(wanted, self.asked) {
            None => Outcome::Pass,
            Some((words, path)) => {
                let message = match self.message() {
                    Some(message) => format!("{message} {words}"),
                    None => words,
                };
                fail(&message, path)
            }
        }
    }

    /// What `validate`, or one turn of a loop, says.
    fn block(
        &mut self,
        block: &Value,
        conditions: &Value,
        element: Option<&Element>,
        loops: usize,
    ) -> Outcome {
        match conditions::hold(conditions, &mut self.variables) {
            Ok((true, _)) => {}
            Ok((false, _)) => return Outcome::Skip,
            // Within a loop, an element is passed over.
            Err(Stop::NotFound(_) | Stop::Error(_)) if loops > 0 => return Outcome::Skip,
            Err(stop) => return stopped("the preconditions", &stop),
        }
        if let Some(deny) = block.opt("deny") {
            return self.deny(deny.at("conditions"), element);
        }
        if block.has("pattern") || block.has("anyPattern") {
            return self.patterns(block, element);
        }
        if block.has("foreach") {
            return self.each(block.items("foreach"), loops);
        }
        Outcome::Unknown("it has nothing to validate by".to_owned())
    }

    fn deny(&mut self, wanted: &Value, element: Option<&Element>) -> Outcome {
        let (denies, said) = match conditions::hold(wanted, &mut self.variables) {
            Ok(answer) => answer,
            Err(stop) => return stopped("the conditions", &stop),
        };
        if !denies {
            return Outcome::Pass;
        }
        let said = self.substituted(&said).unwrap_or(said);
        let message = match self.message() {
            Some(message) if said.is_empty() => message,
            Some(message) => format!("{message}; {said}"),
            None => said,
        };
        fail(&message, first_looked_at(wanted, element))
    }

    fn patterns(&mut self, block: &Value, element: Option<&Element>) -> Outcome {
        let field = if block.has("pattern") { "pattern" } else { "anyPattern" };
        let wanted = match self.variables.substitute(block.at(field)) {
            Ok(wanted) => wanted,
            Err(stop) => return stopped("its pattern", &stop),
        };
        let whole = Element { value: self.asked.object.clone(), path: Vec::new() };
        let element = element.filter(|it| it.value.as_map().is_some()).unwrap_or(&whole);
        let all = if field == "pattern" { std::slice::from_ref(&wanted) } else { wanted.as_list() };
        let (mut failed, mut skipped) = (None, false);
        for pattern in all {
            let mut left = usize::try_from(STEPS_MAX).unwrap_or(usize::MAX);
            match patterns::hold(&element.value, pattern, &mut left) {
                Held::Yes => return Outcome::Pass,
                Held::Skipped => skipped = true,
                Held::No(path) => failed = failed.or(Some(path)),
                Held::TooLarge => return Outcome::Unknown("its pattern takes too many steps".to_owned()),
            }
        }
        match failed {
            None if skipped => Outcome::Skip,
            None => Outcome::Pass,
            Some(path) => {
                let message = self.message().unwrap_or_else(|| format!("rule {} failed", self.rule.name));
                fail(&message, element.path.iter().cloned().chain(path).collect())
            }
        }
    }

    fn each(&mut self, loops: &[Value], depth: usize) -> Outcome {
        if depth >= LOOPS_MAX {
            return Outcome::Unknown("its loops are too deep".to_owned());
        }
        let (mut applied, mut failed) = (false, None);
        for looped in loops {
            let items = match self.variables.search(looped.str("list")) {
                Ok(Value::List(items)) => items,
                Ok(other) => vec![other],
                Err(Stop::NotFound(_)) => continue,
                Err(Stop::Error(why)) => {
                    failed = Some(why);
                    continue;
                }
                Err(stop) => return stopped("the list", &stop),
            };
            match self.turns(looped, items, depth) {
                Outcome::Pass => applied = true,
                Outcome::Skip => {}
                other => return other,
            }
        }
        match failed {
            _ if applied => Outcome::Pass,
            Some(why) => Outcome::Error(why),
            None => Outcome::Skip,
        }
    }

    fn turns(&mut self, looped: &Value, items: Vec<Value>, depth: usize) -> Outcome {
        let before = (self.variables.root.clone(), self.variables.unknown.clone());
        let mut applied = false;
        for (at, item) in (0_i64..).zip(items).filter(|(_, it)| !it.is_null()) {
            let scope = looped.opt("elementScope").map(|it| *it == Value::Bool(true));
            let is_map = item.as_map().is_some();
            if scope == Some(true) && !is_map {
                return Outcome::Error("an element is no map".to_owned());
            }
            let index = Value::Int(at);
            for (name, value) in [("element", &item), ("elementIndex", &index)] {
                self.variables.set(name, value.clone());
                self.variables.set(&format!("{name}{depth}"), value.clone());
            }
            declare(looped.items("context"), &mut self.variables, &self.policy.namespace, self.state);
            let path = place_of(self.asked.object, &item);
            let element = Element { value: if scope.unwrap_or(is_map) { item } else { Value::Null }, path };
            let outcome = self.block(looped, looped.at("preconditions"), Some(&element), depth + 1);
            self.variables.root.clone_from(&before.0);
            self.variables.unknown.clone_from(&before.1);
            match outcome {
                Outcome::Pass => applied = true,
                Outcome::Skip => {}
                other => return other,
            }
        }
        if applied { Outcome::Pass } else { Outcome::Skip }
    }

    /// The rule's message with its variables.
    fn message(&mut self) -> Option<String> {
        let text = SmolStr::new(self.rule.value.at("validate").str("message").trim());
        let message = self.substituted(&text)?;
        (!message.is_empty()).then_some(message)
    }

    fn substituted(&mut self, text: &str) -> Option<String> {
        match self.variables.substitute_text(text) {
            Ok(Value::Str(text)) => Some(text.to_string()),
            Ok(other) => Some(jmespath::json(&other)),
            // Kyverno says less, too.
            Err(_) => None,
        }
    }
}

/// What expressions say.
pub(super) fn by_expressions(compiled: &crate::validating_policy::Policy, asked: Asked<'_>) -> Outcome {
    let judged = compiled.judge(asked, None);
    let Some(refused) = judged.refused.into_iter().next() else {
        return judged.open.map_or(Outcome::Pass, |why| Outcome::Unknown(why.to_string()));
    };
    let path = refused.looked_at.into_iter().map(PathStep::Key).collect();
    Outcome::Fail(Failure { message: shortened(refused.message.trim()), path, hangs_on_user: false })
}

fn fail(message: &str, path: Vec<PathStep>) -> Outcome {
    Outcome::Fail(Failure { message: shortened(message.trim()), path, hangs_on_user: false })
}

fn stopped(what: &str, stop: &Stop) -> Outcome {
    match stop {
        Stop::Unknown(why) => Outcome::Unknown(why.clone()),
        other => Outcome::Error(format!("{what} cannot be evaluated: {}", other.text())),
    }
}
