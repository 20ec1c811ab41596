//! A probe names a port that its container does not declare.
//!
//! ## Why
//! The kubelet looks up a named port among the ports of the *same container*. If
//! it is not there the probe fails, every time: a pod is never ready, or is
//! restarted until it stays in `CrashLoopBackOff`. A hook fails the same way.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     ports: [{name: web, containerPort: 8080}]
//!     readinessProbe: {httpGet: {port: http}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     ports: [{name: http, containerPort: 8080}]
//!     readinessProbe: {httpGet: {port: http}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::placeholder::is_filled_in_later;
use crate::ports::names_in_words;
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unresolved-probe-port",
        title: "A probe names a port that its container does not declare",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.probe-port"],
        page: include_str!("unresolved_probe_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            for (what, port) in named_ports(&container) {
                report.add_some(notice(&template, &container, what, &port));
            }
        }
    }
}

/// The fields that may name a port of the container, with what they belong to.
fn named_ports<'a>(container: &Container<'a>) -> Vec<(&'static str, Field<'a>)> {
    let mut found = Vec::new();
    for probe in container.probes() {
        found.extend(probe.port().map(|(_, field)| (probe.kind.field(), field)));
    }
    for hook in ["postStart", "preStop"] {
        found.extend(container.field.keys(&["lifecycle", hook, "httpGet", "port"]).map(|it| (hook, it)));
    }
    found.retain(|(_, field)| field.as_str().is_some_and(|it| !it.is_empty() && !is_filled_in_later(it)));
    found
}

fn notice(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    what: &str,
    port: &Field<'_>,
) -> Option<Notice> {
    let name = port.as_str().filter(|name| container.port(name).is_none())?;
    let (title, own) = (template.object().title(), container.name().unwrap_or_default());
    let at = port.location();
    if let Ok(number) = name.parse() {
        let message = format!("{what} of container {own} in {title} has \"{name}\" as the name of a port");
        let notice = Notice::new(&CHECK.info, at.clone(), message);
        let notice =
            notice.help(format!("write {name} without quotes")).because("a port's name must hold a letter");
        return Some(notice.change(Change::Set { at, content: Content::Int(number) }));
    }
    let message = format!(
        "{what} of container {own} in {title} names port {name}, which the container does not declare"
    );
    let names = names_in_words(container.ports());
    let notice = Notice::new(&CHECK.info, at.clone(), message);
    let notice = if let Some(other) = template.containers().find(|it| it.port(name).is_some()) {
        let other = other.name().unwrap_or_default();
        notice.because(format!("container {other} declares it; probes look in their own container only"))
    } else {
        notice
    };
    if names.is_empty() {
        return Some(notice.help(format!("declare a port {name} under `ports`, or use the number")));
    }
    let declared: Vec<&str> = container.ports().filter_map(|it| it.name()).collect();
    let likely = meant(name, declared.iter().copied())
        .or_else(|| declared.first().copied().filter(|_| declared.len() == 1));
    let notice = notice.help(format!("name a declared port: {names}")).related(
        container.field.at("ports"),
        Role::Definition,
        "the ports of the container",
    );
    Some(match likely {
        Some(near) => notice.change(Change::Set { at, content: Content::Text(near.to_owned()) }),
        None => notice,
    })
}
