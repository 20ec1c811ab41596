//! A monitor names a port that nothing it selects has.
//!
//! ## Why
//! The `port` of a `ServiceMonitor` endpoint is the *name* of a Service's port, that
//! of a `PodMonitor` the name of a container's. Targets whose port has another name
//! are dropped, so nothing is scraped and nothing reports it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: monitoring.coreos.com/v1
//! kind: ServiceMonitor
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   endpoints: [{port: metrics}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   ports: [{name: http, port: 80}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: monitoring.coreos.com/v1
//! kind: ServiceMonitor
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   endpoints: [{port: http}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   ports: [{name: http, port: 80}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Service};
use seatrial_model::{Field, LabelSelector, Object};

use crate::placeholder::is_filled_in_later;
use crate::selection::{Selected, monitored_namespaces};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unresolved-monitor-port",
        title: "A monitor names a port that nothing it selects has",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.servicemonitor-port"],
        page: include_str!("unresolved_monitor_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for monitor in context.objects().filter(|it| it.group() == "monitoring.coreos.com") {
        let (index, list) = match monitor.kind() {
            "ServiceMonitor" => (context.services(), "endpoints"),
            "PodMonitor" => (context.pods(), "podMetricsEndpoints"),
            _ => continue,
        };
        let Some(spec) = Field::root(monitor).key("spec") else { continue };
        let selector = spec.key("selector").and_then(|it| LabelSelector::of(it.node()));
        // Of everything in a namespace the tree seldom holds all: operators add to it.
        let Some(selector) = selector.filter(|it| !it.is_everything() && !index.may_be_made(it)) else {
            continue;
        };
        let selected = index.selected_within(monitor, &monitored_namespaces(&spec), &selector);
        for endpoint in spec.list(list) {
            report.add_some(notice(monitor, &endpoint, &selected));
        }
    }
}

fn notice(monitor: &Object, endpoint: &Field<'_>, selected: &Selected<'_>) -> Option<Notice> {
    let field = endpoint.key("port")?;
    let name = field.as_str().filter(|it| !it.is_empty() && !is_filled_in_later(it))?;
    let first = selected.found.first()?;
    let names: Vec<&str> = selected.found.iter().flat_map(|it| port_names(it.object)).collect();
    if names.contains(&name) {
        return None;
    }
    let severity = if selected.same_unit { Severity::Error } else { Severity::Warning };
    let message = format!("{} scrapes port {name}, which nothing it selects has", monitor.title());
    let mut known: Vec<&str> = names.clone();
    known.sort_unstable();
    known.dedup();
    let help = if known.is_empty() {
        format!("give the port of {} the name {name}", first.object.title())
    } else {
        format!("name a port of {}: {}", first.object.title(), known.join(", "))
    };
    let at = field.location();
    let mut notice = Notice::new(&CHECK.info, at.clone(), message).severity(severity).help(help).related(
        Field::root(first.object).at("spec"),
        Role::Definition,
        "what it selects",
    );
    if name.bytes().all(|it| it.is_ascii_digit()) {
        notice = notice.because("`port` is a name; a number belongs in `targetPort`");
    }
    let likely =
        meant(name, known.iter().copied()).or_else(|| known.first().copied().filter(|_| known.len() == 1));
    Some(match likely {
        Some(near) => notice.change(Change::Set { at, content: Content::Text(near.to_owned()) }),
        None => notice,
    })
}

/// The names of a Service's ports, or of a pod's containers'.
fn port_names(object: &Object) -> Vec<&str> {
    if let Some(service) = Service::of(object) {
        return service.ports().filter_map(|it| it.name()).collect();
    }
    let template = PodTemplate::of(object);
    let containers = template.into_iter().flat_map(|it| it.containers());
    containers.flat_map(|it| it.ports().filter_map(|port| port.name()).collect::<Vec<_>>()).collect()
}
