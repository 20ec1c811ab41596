//! A container is killed before its `preStop` hook has ended.
//!
//! ## Why
//! `terminationGracePeriodSeconds` (30 where it is not written) covers the `preStop`
//! hook and the shutdown together. When a hook sleeps for all of it, the process gets
//! its signal with two seconds left and is then killed: requests in flight are lost,
//! data may not be written. A `sleep` hook longer than the period is refused by the
//! API server.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     lifecycle: {preStop: {exec: {command: [sleep, "60"]}}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! terminationGracePeriodSeconds: 90
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     lifecycle: {preStop: {exec: {command: [sleep, "60"]}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "short-termination-grace",
        title: "A container is killed before its `preStop` hook has ended",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["lifecycle.grace"],
        page: include_str!("short_termination_grace.rs"),
    },
    run,
};

const GRACE: &str = "terminationGracePeriodSeconds";

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let grace = template.spec.key(GRACE).filter(|it| !it.node().is_null());
        let Some(seconds) = grace.as_ref().map_or(Some(30), Field::as_i64) else { continue };
        for container in template.long_running() {
            report.add_some(judge(&template, &container, grace.as_ref(), seconds));
        }
    }
}

fn judge(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    grace: Option<&Field<'_>>,
    seconds: i64,
) -> Option<Notice> {
    let hook = container.field.keys(&["lifecycle", "preStop"])?;
    let (sleep, at, is_native) = pause(&hook)?;
    if sleep < seconds {
        return None;
    }
    let title = container_title(container);
    let message = format!("preStop of {title} sleeps for the whole time in which the pod must end");
    let is_refused = is_native && sleep > seconds;
    let notice = Notice::new(&CHECK.info, at.location(), message)
        .severity(if is_refused { Severity::Error } else { Severity::Warning })
        .because(format!("it sleeps {sleep} s; the pod is killed {seconds} s after it was told to end"))
        .help(format!("write a `{GRACE}` that leaves time after the hook"));
    let longer = Content::Int(sleep.saturating_add(30));
    let at = template.spec.at(GRACE);
    Some(match grace {
        Some(grace) => notice
            .related(grace.location(), Role::Cause, "the time in which the pod must end")
            .change(Change::Set { at, content: longer }),
        None => notice.change(Change::Insert { at, content: longer }),
    })
}

/// The seconds that a hook surely sleeps, where that stands, and whether the
/// kubelet itself does it.
fn pause<'a>(hook: &Field<'a>) -> Option<(i64, Field<'a>, bool)> {
    if let Some(seconds) = hook.keys(&["sleep", "seconds"]) {
        return Some((seconds.as_i64()?, seconds, true));
    }
    let command = hook.keys(&["exec", "command"])?;
    let words: Vec<&str> = command.items().map(|it| it.as_str()).collect::<Option<_>>()?;
    let (program, rest) = words.split_first()?;
    let seconds = match (program.rsplit('/').next()?, rest) {
        ("sleep", [time]) => duration(time)?,
        ("sh" | "bash" | "ash" | "dash", ["-c" | "-ec", script]) => script_sleeps(script)?,
        _ => return None,
    };
    Some((seconds, command, false))
}

/// The sum of the pauses of a script that is a plain list of commands.
fn script_sleeps(script: &str) -> Option<i64> {
    let branches = ["if ", "while ", "until ", "for ", "case ", "||", "$(", "`", "&\n", "function ", "trap "];
    if branches.iter().any(|it| script.contains(it)) {
        return None;
    }
    let commands = script.split(['\n', ';']).flat_map(|it| it.split("&&")).map(str::trim);
    let pauses = commands.filter_map(|it| duration(it.strip_prefix("sleep ")?.trim()));
    let total: i64 = pauses.fold(0, i64::saturating_add);
    (total > 0).then_some(total)
}

/// `30`, `30s`, `2m`
fn duration(text: &str) -> Option<i64> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(number) => (number, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    number.parse::<u32>().ok().map(|it| i64::from(it) * unit)
}
