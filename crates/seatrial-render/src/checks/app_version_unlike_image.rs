//! A chart says that its application has another version than its image.
//!
//! ## Why
//! `appVersion` is what `helm list` shows and what labels say. When the image's tag was
//! raised and `appVersion` was not, people look for faults of a version that does not
//! run. Compared are versions of the same shape: of the image that is called like the
//! chart, or of the only one, as the chart's own values have it.
//!
//! ## Bad
//! ```yaml
//! # Chart.yaml
//! name: web
//! appVersion: 1.4.0
//! # values.yaml
//! image: {repository: registry.example/web, tag: 1.5.2}
//! ```
//!
//! ## Good
//! ```yaml
//! # Chart.yaml
//! name: web
//! appVersion: 1.5.2
//! # templates/web.yaml
//! image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const APP_VERSION_UNLIKE_IMAGE: CheckInfo = CheckInfo {
    id: "app-version-unlike-image",
    title: "A chart says that its application has another version than its image",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "image.tag"],
    page: include_str!("app_version_unlike_image.rs"),
};
