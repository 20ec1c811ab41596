//! An entry of a kustomization changes nothing.
//!
//! ## Why
//! An entry of `images`, a patch or a replacement that fits no object is passed over in
//! silence: what it was written for stays as it is. Most often the base was renamed, or
//! the entry names an image with another registry than the manifests do. A list whose
//! entries were all commented out is null, which Kustomize takes for an empty one and
//! other programs that read the file do not.
//!
//! ## Bad
//! ```yaml
//! # the manifests have the image `web:1.0`
//! images:
//!   - name: registry.example/web
//!     newTag: "2.0"
//! ```
//!
//! ## Good
//! ```yaml
//! images:
//!   - name: web
//!     newName: registry.example/web
//!     newTag: "2.0"
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNMATCHED_OVERRIDE: CheckInfo = CheckInfo {
    id: "unmatched-override",
    title: "An entry of a kustomization changes nothing",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.patch-noop", "render.kustomize.transformer-noop", "schema.null-list"],
    page: include_str!("unmatched_override.rs"),
};
