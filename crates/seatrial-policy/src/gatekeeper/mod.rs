//! Gatekeeper: constraint templates, in Rego or in CEL, and the constraints that
//! use them (`gatekeeper` 3.20, target `admission.k8s.gatekeeper.sh`).
//!
//! Objects are new. Who asks is unknown, and `data.inventory` holds what the
//! caller knows of.

mod builtins;
mod calls;
mod convert;
mod definition;
mod growth;
mod inventory;
mod matching;
mod rego;
mod source;
mod steps;
mod template;

use seatrial_schema::Value;
use seatrial_yaml::{FieldPath, PathStep};
use smol_str::SmolStr;

use crate::denial::{Cause, Denial, WEBHOOKS};
use crate::objection::{Action, Objection};
use crate::validating_policy::Asked;

pub use definition::constraint_definition;
pub use inventory::Inventory;
pub(crate) use matching::may_change;
pub use matching::{exempted, exempts, is_about};
pub use template::Template;

/// The API group of constraints.
pub const CONSTRAINT_GROUP: &str = "constraints.gatekeeper.sh";
/// The API group of templates.
pub const TEMPLATE_GROUP: &str = "templates.gatekeeper.sh";

/// What a template says of one object; the error says what kept it from an answer.
pub type Answer = Result<Vec<Violation>, String>;

/// An object as templates are asked about it.
#[derive(Clone, Debug)]
pub struct Review(regorus::Value);

impl Review {
    /// What is known of the request that makes an object.
    pub fn of(asked: Asked<'_>) -> Self {
        Self(rego::review(asked))
    }
}

/// How much work is left for the policies of one unit.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    steps: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { steps: 20_000_000 }
    }
}

/// What a template has against an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What Gatekeeper says.
    pub message: String,
    /// The fields of the object that were looked at, as far as that is told.
    pub looked_at: Vec<SmolStr>,
}

/// What a constraint asks for at admission; none if it asks for nothing.
pub fn action_of(constraint: &Value) -> Option<Action> {
    let spec = constraint.at("spec");
    match spec.str("enforcementAction") {
        "" => Some(Action::Deny),
        "scoped" => spec.items("scopedEnforcementActions").iter().filter_map(scoped).min(),
        word => action(word),
    }
}

fn action(word: &str) -> Option<Action> {
    match word {
        "deny" => Some(Action::Deny),
        "warn" => Some(Action::Warn),
        "dryrun" => Some(Action::Note),
        _ => None,
    }
}

/// The action of an enforcement point, if that is the webhook.
fn scoped(scoped: &Value) -> Option<Action> {
    let points = scoped.items("enforcementPoints");
    let is_webhook = |it: &Value| matches!(it.str("name"), "*" | "validation.gatekeeper.sh");
    if points.iter().any(is_webhook) { action(scoped.str("action")) } else { None }
}

/// A constraint with its template.
#[derive(Clone, Copy, Debug)]
pub struct Constraint<'p> {
    /// The template that its kind comes from.
    pub template: &'p Template,
    /// The constraint.
    pub value: &'p Value,
}

impl Constraint<'_> {
    /// What a violation becomes; none if the constraint asks for nothing.
    pub fn objection(&self, violation: Violation) -> Option<Objection> {
        objection(self.template, self.value, violation)
    }
}

fn objection(template: &Template, constraint: &Value, violation: Violation) -> Option<Objection> {
    let action = action_of(constraint)?;
    let Violation { message: said, looked_at } = violation;
    let looked_at: Vec<_> = looked_at.into_iter().map(PathStep::Key).collect();
    let name = constraint.at("metadata").str("name");
    let message =
        format!("admission webhook \"validation.gatekeeper.sh\" denied the request: [{name}] {said}");
    let causes = vec![
        Cause::own(&looked_at),
        Cause::stated(constraint.str("kind"), constraint, FieldPath::root()),
        Cause { of: Some(template.named()), path: FieldPath::root() },
    ];
    let denial = Denial { plugin: WEBHOOKS, reason: "Forbidden", message, causes };
    let hangs_on = template
        .needs_inventory()
        .then_some("it hangs on other objects of the cluster; only those of this unit are known");
    let warning = format!("[{name}] {said}");
    Some(Objection { action, said, warning, denial, hangs_on })
}

#[cfg(test)]
mod tests;
