//! A container has no memory limit.
//!
//! ## Why
//! A process that leaks may use all memory of its node. Then the kernel kills, or the
//! kubelet evicts, pods that did nothing wrong. A `LimitRange` of the namespace with a
//! `default` for memory fills a limit in.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {requests: {memory: 256Mi}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {requests: {memory: 256Mi}, limits: {memory: 256Mi}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::resources::{Wanted, report_missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-memory-limit",
        title: "A container has no memory limit",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["limits.missing"],
        page: include_str!("missing_memory_limit.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let help = "write `resources.limits.memory`, as much as the process needs at its worst";
    let wanted = Wanted { check: &CHECK.info, list: "limits", resource: "memory", help };
    report_missing(context, &wanted, report);
}
