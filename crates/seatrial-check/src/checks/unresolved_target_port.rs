//! A Service sends to a named port that no container declares.
//!
//! ## Why
//! A named `targetPort` is looked up among the ports that the containers of the
//! selected pods declare, by name and protocol. A pod in which it is not found gets
//! no endpoint on that port, so the Service leads nowhere. (A *number* needs no
//! declaration.)
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 80, targetPort: web}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 80, targetPort: http}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
//! ```

use std::cell::OnceCell;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{ContainerPort, PodTemplate, Service, ServicePort};

use crate::placeholder::is_filled_in_later;
use crate::ports::{declared_ports, names_in_words};
use crate::selection::{Labelled, Selected};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unresolved-target-port",
        title: "A Service sends to a named port that no container declares",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.target-port"],
        page: include_str!("unresolved_target_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let pods = context.pods();
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        // Asked for by its first port of which nothing is known.
        let (has_working, targets) = (OnceCell::new(), OnceCell::new());
        for port in service.ports() {
            let Some(name) = port.field.text("targetPort").filter(|it| !is_filled_in_later(it)) else {
                continue;
            };
            if !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit()) {
                report.add(number_as_name(&service, &port, name));
            } else if let Some(selector) = service.selector() {
                let selected = pods.selected(service.object(), &selector);
                let has_working = || *has_working.get_or_init(|| has_working_port(&service, &selected));
                let has_target = |name: &str| targets.get_or_init(|| named_targets(&service)).contains(name);
                report.add_some(notice(&service, &port, name, &selected, has_working, has_target));
            }
        }
    }
}

fn number_as_name(service: &Service<'_>, port: &ServicePort<'_>, name: &str) -> Notice {
    let title = service.object().title();
    let at = port.field.at("targetPort");
    let message = format!("{title} has \"{name}\" as the name of a port, which the API server refuses");
    let notice = Notice::new(&CHECK.info, at.clone(), message)
        .help(format!("write {name} without quotes"))
        .because("a port's name must hold a letter");
    match name.parse() {
        Ok(number) => notice.change(Change::Set { at, content: Content::Int(number) }),
        Err(_) => notice,
    }
}

fn notice(
    service: &Service<'_>,
    port: &ServicePort<'_>,
    name: &str,
    selected: &Selected<'_>,
    has_working: impl FnOnce() -> bool,
    has_target: impl Fn(&str) -> bool,
) -> Option<Notice> {
    let declared: Vec<_> = selected.found.iter().flat_map(declared_ports).collect();
    // With another protocol it is a case for `mismatched-port-protocol`.
    let has_containers = |it: &Labelled<'_>| {
        PodTemplate::of(it.object).is_some_and(|it| it.spec.list("containers").next().is_some())
    };
    if !selected.found.iter().any(has_containers) || declared.iter().any(|it| it.name() == Some(name)) {
        return None;
    }
    let is_injected = ["istio", "envoy", "linkerd", "http-envoy"].iter().any(|it| name.starts_with(it));
    let is_sure = selected.same_unit && !is_injected && !has_working();
    let severity = if is_sure { Severity::Error } else { Severity::Warning };
    let title = service.object().title();
    let message = format!("{title} sends to port {name}, which no selected container declares");
    let pod = PodTemplate::of(selected.found[0].object)?;
    let at = port.field.at("targetPort");
    let names = names_in_words(declared.iter().cloned());
    let help = if names.is_empty() {
        format!("give a port of the container the name {name}, or send to its number")
    } else {
        format!("name one of the declared ports: {names}")
    };
    let notice = Notice::new(&CHECK.info, at.clone(), message).severity(severity).help(help).related(
        containers(&pod),
        Role::Definition,
        format!("the containers of {}", pod.object().title()),
    );
    let mut named: Vec<&str> = declared.iter().filter_map(ContainerPort::name).collect();
    named.dedup();
    // What another port of the Service leads to already is not meant by this one.
    let is_free = |it: &&str| !has_target(it);
    let only = || named.first().copied().filter(|it| named.len() == 1 && is_free(it));
    let likely = meant(name, named.iter().copied()).or_else(only);
    Some(match likely {
        Some(near) => notice.change(Change::Set { at, content: Content::Text(near.to_owned()) }),
        None => notice,
    })
}

/// The names of ports that the Service sends to.
fn named_targets(service: &Service<'_>) -> FxHashSet<String> {
    service.ports().filter_map(|it| it.field.text("targetPort").map(ToOwned::to_owned)).collect()
}

/// Whether a port of the Service leads to a container; one by its number needs
/// no declaration.
fn has_working_port(service: &Service<'_>, selected: &Selected<'_>) -> bool {
    let declared: Vec<_> = selected.found.iter().flat_map(declared_ports).collect();
    let names: FxHashSet<&str> = declared.iter().filter_map(ContainerPort::name).collect();
    service.ports().any(|it| it.field.text("targetPort").is_none_or(|name| names.contains(name)))
}

fn containers(pod: &PodTemplate<'_>) -> seatrial_diagnostics::Location {
    let first = pod.spec.list("containers").next();
    first.as_ref().map_or_else(|| pod.spec.at("containers"), Field::location)
}
