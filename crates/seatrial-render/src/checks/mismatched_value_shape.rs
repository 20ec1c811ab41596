//! A values file gives a value another shape than the chart has.
//!
//! ## Why
//! Where one side has a mapping and the other has none, nothing can be merged: Helm
//! keeps what the values file says, drops what the chart has there, and warns on stderr
//! in words that sound like the reverse. Templates that look into the mapping fail, or
//! print `map[...]` where a text belongs. What is empty, null or false switches
//! something off and is not told, and neither is a value whose type templates ask for.
//!
//! ## Bad
//! ```yaml
//! # values.yaml of the chart
//! image: {repository: registry.example/web, tag: "1.0"}
//! # values-prod.yaml
//! image: registry.example/web:1.1
//! ```
//!
//! ## Good
//! ```yaml
//! # values-prod.yaml
//! image: {tag: "1.1"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISMATCHED_VALUE_SHAPE: CheckInfo = CheckInfo {
    id: "mismatched-value-shape",
    title: "A values file gives a value another shape than the chart has",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "render.helm.values-key"],
    page: include_str!("mismatched_value_shape.rs"),
};
