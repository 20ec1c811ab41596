//! The plugins that ask the policies of a cluster: `ValidatingAdmissionPolicy`,
//! then webhooks, for which Gatekeeper and Kyverno answer here. Webhooks are asked
//! at the same time; of several that refuse, the first by name is told.

use std::collections::BTreeMap;

use seatrial_schema::Value;
use seatrial_schema::admission::{Admitted, Attributes};
use seatrial_schema::convert::Equivalent;
use seatrial_schema::table::Table;
use smol_str::SmolStr;

use crate::denial::{Denial, PolicyObject};
use crate::objection::{Action, Objection};
use crate::policies::{Answer, Family, Policies, Question, Said};
use crate::state::State;
use crate::validating_policy::Asked;

/// Stands between what a webhook of Kyverno is and the policies it tells.
const KYVERNO_HEAD_END: &str = "policies \n\n";

/// What the policies refuse; what they warn of, and what they have no answer for.
pub(crate) fn ask(request: &Attributes<'_>, object: &Value, state: &dyn State) -> Result<Admitted, Denial> {
    let policies = state.policies();
    if policies.is_empty() && policies.mutations.is_empty() {
        return Ok(Admitted::default());
    }
    let version = object.str("apiVersion").rsplit('/').next().unwrap_or_default();
    let namespace = state.cluster_object("", "Namespace", request.namespace);
    let asked = Asked { request, version, object, namespace };
    let others = Equivalent::served(Table::default_minor(), request.group, request.kind, version);
    let question = Question { asked, others: &others, is_made: false };
    let mut verdict = Verdict { admitted: Admitted::default(), denials: BTreeMap::new() };
    let changed = changed(&policies, asked, &mut verdict.admitted);
    for answer in policies.judge(&[question], state) {
        verdict.hear(&policies, &changed, answer);
    }
    verdict.given()
}

/// What may change the object before, by the field that it may change.
type Changed = Vec<(PolicyObject, crate::mutation::Touched)>;

fn changed(policies: &Policies<'_>, asked: Asked<'_>, admitted: &mut Admitted) -> Changed {
    let mut changed = Changed::new();
    for (of, mutation) in &policies.mutations {
        if let Some(touched) = mutation.may_change(asked) {
            admitted.unanswered.push(format!("what {} {} changes is not worked out", of.kind, of.name));
            changed.push((of.clone(), touched));
        }
    }
    changed
}

struct Verdict {
    admitted: Admitted,
    denials: BTreeMap<Family, Vec<Denial>>,
}

impl Verdict {
    fn hear(&mut self, policies: &Policies<'_>, changed: &Changed, answer: Answer) {
        let Answer { family, policy, said, .. } = answer;
        let objection = match said {
            Said::Objects(objection) => *objection,
            Said::Nothing { rule, why } => {
                return self.admitted.unanswered.push(untold(policies, family, policy, &rule, &why));
            }
        };
        let Objection { action, warning, denial, hangs_on, .. } = objection;
        let place = denial.place();
        let may_be_mended = changed.iter().find(|(_, touched)| touched.includes(&place));
        match (action, hangs_on, may_be_mended) {
            (Action::Note, ..) => {}
            (Action::Warn, ..) => self.admitted.warnings.push(warning),
            (Action::Deny, Some(why), _) => {
                self.admitted.unanswered.push(format!("{}: {why}", denial.message.trim()));
            }
            (Action::Deny, None, Some((of, _))) => {
                let why = format!("{} {} may change it before", of.kind, of.name);
                self.admitted.unanswered.push(format!("{}: {why}", denial.message.trim()));
            }
            (Action::Deny, None, None) => self.denials.entry(family).or_default().push(denial),
        }
    }

    fn given(mut self) -> Result<Admitted, Denial> {
        let denial = self.denials.pop_first().and_then(|(family, denials)| match family {
            Family::Native => denials.into_iter().next(),
            _ => merged(family, denials),
        });
        denial.map_or(Ok(self.admitted), Err)
    }
}

/// Names the policy that has no answer.
fn untold(policies: &Policies<'_>, family: Family, at: usize, rule: &str, why: &str) -> String {
    let named = |value: &Value| value.at("metadata").str("name").to_owned();
    let policy = match family {
        Family::Native => policies.native[at].value.at("spec").str("policyName").to_owned(),
        Family::Gatekeeper => named(policies.constraints[at].value),
        Family::Kyverno => policies.kyverno[at].name().to_owned(),
    };
    match rule {
        "" => format!("{policy} is not evaluated: {why}"),
        rule => format!("rule {rule} of {policy} is not evaluated: {why}"),
    }
}

/// All that a webhook refuses at once, in its words.
fn merged(family: Family, denials: Vec<Denial>) -> Option<Denial> {
    let together = |mut sum: Denial, more: Denial| {
        if family == Family::Gatekeeper {
            let (_, said) = more.message.split_once("request: ").unwrap_or_default();
            sum.message.push('\n');
            sum.message.push_str(said);
        } else {
            sum.message = with_rule(&sum.message, &more.message);
        }
        sum.causes.extend(more.causes);
        sum
    };
    denials.into_iter().reduce(together)
}

/// Kyverno tells its policies by name, each with its rules.
fn with_rule(told: &str, more: &str) -> String {
    let (head, own) = told.split_once(KYVERNO_HEAD_END).unwrap_or((told, ""));
    let (_, other) = more.split_once(KYVERNO_HEAD_END).unwrap_or_default();
    let mut policies: BTreeMap<SmolStr, Vec<&str>> = BTreeMap::new();
    let mut policy = SmolStr::default();
    for line in own.lines().chain(other.lines()) {
        match line.strip_suffix(':').filter(|it| !it.starts_with(' ')) {
            Some(name) => policy = name.into(),
            None => policies.entry(policy.clone()).or_default().push(line),
        }
    }
    let told = policies.iter().map(|(policy, rules)| format!("{policy}:\n{}\n", rules.join("\n")));
    format!("{head}{KYVERNO_HEAD_END}{}", told.collect::<String>())
}
