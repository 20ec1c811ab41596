//! One rule and one object.

use seatrial_schema::Value;

use super::context::{root, unknown};
use super::matching::{self, Match};
use super::policy::{Policy, Rule};
use super::run::{Run, by_expressions};
use super::variables::Variables;
use super::{Failure, Outcome, Work};
use crate::jmespath;
use crate::state::State;
use crate::validating_policy::{About, Asked};

/// One rule takes no more steps than this for one object.
pub(super) const STEPS_MAX: u64 = 1_000_000;

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
    by_expressions(compiled, asked)
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
