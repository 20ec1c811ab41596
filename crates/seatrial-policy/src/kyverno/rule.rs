//! One rule and one object.

use seatrial_schema::Value;
use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use super::conditions;
use super::context::{declare, root, unknown};
use super::matching::{self, Match};
use super::patterns::{self, Held};
use super::pod_security;
use super::policy::{Policy, Rule};
use super::variables::Variables;
use super::{Failure, Outcome, Work, keys};
use crate::jmespath::{self, Stop};
use crate::objection::shortened;
use crate::state::State;
use crate::validating_policy::{About, Asked, looked_at};

/// One rule takes no more steps than this for one object.
const STEPS_MAX: u64 = 1_000_000;
/// Loops stand in each other no deeper than this.
const LOOPS_MAX: usize = 4;

/// What a rule says of an object; `exceptions` are those of the cluster.
pub fn judge(
    policy: &Policy,
    rule: &Rule,
    asked: Asked<'_>,
    exceptions: &[&Value],
    state: &dyn State,
    work: &mut Work,
) -> Outcome {
    if rule.is_whole {
        return whole(policy, rule, asked, exceptions);
    }
    let hangs_on_user = match matching::is_about(&rule.value, &policy.namespace, asked) {
        Match::No => return Outcome::NotAbout,
        Match::Unknown(why) => return Outcome::Unknown(why),
        Match::Yes(hangs) => hangs,
    };
    if exceptions.iter().any(|it| excepts(it, policy, rule, asked)) {
        return Outcome::Skip;
    }
    let most = work.steps.min(STEPS_MAX);
    if most == 0 {
        return Outcome::Unknown("the work that is allowed for policies is used up".to_owned());
    }
    let mut steps = jmespath::Work::of(most);
    let variables = Variables { root: root(asked), unknown: unknown(), work: &mut steps };
    let mut run = Run { policy, rule, asked, state, variables };
    let outcome = run.run();
    work.steps = work.steps.saturating_sub(steps.spent(most));
    match outcome {
        Outcome::Fail(failure) => Outcome::Fail(Failure { hangs_on_user, ..failure }),
        other => other,
    }
}

fn whole(policy: &Policy, rule: &Rule, asked: Asked<'_>, exceptions: &[&Value]) -> Outcome {
    let Some(compiled) = &rule.cel else { return Outcome::NotAbout };
    match compiled.is_about(&Value::Null, asked, &[]) {
        About::No => return Outcome::NotAbout,
        About::Open(why) => return Outcome::Unknown(why.to_string()),
        About::Yes => {}
    }
    if exceptions
        .iter()
        .any(|it| it.at("spec").items("policyRefs").iter().any(|it| it.str("name") == policy.name))
    {
        return Outcome::Unknown("an exception in CEL names it".to_owned());
    }
    said(compiled, asked)
}

/// What expressions say.
fn said(compiled: &crate::validating_policy::Policy, asked: Asked<'_>) -> Outcome {
    let judged = compiled.judge(asked, None);
    let Some(refused) = judged.refused.into_iter().next() else {
        return judged.open.map_or(Outcome::Pass, |why| Outcome::Unknown(why.to_string()));
    };
    let path = refused.looked_at.into_iter().map(PathStep::Key).collect();
    Outcome::Fail(Failure { message: shortened(refused.message.trim()), path, hangs_on_user: false })
}

/// Whether a `PolicyException` takes an object out of a rule.
fn excepts(exception: &Value, policy: &Policy, rule: &Rule, asked: Asked<'_>) -> bool {
    let spec = exception.at("spec");
    let names = |it: &Value| {
        let wanted = it.str("policyName");
        let full = format!("{}/{}", policy.namespace, policy.name);
        let is_policy = wanted == policy.name && policy.namespace.is_empty() || wanted == full;
        let is_rule =
            it.items("ruleNames").iter().any(|it| super::wildcard::matches(it.as_str(), &rule.name));
        is_policy && is_rule
    };
    spec.items("exceptions").iter().any(names)
        && spec.items("podSecurity").is_empty()
        && !spec.has("conditions")
        && matching::is_taken_in(spec.at("match"), asked)
}

struct Run<'a, 'w> {
    policy: &'a Policy,
    rule: &'a Rule,
    asked: Asked<'a>,
    state: &'a dyn State,
    variables: Variables<'w>,
}

/// What stands in for the object in a loop.
#[derive(Clone, Default)]
struct Element {
    value: Value,
    path: Vec<PathStep>,
}

impl Run<'_, '_> {
    fn run(&mut self) -> Outcome {
        let rule = &self.rule.value;
        declare(rule.items("context"), &mut self.variables, &self.policy.namespace, self.state);
        if let Some(compiled) = &self.rule.cel {
            return match conditions::hold(rule.at("preconditions"), &mut self.variables) {
                Ok((true, _)) => said(compiled, self.asked),
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

/// The field that conditions look at first.
fn first_looked_at(conditions: &Value, element: Option<&Element>) -> Vec<PathStep> {
    let mut open = vec![conditions];
    let mut keys = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::List(items) => open.extend(items.iter().rev()),
            Value::Map(map) => {
                keys.extend(map.value("key").map(Value::as_str));
                open.extend(["all", "any"].iter().filter_map(|it| map.value(it)));
            }
            _ => {}
        }
    }
    if let Some(element) = element.filter(|it| !it.path.is_empty()) {
        let inner = keys
            .iter()
            .filter_map(|key| key.split_once("element."))
            .map(|(_, rest)| looked_at(&format!("object.{rest}")));
        let steps = inner.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        return element.path.iter().cloned().chain(steps.into_iter().map(PathStep::Key)).collect();
    }
    let outer = keys.iter().filter_map(|key| key.find("request.object.").map(|at| looked_at(&key[at..])));
    let steps = outer.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
    steps.into_iter().map(PathStep::Key).collect()
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

/// Where an item of a list stands in an object.
fn place_of(object: &Value, item: &Value) -> Vec<PathStep> {
    let mut open = vec![(keys(&["spec"]), object.at("spec"))];
    for _ in 0..2_000 {
        let Some((path, value)) = open.pop() else { break };
        match value {
            Value::List(items) => {
                let from = open.len();
                for (at, it) in items.iter().enumerate() {
                    let path: Vec<_> = path.iter().cloned().chain([PathStep::Index(at as u32)]).collect();
                    if it == item {
                        return path;
                    }
                    open.push((path, it));
                }
                open[from..].reverse();
            }
            Value::Map(map) => {
                let from = open.len();
                for it in map.entries() {
                    open.push((
                        path.iter().cloned().chain([PathStep::Key(it.key.clone())]).collect(),
                        &it.value,
                    ));
                }
                open[from..].reverse();
            }
            _ => {}
        }
    }
    Vec::new()
}
