//! Kustomizations build on each other.
//!
//! ## Why
//! A kustomization that builds on itself, directly or through others, or on a directory
//! around it, has no end. Kustomize refuses it.
//!
//! ## Bad
//! ```yaml
//! # overlays/prod/kustomization.yaml
//! resources:
//!   - ../../overlays
//! ```
//!
//! ## Good
//! ```yaml
//! # overlays/prod/kustomization.yaml
//! resources:
//!   - ../../base
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const KUSTOMIZATION_CYCLE: CheckInfo = CheckInfo {
    id: "kustomization-cycle",
    title: "Kustomizations build on each other",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize"],
    page: include_str!("kustomization_cycle.rs"),
};
