//! A loop of a template gives all its objects one name.
//!
//! ## Why
//! A template that ranges over a list makes an object for each item. Where the name
//! is the chart's and not the item's, the second object replaces the first: Helm
//! installs one of them, and Argo CD and `kubectl apply` write one over the other. With
//! no item or one in the list nobody notices.
//!
//! ## Bad
//! ```yaml
//! # templates/jobs.yaml
//! {{- range .Values.jobs }}
//! ---
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata:
//!   name: {{ include "ship.fullname" $ }}
//! {{- end }}
//! ```
//!
//! ## Good
//! ```yaml
//! # templates/jobs.yaml
//! {{- range .Values.jobs }}
//! ---
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata:
//!   name: {{ include "ship.fullname" $ }}-{{ .name }}
//! {{- end }}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const REPEATED_NAME: CheckInfo = CheckInfo {
    id: "repeated-name",
    title: "A loop of a template gives all its objects one name",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "duplicate-identity"],
    page: include_str!("repeated_name.rs"),
};
