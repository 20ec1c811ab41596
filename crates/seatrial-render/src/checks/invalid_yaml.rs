//! A file is not valid YAML.
//!
//! ## Why
//! kubectl, kustomize and Helm refuse the whole file, also the objects in it that
//! are written correctly. Usual causes are a tab, a line that is indented
//! differently from its siblings, a missing space after a colon, or an unclosed
//! quote some lines above.
//!
//! ## Bad
//! ```yaml
//! spec:
//!   replicas: 2
//!    selector: {}
//! ```
//!
//! ## Good
//! ```yaml
//! spec:
//!   replicas: 2
//!   selector: {}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_YAML: CheckInfo = CheckInfo {
    id: "invalid-yaml",
    title: "A file is not valid YAML",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["yaml.syntax", "yaml.block-scalar"],
    page: include_str!("invalid_yaml.rs"),
};
