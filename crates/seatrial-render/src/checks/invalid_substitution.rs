//! Flux cannot read a text that looks like a variable.
//!
//! ## Why
//! A Kustomization with `postBuild` has every `${` in its objects read as a variable:
//! `${name}`, `${name:=default}`, `${name/old/new}` and the like. What does not fit, as
//! `${{ x }}`, `${a.b}` or a script's `${x-y}`, fails the whole Kustomization (`post build
//! failed`).
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {url: "https://${server.host}/"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {url: "https://$${server.host}/"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_SUBSTITUTION: CheckInfo = CheckInfo {
    id: "invalid-substitution",
    title: "Flux cannot read a text that looks like a variable",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["flux.substitute"],
    page: include_str!("invalid_substitution.rs"),
};
