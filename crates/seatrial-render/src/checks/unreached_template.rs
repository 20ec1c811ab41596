//! A template of a chart gives nothing with any values file.
//!
//! ## Why
//! What no values turn on is rendered by nobody before a user turns it on: neither
//! this program nor the chart's own tests see what it would give. A values file beside
//! the chart (`values-*.yaml`, `ci/*-values.yaml`) that turns it on is judged like the
//! chart's own.
//!
//! ## Bad
//! ```yaml
//! # values.yaml, the only one
//! ingress: {enabled: false}
//! # templates/ingress.yaml
//! {{- if .Values.ingress.enabled }}
//! ```
//!
//! ## Good
//! ```yaml
//! # ci/ingress-values.yaml
//! ingress: {enabled: true}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNREACHED_TEMPLATE: CheckInfo = CheckInfo {
    id: "unreached-template",
    title: "A template of a chart gives nothing with any values file",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Strict,
    families: &["render.helm"],
    page: include_str!("unreached_template.rs"),
};
