//! A generator of a kustomization fails.
//!
//! ## Why
//! A generator makes a new `ConfigMap` or Secret unless `behavior` says that it adds to
//! one (`merge`) or takes its place (`replace`). Where the base makes one of the same
//! name already, or where there is none to add to, Kustomize builds nothing.
//!
//! ## Bad
//! ```yaml
//! # the base has a generator `settings`, too
//! configMapGenerator:
//!   - name: settings
//!     literals: [LOG_LEVEL=info]
//! ```
//!
//! ## Good
//! ```yaml
//! configMapGenerator:
//!   - name: settings
//!     behavior: merge
//!     literals: [LOG_LEVEL=info]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const FAILING_GENERATOR: CheckInfo = CheckInfo {
    id: "failing-generator",
    title: "A generator of a kustomization fails",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.kustomize.generator"],
    page: include_str!("failing_generator.rs"),
};
