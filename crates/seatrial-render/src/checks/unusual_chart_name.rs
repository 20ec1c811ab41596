//! The name of a chart goes into no name or label.
//!
//! ## Why
//! Charts put their name into the labels and often into the names of their objects. The
//! API server refuses a label with a space and a name with capitals or underscores, and
//! Helm's own rule for names of charts is lower-case letters, digits and dashes. A chart
//! that is named otherwise renders, and then is refused object by object.
//!
//! ## Bad
//! ```yaml
//! # Chart.yaml
//! apiVersion: v2
//! name: Web Shop
//! version: 1.0.0
//! ```
//!
//! ## Good
//! ```yaml
//! # Chart.yaml
//! apiVersion: v2
//! name: web-shop
//! version: 1.0.0
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNUSUAL_CHART_NAME: CheckInfo = CheckInfo {
    id: "unusual-chart-name",
    title: "The name of a chart goes into no name or label",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["schema.chart-name"],
    page: include_str!("unusual_chart_name.rs"),
};
