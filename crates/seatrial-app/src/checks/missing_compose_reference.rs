//! A Compose file names something that it does not define.
//!
//! ## Why
//! A service that waits for a service which is not there, or uses a network, volume, secret
//! or config that stands nowhere at the top of the file: Compose refuses the project. A
//! directory on the host has to begin with `./`, else its name is taken for that of a volume.
//! Other Compose files of the directory are taken into account, and a file that only
//! completes others is not judged.
//!
//! ## Bad
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     depends_on: [api]
//! ```
//!
//! ## Good
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     depends_on: [api]
//!   api:
//!     image: acme/api:1
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISSING_COMPOSE_REFERENCE: CheckInfo = CheckInfo {
    id: "missing-compose-reference",
    title: "A Compose file names something that it does not define",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["ref.compose"],
    page: include_str!("missing_compose_reference.rs"),
};
