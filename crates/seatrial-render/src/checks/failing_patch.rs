//! A patch of a kustomization cannot be applied.
//!
//! ## Why
//! A patch names the object that it changes by kind, name and namespace, as they are
//! at that point of the build. Where there is no such object, or a JSON patch leads
//! through a field that is not there, Kustomize builds nothing.
//!
//! ## Bad
//! ```yaml
//! # the base has a Deployment `web`
//! patches:
//!   - patch: |-
//!       apiVersion: apps/v1
//!       kind: Deployment
//!       metadata: {name: frontend}
//!       spec: {replicas: 3}
//! ```
//!
//! ## Good
//! ```yaml
//! patches:
//!   - patch: |-
//!       apiVersion: apps/v1
//!       kind: Deployment
//!       metadata: {name: web}
//!       spec: {replicas: 3}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const FAILING_PATCH: CheckInfo = CheckInfo {
    id: "failing-patch",
    title: "A patch of a kustomization cannot be applied",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.patch-target", "render.kustomize.patch-noop"],
    page: include_str!("failing_patch.rs"),
};
