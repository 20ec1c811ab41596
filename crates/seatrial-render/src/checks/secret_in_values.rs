//! A secret stands in the values of a chart.
//!
//! ## Why
//! Everybody who can read the repository has the password, and so has everybody who
//! ever cloned it. Told is a literal under a secret name that a Secret or an
//! environment variable of the chart holds as it is; stand-ins and words are not, and
//! the value is never printed.
//!
//! ## Bad
//! ```yaml
//! # values.yaml
//! database: {password: k8tN2vQx}
//! # templates/secret.yaml
//! password: {{ .Values.database.password | b64enc }}
//! ```
//!
//! ## Good
//! ```yaml
//! # values.yaml
//! database: {existingSecret: database}
//! # templates/web.yaml
//! secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: password}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const SECRET_IN_VALUES: CheckInfo = CheckInfo {
    id: "secret-in-values",
    title: "A secret stands in the values of a chart",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["secret.literal"],
    page: include_str!("secret_in_values.rs"),
};
