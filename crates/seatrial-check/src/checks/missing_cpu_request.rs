//! A container requests no CPU.
//!
//! ## Why
//! The request is the share that a container gets when its node is busy; without one it
//! gets next to nothing. The scheduler and an autoscaler that goes by CPU also need it.
//! A limit counts as a request where no request is written, and a `LimitRange` of the
//! namespace may fill one in.
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
//!     resources: {requests: {memory: 256Mi, cpu: 100m}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::resources::{Wanted, report_missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-cpu-request",
        title: "A container requests no CPU",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["limits.missing"],
        page: include_str!("missing_cpu_request.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let help = "write `resources.requests.cpu`";
    let wanted = Wanted { check: &CHECK.info, list: "requests", resource: "cpu", help };
    report_missing(context, &wanted, report);
}
