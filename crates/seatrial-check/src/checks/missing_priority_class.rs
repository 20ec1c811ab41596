//! A priority class is not defined.
//!
//! ## Why
//! The API server refuses a pod whose priority class does not exist: `no PriorityClass
//! with name high was found`. The Deployment is accepted, its `ReplicaSet` never gets a pod.
//! `system-cluster-critical` and `system-node-critical` are always there.
//!
//! ## Bad
//! ```yaml pod-spec
//! priorityClassName: high
//! containers: [{name: app, image: "app:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: scheduling.k8s.io/v1
//! kind: PriorityClass
//! metadata: {name: high}
//! value: 1000
//! ```
//! ```yaml pod-spec
//! priorityClassName: high
//! containers: [{name: app, image: "app:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-priority-class",
        title: "A priority class is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.priorityclass"],
        page: include_str!("missing_priority_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, |_, link| is_to(link, "scheduling.k8s.io", "PriorityClass")) {
        let outcome = "the API server refuses every pod: no PriorityClass with this name was found";
        report.add(it.notice(&CHECK.info, "asks for", outcome, Severity::Error));
    }
}
