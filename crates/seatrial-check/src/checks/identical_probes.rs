//! Liveness and readiness probe of a container are the same.
//!
//! ## Why
//! The two answers have different consequences: a container that is not ready gets no
//! traffic, one that is not alive is restarted. When both probes ask the same and give
//! up at the same time, a pod that is only busy is restarted instead of being given a
//! pause, and under load one after the other goes.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {httpGet: {path: /health, port: 8080}}
//!     readinessProbe: {httpGet: {path: /health, port: 8080}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {httpGet: {path: /health, port: 8080}, failureThreshold: 10}
//!     readinessProbe: {httpGet: {path: /health, port: 8080}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, Probe, ProbeKind};

use crate::probes::asks_the_same;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "identical-probes",
        title: "Liveness and readiness probe of a container are the same",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["probe.identical"],
        page: include_str!("identical_probes.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.long_running() {
            report.add_some(judge(&container));
        }
    }
}

fn judge(container: &Container<'_>) -> Option<Notice> {
    let (liveness, readiness) =
        (container.probe(ProbeKind::Liveness)?, container.probe(ProbeKind::Readiness)?);
    if !asks_the_same(&liveness, &readiness) || patience(&liveness) > patience(&readiness) {
        return None;
    }
    let title = container_title(container);
    let message = format!("livenessProbe of {title} asks what its readinessProbe asks, and gives up as soon");
    Some(
        Notice::new(&CHECK.info, liveness.field.location(), message)
            .help("ask something of its own, or let the livenessProbe fail more often before it counts")
            .related(readiness.field.location(), Role::Reference, "the readinessProbe"),
    )
}

/// Seconds of failure, once it runs, until it counts.
fn patience(probe: &Probe<'_>) -> i64 {
    probe.failure_threshold().saturating_mul(probe.period_seconds())
}
