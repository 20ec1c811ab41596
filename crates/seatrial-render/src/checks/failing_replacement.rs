//! A replacement of a kustomization fails.
//!
//! ## Why
//! A replacement copies a field of one object into others. Where the source is not
//! there, is there twice, or lacks the field, Kustomize builds nothing.
//!
//! ## Bad
//! ```yaml
//! # the ConfigMap is called `settings`
//! replacements:
//!   - source: {kind: ConfigMap, name: setting, fieldPath: data.host}
//!     targets:
//!       - select: {kind: Ingress}
//!         fieldPaths: [spec.rules.0.host]
//! ```
//!
//! ## Good
//! ```yaml
//! replacements:
//!   - source: {kind: ConfigMap, name: settings, fieldPath: data.host}
//!     targets:
//!       - select: {kind: Ingress}
//!         fieldPaths: [spec.rules.0.host]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const FAILING_REPLACEMENT: CheckInfo = CheckInfo {
    id: "failing-replacement",
    title: "A replacement of a kustomization fails",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.replacement"],
    page: include_str!("failing_replacement.rs"),
};
