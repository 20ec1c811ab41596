//! A chart asks for a value that is not given.
//!
//! ## Why
//! The chart's author says with `required` or `fail` that it cannot be installed like
//! this. Where the chart is deployed with values from elsewhere, they have to bring
//! what is asked for.
//!
//! ## Bad
//! ```yaml
//! # values.yaml
//! host: ""
//! # templates/web.yaml
//! host: {{ required "host is needed" .Values.host }}
//! ```
//!
//! ## Good
//! ```yaml
//! # values.yaml
//! host: web.example
//! # templates/web.yaml
//! host: {{ required "host is needed" .Values.host }}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISSING_REQUIRED_VALUE: CheckInfo = CheckInfo {
    id: "missing-required-value",
    title: "A chart asks for a value that is not given",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "render.helm.required"],
    page: include_str!("missing_required_value.rs"),
};
