//! A Compose file has a key or a value that Compose refuses.
//!
//! ## Why
//! Compose holds the whole file against its specification before anything starts. A key
//! that it does not know, text where a list is wanted, a number where text is wanted: none
//! of the services start. A key that no version of Compose is known to have is a warning,
//! unless it is a slip of one it has: other programs that read Compose files add their own.
//!
//! ## Bad
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     port: ["8080:80"]
//! ```
//!
//! ## Good
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     ports: ["8080:80"]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_COMPOSE_FILE: CheckInfo = CheckInfo {
    id: "invalid-compose-file",
    title: "A Compose file has a key or a value that Compose refuses",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["compose.syntax", "compose.schema"],
    page: include_str!("invalid_compose_file.rs"),
};
