//! A container requests no memory.
//!
//! ## Why
//! The scheduler keeps free what is requested. Without a request it puts the pod on
//! nodes that are full, and the kubelet evicts such pods first when memory runs out. A
//! limit counts as a request where no request is written, and a `LimitRange` of the
//! namespace may fill one in.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {requests: {cpu: 100m}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {requests: {memory: 256Mi}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::resources::{Wanted, report_missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-memory-request",
        title: "A container requests no memory",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["limits.missing"],
        page: include_str!("missing_memory_request.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let help = "write `resources.requests.memory`, as much as the process usually uses";
    let wanted = Wanted { check: &CHECK.info, list: "requests", resource: "memory", help };
    report_missing(context, &wanted, report);
}
