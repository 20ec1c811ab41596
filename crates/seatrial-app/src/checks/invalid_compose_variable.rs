//! A Compose file has a variable that cannot be read.
//!
//! ## Why
//! Compose fills in `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `${NAME:+other}`
//! everywhere in the file, also inside of defaults. Where the closing brace is absent, or
//! something else follows the name, it refuses the whole file. A dollar that is meant
//! as such is written `$$`.
//!
//! ## Bad
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     environment:
//!       DOMAIN: ${DOMAIN:-example.com
//! ```
//!
//! ## Good
//! ```yaml
//! services:
//!   web:
//!     image: nginx
//!     environment:
//!       DOMAIN: ${DOMAIN:-example.com}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const INVALID_COMPOSE_VARIABLE: CheckInfo = CheckInfo {
    id: "invalid-compose-variable",
    title: "A Compose file has a variable that cannot be read",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["compose.syntax"],
    page: include_str!("invalid_compose_variable.rs"),
};
