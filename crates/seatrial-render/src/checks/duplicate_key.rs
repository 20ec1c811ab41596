//! A mapping has the same key twice.
//!
//! ## Why
//! Kubernetes' tools keep one of the two values and say nothing, or refuse the
//! file, depending on the tool and its version. When the values differ, a setting
//! that a person wrote is silently lost: a list of patches, a label, a whole
//! object whose `---` line was forgotten. Two equal values are only a warning,
//! except in a file that a kustomization lists under `resources`: kustomize refuses
//! it either way. In a patch the first of the two counts, elsewhere the last.
//!
//! ## Bad
//! ```yaml
//! metadata:
//!   name: web
//!   labels: {app: web}
//!   labels: {tier: front}
//! ```
//!
//! ## Good
//! ```yaml
//! metadata:
//!   name: web
//!   labels: {app: web, tier: front}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const DUPLICATE_KEY: CheckInfo = CheckInfo {
    id: "duplicate-key",
    title: "A mapping has the same key twice",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["yaml.duplicate-key"],
    page: include_str!("duplicate_key.rs"),
};
