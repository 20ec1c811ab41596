//! A schedule is in a time zone that does not exist.
//!
//! ## Why
//! `timeZone` of a `CronJob` is a name of the IANA database: `Europe/Berlin`,
//! `America/New_York`, `Etc/UTC`. Abbreviations such as `CEST` or `PST`, offsets such
//! as `GMT+2`, other letter case and `Local` are refused by the API server. Argo
//! Workflows never runs a `CronWorkflow` with such a name.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "0 3 * * *", timeZone: CEST}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata: {name: report}
//! spec: {schedule: "0 3 * * *", timeZone: Europe/Berlin}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_schema::zones::{is_time_zone, time_zones};

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-time-zone",
        title: "A schedule is in a time zone that does not exist",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schedule.timezone"],
        page: include_str!("unknown_time_zone.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let Some(field) = zone(object) else { continue };
        let Some(name) = field.as_str() else { continue };
        let is_default = name.is_empty() && object.kind() != "CronJob";
        if is_default || is_time_zone(name) || is_filled_in_later(name) || placeholder(name).is_some() {
            continue;
        }
        report.add(notice(&field, name));
    }
}

fn zone(object: &Object) -> Option<Field<'_>> {
    let path = match (object.group(), object.kind()) {
        ("batch", "CronJob") => &["spec", "timeZone"],
        ("argoproj.io", "CronWorkflow") => &["spec", "timezone"],
        _ => return None,
    };
    Field::root(object).keys(path)
}

fn notice(field: &Field<'_>, name: &str) -> Notice {
    let title = field.object().title();
    let message = format!("{title} is in the time zone `{name}`, which does not exist");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    match known(name) {
        Some(known) => notice
            .help(format!("write `{known}`"))
            .change(Change::Set { at: field.location(), content: Content::Text(known) }),
        None => notice.help(help(name)),
    }
}

fn help(name: &str) -> String {
    let place = "write a name of the IANA database, such as `Europe/Berlin` or `Etc/UTC`";
    match offset(name) {
        // The signs are the other way round there.
        Some(hours @ 1..=14) => format!("{place}; `Etc/GMT-{hours}` is {hours} hours ahead of UTC"),
        Some(hours @ -12..=-1) => format!("{place}; `Etc/GMT+{}` is {} hours behind UTC", -hours, -hours),
        _ => place.to_owned(),
    }
}

/// The hours of `GMT+2`, `UTC-3`, `+02:00`.
fn offset(name: &str) -> Option<i32> {
    let rest = name.trim_start_matches(|it: char| it.is_ascii_alphabetic());
    let is_prefix = matches!(&name[..name.len() - rest.len()], "" | "GMT" | "UTC" | "gmt" | "utc");
    let hours = rest.strip_suffix(":00").unwrap_or(rest);
    let is_signed = rest.starts_with(['+', '-']);
    hours.parse().ok().filter(|_| is_prefix && is_signed)
}

/// The zone that was meant: in another letter case, by its city alone, with a slip.
fn known(name: &str) -> Option<String> {
    let trimmed = name.trim().replace(' ', "_");
    if trimmed.is_empty() {
        return None;
    }
    let all: Vec<String> = time_zones().collect();
    // `Etc/GMT+2` is two hours behind, and who writes `GMT+2` means the opposite.
    if offset(&trimmed).is_some() {
        return None;
    }
    let city = |it: &&String| it.rsplit('/').next().is_some_and(|it| it.eq_ignore_ascii_case(&trimmed));
    let cased = all.iter().find(|it| it.eq_ignore_ascii_case(&trimmed)).or_else(|| all.iter().find(city));
    let near = || meant(&trimmed, all.iter().map(String::as_str)).map(str::to_owned);
    cased.cloned().or_else(near)
}
