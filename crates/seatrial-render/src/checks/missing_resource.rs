//! A kustomization names something that is not there.
//!
//! ## Why
//! Every file and directory that a kustomization names has to be there: one that was
//! renamed, moved or never committed, and Kustomize builds nothing. A directory needs a
//! kustomization file of its own.
//!
//! ## Bad
//! ```yaml
//! resources:
//!   - deployment.yaml
//!   - servise.yaml          # the file is called service.yaml
//! ```
//!
//! ## Good
//! ```yaml
//! resources:
//!   - deployment.yaml
//!   - service.yaml
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISSING_RESOURCE: CheckInfo = CheckInfo {
    id: "missing-resource",
    title: "A kustomization names something that is not there",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.missing-resource"],
    page: include_str!("missing_resource.rs"),
};
