//! A JSON patch adds a mapping or list where one is, and loses what that held.
//!
//! ## Why
//! `add` at a key that is there replaces it. A patch that means to make room for one
//! annotation (`path: /metadata/annotations`, `value: {}`) takes all others away, and one
//! that means to mount one more volume takes the mounts that the base has. Kustomize says
//! nothing of it.
//!
//! Told of annotations, labels, data and node selectors, and of items that have names,
//! where no patch had put them there. Other mappings, such as a security context, are
//! replaced on purpose.
//!
//! ## Bad
//! ```yaml
//! - op: add
//!   path: /metadata/annotations          # the base has two of its own
//!   value: {example.com/owner: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! - op: add
//!   path: /metadata/annotations/example.com~1owner
//!   value: shop
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const LOSSY_PATCH: CheckInfo = CheckInfo {
    id: "lossy-patch",
    title: "A JSON patch adds a mapping or list where one is, and loses what that held",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.patch"],
    page: include_str!("lossy_patch.rs"),
};
