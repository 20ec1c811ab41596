//! A service sets a variable whose name looks mistyped.
//!
//! ## Why
//! A program ignores a variable that it does not know and starts with its default: it
//! listens on another port, or runs without a key. Told where several other services, or the
//! same service in other Compose files, set a variable whose name differs by a slip of the
//! keyboard, this service does not set that one, and nobody else sets this one.
//!
//! ## Bad
//! ```yaml
//! services:
//!   api:
//!     image: acme/api:1
//!     environment: {PROT: "8088"}
//!   worker:
//!     image: acme/api:1
//!     environment: {PORT: "8088"}
//!   mailer:
//!     image: acme/api:1
//!     environment: {PORT: "8088"}
//! ```
//!
//! ## Good
//! ```yaml
//! services:
//!   api:
//!     image: acme/api:1
//!     environment: {PORT: "8088"}
//!   worker:
//!     image: acme/api:1
//!     environment: {PORT: "8088"}
//!   mailer:
//!     image: acme/api:1
//!     environment: {PORT: "8088"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const MISTYPED_COMPOSE_VARIABLE: CheckInfo = CheckInfo {
    id: "mistyped-compose-variable",
    title: "A service sets a variable whose name looks mistyped",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["env.name"],
    page: include_str!("mistyped_compose_variable.rs"),
};
