//! Values do not fit the schema of a chart.
//!
//! ## Why
//! A chart with a `values.schema.json` is refused by Helm before a template is
//! rendered when its values do not fit: a type that differs, a key that the schema
//! does not know, a required one that is absent.
//!
//! ## Bad
//! ```yaml
//! # values.schema.json: {"properties": {"port": {"type": "integer"}}}
//! port: "80"
//! ```
//!
//! ## Good
//! ```yaml
//! # values.schema.json: {"properties": {"port": {"type": "integer"}}}
//! port: 80
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const REFUSED_VALUES: CheckInfo = CheckInfo {
    id: "refused-values",
    title: "Values do not fit the schema of a chart",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "render.helm.schema"],
    page: include_str!("refused_values.rs"),
};
