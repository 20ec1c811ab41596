//! A schedule cannot be read, or names a day that never comes.
//!
//! ## Why
//! The API server reads the schedule of a `CronJob` with the standard grammar of
//! cron: five fields (minute 0-59, hour 0-23, day of month 1-31, month 1-12, day
//! of week 0-6 with Sunday as 0), or a descriptor such as `@daily` or
//! `@every 1h`. Seconds, `L`, `W`, `#`, `@reboot` and a 7 for Sunday are not part
//! of it: the object is refused. So is a time zone inside the schedule
//! (`TZ=...`); it belongs into `timeZone`.
//!
//! Argo Workflows, Velero and `VolSync` read their schedules with the same
//! parser, and never run one that they cannot read.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "1 43 * * *"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "43 1 * * *", timeZone: Europe/Berlin}
//! ```

use std::ops::Range;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_schema::schedule::{DESCRIPTORS, Fault, Wrong, parse_without_zone};

use crate::placeholder::placeholder;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-schedule",
        title: "A schedule cannot be read, or names a day that never comes",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schedule.cron"],
        page: include_str!("invalid_schedule.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for schedule in schedules(object) {
            let text = schedule.as_str().filter(|it| placeholder(it).is_none());
            if let Some(notice) = text.and_then(|text| judge(&schedule, text)) {
                report.add(notice);
            }
        }
    }
}

/// The fields that hold a schedule in this grammar.
fn schedules(object: &Object) -> Vec<Field<'_>> {
    let path: &[&str] = match (object.group(), object.kind()) {
        ("batch", "CronJob")
        | ("argoproj.io", "CronWorkflow")
        | ("velero.io", "Schedule")
        | ("apps.kruise.io", "AdvancedCronJob") => &["spec", "schedule"],
        ("volsync.backube", "ReplicationSource" | "ReplicationDestination") => {
            &["spec", "trigger", "schedule"]
        }
        _ => return Vec::new(),
    };
    let root = Field::root(object);
    let list = root.keys(&["spec", "schedules"]).filter(|_| object.kind() == "CronWorkflow");
    root.keys(path).into_iter().chain(list.into_iter().flat_map(|it| it.items())).collect()
}

fn judge(schedule: &Field<'_>, text: &str) -> Option<Notice> {
    let title = schedule.object().title();
    let is_cron_job = schedule.object().is("batch", "CronJob");
    let zone = zone(text);
    if is_cron_job && text.contains("TZ") {
        let message = format!("the schedule of {title} holds a time zone: `{text}`");
        let named = zone.as_ref().map_or("", |it| &text[it.zone.clone()]);
        let help =
            format!("write `timeZone: {}` beside the schedule", if named.is_empty() { "..." } else { named });
        return Some(Notice::new(&CHECK.info, schedule.location(), message).help(help));
    }
    let start = zone.map_or(0, |it| it.end);
    match parse_without_zone(&text[start..]) {
        Err(fault) => Some(unreadable(schedule, text, start, &fault)),
        Ok(read) if read.never_comes() => {
            let message = format!("the schedule of {title} names a day that never comes: `{text}`");
            let notice = Notice::new(&CHECK.info, schedule.location(), message).severity(Severity::Warning);
            Some(notice.help("name a day that the month has, or a day of the week"))
        }
        Ok(_) => None,
    }
}

fn unreadable(schedule: &Field<'_>, text: &str, start: usize, fault: &Fault) -> Notice {
    let title = schedule.object().title();
    let part = start + fault.part.start..start + fault.part.end;
    let message = format!("the schedule `{text}` of {title} cannot be read: {}", reason(fault));
    let at = schedule.location().part(part.start as u32..part.end as u32);
    Notice::new(&CHECK.info, at, message).help(help(text, &text[part]))
}

/// In words that follow "the schedule ...: ".
fn reason(fault: &Fault) -> String {
    let reason = match &fault.wrong {
        Wrong::Fields(count) => format!("it has {count} fields instead of 5"),
        Wrong::Zone => fault.said.clone(),
        Wrong::Descriptor => {
            format!("it is none of {} or `@every` with a duration", DESCRIPTORS.join(", "))
        }
        Wrong::Duration(text) => format!("`{text}` is no duration"),
        Wrong::Slashes(text) => format!("`{text}` has more than one slash"),
        Wrong::Hyphens(text) => format!("`{text}` has more than one hyphen"),
        Wrong::Number(text) => format!("`{text}` is no number"),
        Wrong::Range(value, (low, high)) => format!("{value} is out of {low}-{high}"),
        Wrong::Reversed(text) => format!("`{text}` begins after its end"),
        Wrong::Step(text) => format!("`{text}` has a step of 0"),
    };
    fault.field.map_or_else(|| reason.clone(), |field| format!("{field}: {reason}"))
}

fn help(text: &str, part: &str) -> &'static str {
    let fields = text.split_whitespace().count();
    match part {
        _ if text == "@reboot" => "use a Job: nothing in a cluster runs at its start",
        _ if fields == 6 || fields == 7 => {
            "leave out the seconds and the year: minute, hour, day, month, weekday"
        }
        "7" | "5-7" | "6-7" | "1-7" | "0-7" => "Sunday is 0: write `0`, or a list such as `5,6,0`",
        _ if part.contains(['L', 'W', '#']) => "list the days; the grammar has no last or nth day",
        _ => "write minute (0-59), hour (0-23), day (1-31), month (1-12) and weekday (0-6, Sunday is 0)",
    }
}

/// A time zone in front of a schedule.
struct Zone {
    zone: Range<usize>,
    end: usize,
}

fn zone(text: &str) -> Option<Zone> {
    let prefix = ["TZ=", "CRON_TZ="].into_iter().find(|it| text.starts_with(it))?;
    let space = text.find(' ')?;
    let end = text.len() - text[space..].trim_start().len();
    Some(Zone { zone: prefix.len()..space, end })
}
