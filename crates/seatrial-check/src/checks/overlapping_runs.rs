//! A schedule starts a run while the last one may still be going on.
//!
//! ## Why
//! A `CronJob` starts its runs whether or not earlier ones have ended, unless
//! `concurrencyPolicy` is `Forbid` or `Replace`. A run that hangs or is slow is joined by the
//! next: they share files and tables, and their number grows until the namespace is full. A
//! run that must end before the next one starts (`activeDeadlineSeconds`) cannot be joined.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: sync}
//! spec: {schedule: "*/5 * * * *"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: sync}
//! spec: {schedule: "*/5 * * * *", concurrencyPolicy: Forbid}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_schema::schedule::parse_without_zone;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "overlapping-runs",
        title: "A schedule starts a run while the last one may still be going on",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["schedule.overlap"],
        page: include_str!("overlapping_runs.rs"),
    },
    run,
};

/// Runs that start less often than that are seldom still going on.
const MINUTES_MAX: u32 = 15;

fn run(context: &Context<'_>, report: &mut Report) {
    for job in context.of_kind("batch", "CronJob") {
        report.add_some(judge(job));
    }
}

fn judge(job: &Object) -> Option<Notice> {
    let spec = Field::root(job).key("spec")?;
    let policy = spec.key("concurrencyPolicy").filter(|it| !it.node().is_null());
    let is_allowed = policy.as_ref().is_none_or(|it| matches!(it.as_str(), Some("Allow" | "")));
    if !is_allowed || spec.flag("suspend") {
        return None;
    }
    let schedule = spec.key("schedule")?;
    let gap = parse_without_zone(schedule.as_str()?).ok()?.shortest_gap()?;
    let deadline = spec.keys(&["jobTemplate", "spec", "activeDeadlineSeconds"]).map(|it| it.as_i64());
    let may_last = match deadline {
        Some(seconds) => seconds? > i64::from(gap) * 60,
        None => gap <= MINUTES_MAX,
    };
    if !may_last {
        return None;
    }
    let message = format!("runs of {} may overlap", job.title());
    let at = spec.at("concurrencyPolicy");
    let content = Content::Text("Forbid".to_owned());
    let change = match policy {
        Some(_) => Change::Set { at: at.clone(), content },
        None => Change::Insert { at: at.clone(), content },
    };
    Some(
        Notice::new(&CHECK.info, at, message)
            .because(format!("one starts {gap} min after another, and nothing makes it wait"))
            .help("write `concurrencyPolicy: Forbid`, or `Allow` with a reason to ignore this")
            .related(schedule.location(), Role::Cause, "the schedule")
            .change(change),
    )
}
