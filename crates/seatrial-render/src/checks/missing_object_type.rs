//! A manifest lacks its apiVersion or kind.
//!
//! ## Why
//! Without both `apiVersion` and `kind` a tool cannot tell what a document is.
//! kubectl refuses the whole file with "apiVersion not set" or "kind not set".
//!
//! ## Bad
//! ```yaml
//! kind: Deployment
//! metadata: {name: web}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISSING_OBJECT_TYPE: CheckInfo = CheckInfo {
    id: "missing-object-type",
    title: "A manifest lacks its apiVersion or kind",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["schema.apiVersion"],
    page: include_str!("missing_object_type.rs"),
};
