//! A schedule may miss its runs because the time to start them is too short.
//!
//! ## Why
//! A run that has not started `startingDeadlineSeconds` after its time is left out.
//! The controller looks at a `CronJob` shortly after its time, and later when it is
//! busy or restarted; Kubernetes' documentation warns that below 10 seconds a run may
//! never be started. With 0 every run is too late.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "0 3 * * *", startingDeadlineSeconds: 5}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "0 3 * * *", startingDeadlineSeconds: 300}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "short-starting-deadline",
        title: "A schedule may miss its runs because the time to start them is too short",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schedule.deadline"],
        page: include_str!("short_starting_deadline.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for job in context.of_kind("batch", "CronJob") {
        let Some(field) = Field::root(job).keys(&["spec", "startingDeadlineSeconds"]) else { continue };
        let Some(seconds) = field.as_i64().filter(|it| *it < 10) else { continue };
        let title = job.title();
        let notice = if seconds < 0 {
            let message = format!("startingDeadlineSeconds of {title} is below zero");
            Notice::new(&CHECK.info, field.location(), message).severity(Severity::Error)
        } else {
            let message = format!("startingDeadlineSeconds of {title} is too short to start a run for sure");
            Notice::new(&CHECK.info, field.location(), message)
        };
        let change = Change::Set { at: field.location(), content: Content::Int(60) };
        report.add(notice.help("write at least 10, better some minutes, or leave it out").change(change));
    }
}
