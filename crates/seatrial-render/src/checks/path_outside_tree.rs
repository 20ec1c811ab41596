//! A path leads outside the repository.
//!
//! ## Why
//! What lies outside the repository is not in a clone of it: the file is there on
//! one machine and absent on every other. It is not read, so nothing is known
//! about what it holds, and a hostile link cannot disclose a file of yours.
//!
//! ## Bad
//! A link `k8s/secrets.yaml` to `/home/me/secrets.yaml`.
//!
//! ## Good
//! The file itself, or a link to a file of the same repository.

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const PATH_OUTSIDE_TREE: CheckInfo = CheckInfo {
    id: "path-outside-tree",
    title: "A path leads outside the repository",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.outside-root"],
    page: include_str!("path_outside_tree.rs"),
};
