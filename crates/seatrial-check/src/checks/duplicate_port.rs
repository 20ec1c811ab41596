//! A port stands twice in one list.
//!
//! ## Why
//! The API server refuses a Service or a container with two ports of one name, and
//! a Service with one number twice for a protocol. A container may repeat a number,
//! but then server-side apply (Flux, Argo CD) refuses the list, and in two
//! containers of one pod only the first process gets the port: they share an
//! address.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{name: http, port: 80}, {name: http, port: 81}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{ContainerPort, PodTemplate, Service};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-port",
        title: "A port stands twice in one list",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.duplicate"],
        page: include_str!("duplicate_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        if let Some(service) = Service::of(object) {
            of_service(object, &service, report);
        }
        if let Some(template) = PodTemplate::of(object) {
            of_pod(object, &template, report);
        }
    }
}

fn of_service(object: &Object, service: &Service<'_>, report: &mut Report) {
    let ports: Vec<Field<'_>> = service.ports().map(|it| it.field).collect();
    twice(
        &ports,
        "name",
        |it| it.text("name").map(str::to_owned),
        |first, second, name| {
            report.add(notice(first, second, format!("{} has two ports named {name}", object.title())));
        },
    );
    twice(&ports, "port", numbered("port"), |first, second, port| {
        report.add(notice(first, second, format!("{} has port {port} twice", object.title())));
    });
}

fn of_pod(object: &Object, template: &PodTemplate<'_>, report: &mut Report) {
    let mut all: Vec<Field<'_>> = Vec::new();
    for container in template.containers() {
        let ports: Vec<Field<'_>> = container.ports().map(|it: ContainerPort<'_>| it.field).collect();
        let own = container.name().unwrap_or_default();
        twice(
            &ports,
            "name",
            |it| it.text("name").map(str::to_owned),
            |first, second, name| {
                let message = format!("container {own} of {} has two ports named {name}", object.title());
                report.add(notice(first, second, message));
            },
        );
        twice(&ports, "containerPort", numbered("containerPort"), |first, second, port| {
            let message = format!("container {own} of {} declares port {port} twice", object.title());
            report.add(notice(first, second, message).severity(Severity::Warning));
        });
        if !matches!(container.kind, seatrial_model::views::ContainerKind::Init) {
            all.extend(ports);
        }
    }
    between_containers(object, &all, report);
}

/// The same number in two containers that run at the same time.
fn between_containers(object: &Object, ports: &[Field<'_>], report: &mut Report) {
    let list = |it: &Field<'_>| it.path().parent().and_then(|it| it.parent());
    twice(ports, "containerPort", numbered("containerPort"), |first, second, port| {
        if list(first) != list(second) {
            let message = format!("two containers of {} declare port {port}", object.title());
            let help =
                "let one of the processes listen on another port: containers of a pod share an address";
            report.add(notice(first, second, message).severity(Severity::Warning).help(help));
        }
    });
}

fn numbered(field: &'static str) -> impl Fn(&Field<'_>) -> Option<String> {
    move |it| Some(format!("{}/{}", it.number(field)?, it.text("protocol").unwrap_or("TCP")))
}

/// Calls back for every item whose key an earlier one has, with both fields.
fn twice<'a>(
    ports: &[Field<'a>],
    shown: &str,
    key: impl Fn(&Field<'a>) -> Option<String>,
    mut found: impl FnMut(&Field<'a>, &Field<'a>, &str),
) {
    let mut seen: rustc_hash::FxHashMap<String, &Field<'a>> = rustc_hash::FxHashMap::default();
    for port in ports {
        let Some(key) = key(port) else { continue };
        match seen.get(&key) {
            Some(first) => {
                let fields = first.key(shown).zip(port.key(shown));
                if let Some((first, second)) = fields {
                    found(&first, &second, &key);
                }
            }
            None => drop(seen.insert(key, port)),
        }
    }
}

fn notice(first: &Field<'_>, second: &Field<'_>, message: String) -> Notice {
    let notice = Notice::new(&CHECK.info, second.location(), message).related(
        first.location(),
        Role::Definition,
        "the first",
    );
    let items = [first, second].map(|it| {
        let item = it.path().parent()?;
        let text = it.object().at(&item)?.to_json();
        Some((it.object().location(item), text))
    });
    match items {
        [Some((_, one)), Some((at, other))] if one == other => {
            notice.help("remove one of the two: they are equal").change(Change::Remove { at })
        }
        _ => notice.help("rename or remove one of the two"),
    }
}
