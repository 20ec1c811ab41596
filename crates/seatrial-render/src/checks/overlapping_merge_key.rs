//! A mapping has a key that it also merges.
//!
//! ## Why
//! `<<: *defaults` takes over the keys of another mapping. When the mapping has one of
//! them itself, with another value, it matters who reads the file and what stands first:
//! where `<<` comes after the key, kubectl and Helm keep the merged value, and
//! Kustomize the mapping's own, as YAML says. A setting that a person wrote is silently
//! lost. Where `<<` comes first, all keep the mapping's own value, and that is only a
//! note, once for each document: readers that refuse a key which stands twice, such as
//! `kubeconform -strict`, refuse this file too.
//!
//! ## Bad
//! ```yaml
//! readinessProbe:
//!   periodSeconds: 30
//!   <<: *probe        # has periodSeconds: 5
//! ```
//!
//! ## Good
//! ```yaml
//! readinessProbe:
//!   httpGet: *get
//!   periodSeconds: 30
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const OVERLAPPING_MERGE_KEY: CheckInfo = CheckInfo {
    id: "overlapping-merge-key",
    title: "A mapping has a key that it also merges",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["yaml.duplicate-key"],
    page: include_str!("overlapping_merge_key.rs"),
};
