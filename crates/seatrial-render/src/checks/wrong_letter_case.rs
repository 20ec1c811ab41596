//! A kind, or the key for it, is written in the wrong letter case.
//!
//! ## Why
//! Keys and kinds are compared letter by letter. `kind: configmap` is refused with
//! "no matches for kind", and an object whose key is `Kind` with "Object 'Kind' is
//! missing". Nothing that refers to the object finds it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: configmap
//! metadata: {name: settings}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const WRONG_LETTER_CASE: CheckInfo = CheckInfo {
    id: "wrong-letter-case",
    title: "A kind, or the key for it, is written in the wrong letter case",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["schema.apiVersion"],
    page: include_str!("wrong_letter_case.rs"),
};
