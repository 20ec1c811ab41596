//! A kustomization names a file outside its directory.
//!
//! ## Why
//! Kustomize reads files only from the kustomization's own directory and below it, so
//! that a build cannot be led to any file of the machine. A directory elsewhere is
//! allowed where it has a kustomization file of its own. Flux has no such bound: of
//! what it applies, and of bases of that, nothing is said, and beside other objects of
//! Flux it is a warning.
//!
//! ## Bad
//! ```yaml
//! # overlays/prod/kustomization.yaml
//! resources:
//!   - ../../base/vpa.yaml
//! ```
//!
//! ## Good
//! ```yaml
//! # overlays/prod/kustomization.yaml
//! resources:
//!   - ../../base            # whose kustomization lists vpa.yaml
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const PATH_OUTSIDE_ROOT: CheckInfo = CheckInfo {
    id: "path-outside-root",
    title: "A kustomization names a file outside its directory",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.outside-root"],
    page: include_str!("path_outside_root.rs"),
};
