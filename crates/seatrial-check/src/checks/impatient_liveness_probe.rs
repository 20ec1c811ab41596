//! A container is restarted before it is first asked whether it is ready.
//!
//! ## Why
//! `initialDelaySeconds` of a readiness probe says how long the process needs at
//! least. When the liveness probe asks the same thing and has used up all its failures
//! before that, the kubelet restarts a container that is still starting, again and
//! again (`CrashLoopBackOff`). A `startupProbe` keeps the liveness probe waiting.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {httpGet: {path: /health, port: 8080}, periodSeconds: 5, failureThreshold: 3}
//!     readinessProbe: {httpGet: {path: /health, port: 8080}, initialDelaySeconds: 60}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     startupProbe: {httpGet: {path: /health, port: 8080}, failureThreshold: 30}
//!     livenessProbe: {httpGet: {path: /health, port: 8080}, periodSeconds: 5, failureThreshold: 3}
//!     readinessProbe: {httpGet: {path: /health, port: 8080}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, Probe, ProbeKind};

use crate::probes::asks_the_same;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "impatient-liveness-probe",
        title: "A container is restarted before it is first asked whether it is ready",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["probe.timing"],
        page: include_str!("impatient_liveness_probe.rs"),
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
    if container.probe(ProbeKind::Startup).is_some() {
        return None;
    }
    let (liveness, readiness) =
        (container.probe(ProbeKind::Liveness)?, container.probe(ProbeKind::Readiness)?);
    let (end, start) = (patience(&liveness), readiness.initial_delay_seconds());
    if end >= start || !asks_the_same(&liveness, &readiness) {
        return None;
    }
    let message =
        format!("livenessProbe of {} gives up before readinessProbe first asks", container_title(container));
    Some(
        Notice::new(&CHECK.info, liveness.field.location(), message)
            .because(format!(
                "the container is restarted after {end} s, and first asked if it is ready after {start} s"
            ))
            .help("add a `startupProbe` that gives it the time it needs to start")
            .related(readiness.field.at("initialDelaySeconds"), Role::Cause, "the time it needs at least"),
    )
}

/// Seconds from the start to the restart of a container that never answers.
fn patience(liveness: &Probe<'_>) -> i64 {
    let periods = liveness.failure_threshold().saturating_sub(1).saturating_mul(liveness.period_seconds());
    liveness.initial_delay_seconds().saturating_add(periods)
}
