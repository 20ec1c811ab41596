//! A file is too large to be read.
//!
//! ## Why
//! A manifest larger than an API server would ever accept is not read at all, so
//! that no input can exhaust memory. Nothing is known about what it holds. An
//! object of more than about one megabyte does not fit into etcd anyway.
//!
//! ## Bad
//! A `manifests.yaml` of a hundred megabytes.
//!
//! ## Good
//! One file per component, or data kept outside the manifests.

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const FILE_TOO_LARGE: CheckInfo = CheckInfo {
    id: "file-too-large",
    title: "A file is too large to be read",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["input"],
    page: include_str!("file_too_large.rs"),
};
