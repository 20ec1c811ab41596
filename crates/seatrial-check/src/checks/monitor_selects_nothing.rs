//! A monitor selects nothing.
//!
//! ## Why
//! A `ServiceMonitor` selects Services by the labels of the *Service object*, not by
//! the labels of the pods behind it. When it selects none, Prometheus has no target
//! and nothing says so.
//!
//! ## Bad
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
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
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
//!   selector: {app: web}
//!   ports: [{name: http, port: 80}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Service;
use seatrial_model::{Field, LabelSelector, Labels, Object};

use crate::selection::{Within, explain, has_unseen_units, monitored_namespaces, selector_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor-selects-nothing",
        title: "A monitor selects nothing",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.servicemonitor-selector"],
        page: include_str!("monitor_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let is_partial = has_unseen_units(repository);
    for monitor in context.objects().filter(|it| it.group() == "monitoring.coreos.com") {
        let index = match monitor.kind() {
            "ServiceMonitor" => context.services(),
            "PodMonitor" => context.pods(),
            _ => continue,
        };
        let Some(spec) = Field::root(monitor).key("spec") else { continue };
        let Some(field) = spec.key("selector") else { continue };
        let Some(selector) = LabelSelector::of(field.node()).filter(|it| !it.is_everything()) else {
            continue;
        };
        let within = monitored_namespaces(&spec);
        let selected = index.selected_within(monitor, &within, &selector);
        if !selected.found.is_empty() || index.may_be_made(&selector) {
            continue;
        }
        let mut behind = repository.bundle(monitor.unit()).of_kind("", "Service");
        let behind = behind.find(|it| monitor.kind() == "ServiceMonitor" && leads_there(it, &selector));
        let near = index.near(monitor, &within, &selector);
        let what = if monitor.kind() == "PodMonitor" { "pod" } else { "Service" };
        let message = format!("{} selects {selector}, which no {what} has", monitor.title());
        let severity = match near {
            Some(near) if near.is_slip => Severity::Error,
            None if is_partial && behind.is_none() => Severity::Info,
            // Of every namespace: what others bring into the cluster is meant.
            _ if matches!(within, Within::Any) && behind.is_none() => Severity::Info,
            _ => Severity::Warning,
        };
        let notice = Notice::new(&CHECK.info, selector_field(&field).location(), message).severity(severity);
        let notice = explain(notice, index, monitor, &field, &selector, near);
        report.add(match behind {
            Some(service) => of_pods(notice, service),
            None => notice,
        });
    }
}

/// Whether the pods behind a Service have the labels that are asked of it.
fn leads_there(service: &Object, selector: &LabelSelector) -> bool {
    let labels = Labels::of(service.field(&["spec", "selector"]));
    Service::of(service).is_some() && selector.matches(labels)
}

fn of_pods(notice: Notice, service: &Object) -> Notice {
    let root = Field::root(service);
    let help =
        format!("give {} these labels: a monitor looks at the labels of the Service itself", service.title());
    let shown = root.key("metadata").map_or_else(|| root.at("metadata"), |it| it.at("labels"));
    notice.help(help).related(shown, Role::Definition, "it has them in its selector only")
}
