//! A kustomization names a file that git ignores.
//!
//! ## Why
//! The file is on this machine and in no clone: for a colleague, a pipeline, Argo
//! CD and Flux the kustomization does not build. Files with secrets are ignored
//! on purpose and still listed, which is the usual way to get here.
//!
//! ## Bad
//! ```yaml
//! resources:
//!   - deployment.yaml
//!   - secret.yaml   # .gitignore has this name
//! ```
//!
//! ## Good
//! ```yaml
//! resources:
//!   - deployment.yaml
//!   - external-secret.yaml
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const IGNORED_RESOURCE: CheckInfo = CheckInfo {
    id: "ignored-resource",
    title: "A kustomization names a file that git ignores",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.missing-resource"],
    page: include_str!("ignored_resource.rs"),
};
