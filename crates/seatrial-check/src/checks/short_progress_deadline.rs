//! A rollout is given up before a pod can be ready.
//!
//! ## Why
//! `progressDeadlineSeconds` (600 where it is not written) is the time in which a
//! rollout must make a step. A pod counts only once its probes have answered and
//! `minReadySeconds` have passed. When these alone take longer, every rollout ends
//! with `ProgressDeadlineExceeded`: `kubectl rollout status`, Argo CD and Helm report
//! a failure. A deadline not above `minReadySeconds` is refused by the API server.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   progressDeadlineSeconds: 60
//!   minReadySeconds: 60
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   progressDeadlineSeconds: 300
//!   minReadySeconds: 60
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{PodTemplate, ProbeKind, Workload};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "short-progress-deadline",
        title: "A rollout is given up before a pod can be ready",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["scheduling.progress-deadline"],
        page: include_str!("short_progress_deadline.rs"),
    },
    run,
};

const DEADLINE: &str = "progressDeadlineSeconds";

fn run(context: &Context<'_>, report: &mut Report) {
    for workload in context.of_kind("apps", "Deployment").filter_map(Workload::of) {
        report.add_some(workload.spec().and_then(|spec| judge(&workload, &spec)));
    }
}

fn judge(workload: &Workload<'_>, spec: &Field<'_>) -> Option<Notice> {
    let title = workload.object().title();
    let written = spec.key(DEADLINE).filter(|it| !it.node().is_null());
    let deadline = written.as_ref().map_or(Some(600), Field::as_i64)?;
    let ready = spec.number("minReadySeconds").unwrap_or(0);
    let at = written.as_ref().map_or_else(|| spec.at("minReadySeconds"), Field::location);
    let notice = |message: String, needed: i64| {
        let content = Content::Int(needed.saturating_add(300));
        let change = match &written {
            Some(_) => Change::Set { at: spec.at(DEADLINE), content },
            None => Change::Insert { at: spec.at(DEADLINE), content },
        };
        Notice::new(&CHECK.info, at.clone(), message)
            .because(format!("a rollout is given up after {deadline} s without a step"))
            .change(change)
    };
    if deadline <= ready {
        let message = format!("{DEADLINE} of {title} is not above its `minReadySeconds`");
        let notice = notice(message, ready).help(format!("write a {DEADLINE} well above `minReadySeconds`"));
        return Some(notice.related(
            spec.at("minReadySeconds"),
            Role::Cause,
            "the time a pod must stay ready",
        ));
    }
    let (delay, probe) = longest_delay(&workload.template()?)?;
    let needed = delay.saturating_add(ready);
    if needed < deadline {
        return None;
    }
    let message = format!("{DEADLINE} of {title} ends before a pod can be ready");
    let notice = notice(message, needed).severity(Severity::Warning);
    Some(
        notice
            .because(format!("a pod is ready after {needed} s at the earliest"))
            .help(format!("write a {DEADLINE} above the delays, or wait less"))
            .related(probe.location(), Role::Cause, "the first question"),
    )
}

/// The longest time before a container is asked whether it has started or is
/// ready, and where that stands.
fn longest_delay<'a>(template: &PodTemplate<'a>) -> Option<(i64, Field<'a>)> {
    let mut found: Vec<(i64, Field<'a>)> = Vec::new();
    for container in template.long_running() {
        for kind in [ProbeKind::Startup, ProbeKind::Readiness] {
            let Some(probe) = container.probe(kind) else { continue };
            let Some(field) = probe.field.key("initialDelaySeconds") else { continue };
            found.push((probe.initial_delay_seconds(), field));
        }
    }
    found.into_iter().max_by_key(|(delay, _)| *delay)
}
