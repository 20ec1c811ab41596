//! A probe succeeds whatever the application does.
//!
//! ## Why
//! `true`, `exit 0` or `node -e "process.exit(0)"` ask the application nothing. A
//! liveness probe of this kind never restarts a process that hangs, a readiness
//! probe sends traffic to one that has not started.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: worker
//!     livenessProbe: {exec: {command: [node, -e, process.exit(0)]}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: worker
//!     livenessProbe: {exec: {command: [node, dist/health.js]}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::Handler;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "vacuous-probe",
        title: "A probe succeeds whatever the application does",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["probe.command"],
        page: include_str!("vacuous_probe.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            for probe in container.probes() {
                let Some(Handler::Exec(exec)) = probe.handler() else { continue };
                let Some(command) = exec.key("command") else { continue };
                let words: Vec<&str> = command.items().filter_map(|it| it.as_str()).collect();
                if !always_succeeds(&words) {
                    continue;
                }
                let own = container.name().unwrap_or_default();
                let (what, title) = (probe.kind.field(), template.object().title());
                let message = format!("{what} of container {own} in {title} always succeeds");
                let notice = Notice::new(&CHECK.info, command.location(), message);
                report.add(
                    notice.help("ask the application: call its health endpoint, or check what it writes"),
                );
            }
        }
    }
}

/// Whether a command ends well without looking at anything.
fn always_succeeds(words: &[&str]) -> bool {
    let Some((program, rest)) = words.split_first() else { return false };
    let name = program.rsplit('/').next().unwrap_or(program);
    match (name, rest) {
        ("true" | ":" | "echo", _) => true,
        ("sh" | "bash" | "ash" | "dash", ["-c", script]) => is_vacuous_script(script),
        ("node", ["-e" | "--eval", script]) => is_exit(script, "process.exit"),
        ("python" | "python3", ["-c", script]) => {
            let script = script
                .trim()
                .strip_prefix("import sys")
                .map_or(*script, |it| it.trim_start_matches([';', ' ', '\n']));
            is_exit(script, "exit") || is_exit(script, "sys.exit") || script.trim() == "pass"
        }
        _ => false,
    }
}

fn is_vacuous_script(script: &str) -> bool {
    let script = script.trim().trim_end_matches(';').trim_end();
    let is_plain = !script.contains(['|', '&', ';', '$', '`', '>', '<', '\n']);
    matches!(script, "true" | ":" | "exit 0" | "exit" | "/bin/true")
        || (is_plain && script.starts_with("echo "))
}

/// `process.exit(0);`
fn is_exit(script: &str, function: &str) -> bool {
    let rest = script.trim().trim_end_matches(';').strip_prefix(function);
    matches!(rest, Some("()" | "(0)"))
}
