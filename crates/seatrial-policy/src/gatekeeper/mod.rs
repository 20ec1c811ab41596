//! Gatekeeper: constraint templates, in Rego or in CEL, and the constraints that
//! use them (`gatekeeper` 3.20, target `admission.k8s.gatekeeper.sh`).
//!
//! Objects are new. Who asks is unknown, and `data.inventory` holds what the
//! caller knows of.

mod builtins;
mod calls;
mod convert;
mod inventory;
mod matching;
mod rego;
mod source;
mod template;

use seatrial_schema::Value;
use smol_str::SmolStr;

use crate::validating_policy::Asked;

pub use inventory::Inventory;
pub use matching::is_about;
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
    ticks: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { ticks: 200_000 }
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

/// What a constraint does with an object that is in violation, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The object is refused.
    Deny,
    /// The server warns.
    Warn,
    /// It is only found by the audit.
    DryRun,
}

impl Action {
    /// What a constraint asks for at admission; none if it asks for nothing.
    pub fn of(constraint: &Value) -> Option<Self> {
        let spec = constraint.at("spec");
        match spec.str("enforcementAction") {
            "" | "deny" => Some(Self::Deny),
            "warn" => Some(Self::Warn),
            "dryrun" => Some(Self::DryRun),
            "scoped" => spec.items("scopedEnforcementActions").iter().filter_map(Self::scoped).min(),
            _ => None,
        }
    }

    /// The action of an enforcement point, if that is the webhook.
    fn scoped(action: &Value) -> Option<Self> {
        let points = action.items("enforcementPoints");
        let is_webhook = |it: &Value| matches!(it.str("name"), "*" | "validation.gatekeeper.sh");
        if !points.iter().any(is_webhook) {
            return None;
        }
        match action.str("action") {
            "deny" => Some(Self::Deny),
            "warn" => Some(Self::Warn),
            "dryrun" => Some(Self::DryRun),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
