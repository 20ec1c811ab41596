//! A file cannot be read as text.
//!
//! ## Why
//! Manifests are UTF-8 text. A file that is binary, in another encoding, or that
//! the system refuses to open is not judged, and most tools refuse it. Some
//! editors and shells write UTF-16: `>` in older PowerShell does.
//!
//! ## Bad
//! A `deployment.yaml` saved as UTF-16, or with mode 000.
//!
//! ## Good
//! The same file saved as UTF-8.

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNREADABLE_FILE: CheckInfo = CheckInfo {
    id: "unreadable-file",
    title: "A file cannot be read as text",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["input"],
    page: include_str!("unreadable_file.rs"),
};
