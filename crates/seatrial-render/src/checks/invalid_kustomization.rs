//! A kustomization cannot be built.
//!
//! ## Why
//! Kustomize builds all of a kustomization or nothing: one field of the wrong
//! type or one entry that fails, and nothing of it is applied.
//!
//! ## Bad
//! ```yaml
//! patches:
//!   - patch.yaml        # an entry says `path`, `patch` or both with a `target`
//! ```
//!
//! ## Good
//! ```yaml
//! patches:
//!   - path: patch.yaml
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_KUSTOMIZATION: CheckInfo = CheckInfo {
    id: "invalid-kustomization",
    title: "A kustomization cannot be built",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize", "render.kustomize.schema", "render.kustomize.empty", "schema.wrong-type"],
    page: include_str!("invalid_kustomization.rs"),
};
