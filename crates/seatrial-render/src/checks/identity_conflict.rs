//! Two objects of a kustomization have one identity.
//!
//! ## Why
//! Kind, namespace and name make an object's identity. Kustomize refuses to build when
//! two resources share one: the same file listed twice through two bases, a copy that
//! kept its name, or two objects that `namespace` moves into one place.
//!
//! ## Bad
//! ```yaml
//! resources:
//!   - redis.yaml            # has a PodDisruptionBudget `redis`
//!   - budgets.yaml          # has it, too
//! ```
//!
//! ## Good
//! ```yaml
//! resources:
//!   - redis.yaml
//!   - budgets.yaml          # the budgets of the others
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const IDENTITY_CONFLICT: CheckInfo = CheckInfo {
    id: "identity-conflict",
    title: "Two objects of a kustomization have one identity",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.id-conflict", "render.kustomize.generator"],
    page: include_str!("identity_conflict.rs"),
};
