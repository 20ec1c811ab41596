//! A template of a chart cannot be rendered.
//!
//! ## Why
//! Helm renders all of a chart or nothing: one template that does not parse, calls
//! something that is not there or looks into a value that is nil, and nothing of the
//! chart is installed. Often the value is missing from the values, or stands under
//! another name; inside `range` and `with` the dot is the item, and the values are
//! at `$.Values`.
//!
//! One render takes two seconds at most: 80 million steps, of which the largest public
//! charts take 5, a password hash (`htpasswd`, `bcrypt`) 2.5, `derivePassword` 3, a key
//! or a certificate less than one, and what is printed or encoded one a byte. It
//! writes 64 MiB at most. Helm goes on; here the template that came to the end is told.
//!
//! What no values reach yet is a warning: a loop without items in which a field is
//! looked up in the item that is not there, and what fails once one `true` or `false`
//! of the chart's own values is turned over (64 of them are tried, one at a time).
//!
//! ## Bad
//! ```yaml
//! # values.yaml
//! image: {}
//! # templates/web.yaml
//! image: {{ .Values.image.registry.host }}/web
//! ```
//!
//! ## Good
//! ```yaml
//! # values.yaml
//! image:
//!   registry:
//!     host: registry.example
//! # templates/web.yaml
//! image: {{ .Values.image.registry.host }}/web
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const TEMPLATE_ERROR: CheckInfo = CheckInfo {
    id: "template-error",
    title: "A template of a chart cannot be rendered",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[
        "render.helm",
        "render.helm.nil",
        "render.helm.scope",
        "render.helm.syntax",
        "render.helm.default-type",
        "render.helm.values-key",
    ],
    page: include_str!("template_error.rs"),
};
