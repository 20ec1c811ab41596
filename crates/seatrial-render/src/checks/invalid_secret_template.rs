//! A template of an `ExternalSecret` cannot be read.
//!
//! ## Why
//! External Secrets fills the Secret from templates of Go with the functions of sprig. One
//! that does not parse stops the whole object: the Secret is not written, and the pods that
//! name it wait for it. A key of the data is a field (`.user`), so it starts with a dot, and
//! one with a dash is only reached through `index`: `{{ index . "quay-user" }}`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: registry}
//! spec:
//!   secretStoreRef: {name: vault}
//!   target:
//!     template:
//!       data: {user: "{{ .quay-user }}"}
//!   data:
//!     - {secretKey: quay-user, remoteRef: {key: quay}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: registry}
//! spec:
//!   secretStoreRef: {name: vault}
//!   target:
//!     template:
//!       data: {user: '{{ index . "quay-user" }}'}
//!   data:
//!     - {secretKey: quay-user, remoteRef: {key: quay}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_SECRET_TEMPLATE: CheckInfo = CheckInfo {
    id: "invalid-secret-template",
    title: "A template of an `ExternalSecret` cannot be read",
    severity: Severity::Error,
    level: Level::Object,
    strictness: Strictness::Default,
    families: &["template.syntax"],
    page: include_str!("invalid_secret_template.rs"),
};
