//! Kyverno: the rules of its policies that validate (`kyverno` 1.17,
//! `pkg/engine`), and its `ValidatingPolicy` in CEL.
//!
//! Objects are new. Who asks, what other objects the cluster has, and the time
//! are unknown; what hangs on them is told, and says nothing.

mod autogen;
mod cel;
mod conditions;
mod context;
pub(crate) mod images;
mod matching;
mod patterns;
mod places;
mod pod_security;
mod policy;
mod rule;
mod run;
mod scalars;
#[cfg(test)]
mod tests;
mod variables;
pub(crate) mod wildcard;

use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use crate::validating_policy::Asked;
pub(crate) use matching::may_be_about;
pub use matching::{KindPattern, Match};
pub use policy::{Policy, Rule};
pub use rule::judge;

/// What a rule says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rule is not about it.
    NotAbout,
    /// It is as the rule says.
    Pass,
    /// The rule's own conditions leave it out.
    Skip,
    /// It is otherwise.
    Fail(Failure),
    /// Kyverno itself cannot tell; it refuses the object unless failures are
    /// ignored.
    Error(String),
    /// It cannot be told here.
    Unknown(String),
}

/// How an object breaks a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What Kyverno says.
    pub message: String,
    /// The field that breaks it, as far as that is told.
    pub path: Vec<PathStep>,
    /// Whether who asks could be exempt.
    pub hangs_on_user: bool,
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

/// Namespaces that Kyverno's own configuration leaves out.
const EXEMPT: &[&str] = &["kube-node-lease", "kube-public", "kube-system", "kyverno"];

/// Whether Kyverno is not asked about an object: its own, and those in namespaces
/// that are left out.
pub fn exempts(asked: Asked<'_>) -> bool {
    is_own(asked.request.group) || EXEMPT.contains(&asked.request.namespace)
}

/// Whether objects of a kind are policies.
pub fn is_policy(group: &str, kind: &str) -> bool {
    match group {
        "kyverno.io" => matches!(kind, "ClusterPolicy" | "Policy"),
        "policies.kyverno.io" => kind != "PolicyException",
        _ => false,
    }
}

/// Whether objects of a kind take others out of policies.
pub fn is_exception(group: &str, kind: &str) -> bool {
    is_own(group) && kind == "PolicyException"
}

/// Whether a group is one of Kyverno's.
pub fn is_own(group: &str) -> bool {
    group == "kyverno.io" || group.ends_with(".kyverno.io")
}

/// The steps of a way into an object.
fn keys(names: &[&str]) -> Vec<PathStep> {
    names.iter().map(|it| PathStep::Key(SmolStr::new(it))).collect()
}
