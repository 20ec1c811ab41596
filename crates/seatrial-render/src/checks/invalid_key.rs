//! A key or value cannot be represented.
//!
//! ## Why
//! The file is YAML, but Kubernetes' tools turn it into JSON, and JSON has no such
//! key or value: a mapping or list used as a key, a merge of something that is
//! not a mapping, a value that contradicts its tag. They refuse the file.
//!
//! ## Bad
//! ```yaml
//! metadata:
//!   name: {{ name }}
//! ```
//!
//! ## Good
//! ```yaml
//! metadata:
//!   name: web
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_KEY: CheckInfo = CheckInfo {
    id: "invalid-key",
    title: "A key or value cannot be represented",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["yaml.syntax"],
    page: include_str!("invalid_key.rs"),
};
