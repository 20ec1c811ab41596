//! A kustomization puts a prefix before names that begin with it already.
//!
//! ## Why
//! `namePrefix` and `nameSuffix` change every name. Where all names have the prefix
//! already, the objects are called `web-web-server`: somebody wrote the prefix twice, and
//! what names these objects from outside, such as a URL, finds nothing.
//!
//! ## Bad
//! ```yaml
//! namePrefix: web-
//! resources:
//!   - web-server.yaml   # Deployment web-server, Service web-server
//! ```
//!
//! ## Good
//! ```yaml
//! namePrefix: web-
//! resources:
//!   - server.yaml       # Deployment server, Service server
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const DOUBLED_PREFIX: CheckInfo = CheckInfo {
    id: "doubled-prefix",
    title: "A kustomization puts a prefix before names that begin with it already",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.prefix"],
    page: include_str!("doubled_prefix.rs"),
};
