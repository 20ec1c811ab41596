//! A kustomization uses a field that is deprecated.
//!
//! ## Why
//! Kustomize warns of these fields and will drop them. `kustomize edit fix` rewrites a
//! file; `commonLabels` also changes selectors, and those of a Deployment that runs
//! already cannot be changed.
//!
//! ## Bad
//! ```yaml
//! bases:
//!   - ../../base
//! ```
//!
//! ## Good
//! ```yaml
//! resources:
//!   - ../../base
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const DEPRECATED_KUSTOMIZATION_FIELD: CheckInfo = CheckInfo {
    id: "deprecated-kustomization-field",
    title: "A kustomization uses a field that is deprecated",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Strict,
    families: &["render.kustomize.unknown-field"],
    page: include_str!("deprecated_kustomization_field.rs"),
};
