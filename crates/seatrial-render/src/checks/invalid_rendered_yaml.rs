//! What a template gives is no valid YAML.
//!
//! ## Why
//! A template writes text, and nobody looks at its indentation before it is all
//! there: a block that is indented for another depth, a key inside a condition whose
//! list stands outside of it, a value with a colon that is not quoted. Helm refuses
//! the whole chart, and names a line of a text that nobody sees; here it is the line
//! of the template.
//!
//! ## Bad
//! ```yaml
//! # values.yaml
//! motto: "ships: and more"
//! # templates/web.yaml
//! motto: {{ .Values.motto }}
//! ```
//!
//! ## Good
//! ```yaml
//! # values.yaml
//! motto: "ships: and more"
//! # templates/web.yaml
//! motto: {{ .Values.motto | quote }}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_RENDERED_YAML: CheckInfo = CheckInfo {
    id: "invalid-rendered-yaml",
    title: "What a template gives is no valid YAML",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[
        "render.helm",
        "render.helm.indent",
        "render.helm.conditional",
        "render.helm.quote",
        "yaml.syntax",
    ],
    page: include_str!("invalid_rendered_yaml.rs"),
};
