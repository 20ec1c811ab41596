//! A kustomization has a field that Kustomize does not know.
//!
//! ## Why
//! Kustomize refuses a file with a field that it does not know, so a slip in a name
//! stops the build.
//!
//! ## Bad
//! ```yaml
//! resource:
//!   - deployment.yaml
//! ```
//!
//! ## Good
//! ```yaml
//! resources:
//!   - deployment.yaml
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNKNOWN_KUSTOMIZATION_FIELD: CheckInfo = CheckInfo {
    id: "unknown-kustomization-field",
    title: "A kustomization has a field that Kustomize does not know",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.unknown-field", "render.kustomize.schema"],
    page: include_str!("unknown_kustomization_field.rs"),
};
