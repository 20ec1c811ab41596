//! A chart cannot be loaded.
//!
//! ## Why
//! Helm refuses a chart whose `Chart.yaml` lacks a name or a version, whose version is
//! none, whose values are no mapping, or which says that it is not for the cluster's
//! version of Kubernetes. `helm dependency` refuses a chart in a directory (`file://`) that
//! has another version than the one that is asked for.
//!
//! ## Bad
//! ```yaml
//! # Chart.yaml
//! apiVersion: v2
//! name: web
//! version: one
//! ```
//!
//! ## Good
//! ```yaml
//! # Chart.yaml
//! apiVersion: v2
//! name: web
//! version: 1.0.0
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_CHART: CheckInfo = CheckInfo {
    id: "invalid-chart",
    title: "A chart cannot be loaded",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "render.helm.chart"],
    page: include_str!("invalid_chart.rs"),
};
