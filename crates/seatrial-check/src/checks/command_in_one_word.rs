//! A command is written as one word with spaces in it.
//!
//! ## Why
//! `command` is a list: its first item is the program, by name or path, and each further
//! word is an item of its own. No shell takes a line apart. The kubelet looks for a
//! program whose name has spaces, finds none, and the container never starts; a probe
//! written so always fails.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     image: shop/web:1.4.0
//!     command: ["python app.py --port 8080"]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     image: shop/web:1.4.0
//!     command: [python, app.py, --port, "8080"]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::Container;

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "command-in-one-word",
        title: "A command is written as one word with spaces in it",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["container.command", "probe.command"],
        page: include_str!("command_in_one_word.rs"),
    },
    run,
};

/// Where a program is named, below a container, and what it is for.
const PLACES: &[(&[&str], &str)] = &[
    (&["command"], "command"),
    (&["livenessProbe", "exec", "command"], "liveness probe"),
    (&["readinessProbe", "exec", "command"], "readiness probe"),
    (&["startupProbe", "exec", "command"], "startup probe"),
    (&["lifecycle", "postStart", "exec", "command"], "postStart hook"),
    (&["lifecycle", "preStop", "exec", "command"], "preStop hook"),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            for (path, what) in PLACES {
                let first = container.field.keys(path).and_then(|it| it.items().next());
                report.add_some(first.and_then(|it| judge(&container, &it, what)));
            }
        }
    }
}

fn judge(container: &Container<'_>, first: &Field<'_>, what: &str) -> Option<Notice> {
    let text = first.as_str()?;
    if is_filled_in_later(text) || placeholder(text).is_some() {
        return None;
    }
    let (program, rest) = text.trim_start().split_once(char::is_whitespace)?;
    if is_path_with_space(program, rest) {
        return None;
    }
    let title = container_title(container);
    let message = match what {
        "command" => format!("the command of {title} is one word, `{program} ...`, with spaces in it"),
        _ => format!("the command of the {what} of {title} is one word, `{program} ...`, with spaces in it"),
    };
    let is_for_shell = text.contains(['|', '&', ';', '>', '<', '$', '\n', '*']);
    let help = if is_for_shell {
        "let a shell read it: `[sh, -c, \"...\"]`"
    } else {
        "make each word an item of the list"
    };
    Some(
        Notice::new(&CHECK.info, first.location(), message)
            .because("no program has that name, and no shell takes it apart")
            .help(help),
    )
}

/// Whether the space stands in a directory's name: `/opt/My App/bin/run`.
fn is_path_with_space(start: &str, rest: &str) -> bool {
    let is_path = start.starts_with('/') || start.get(1..3).is_some_and(|it| it == ":\\");
    let next = rest.split_whitespace().next().unwrap_or_default();
    is_path && !next.starts_with(['/', '-']) && next.contains(['/', '\\'])
}
