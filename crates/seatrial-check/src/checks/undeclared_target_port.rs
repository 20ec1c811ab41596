//! A Service sends to a number that its containers do not declare.
//!
//! ## Why
//! Declaring a container's port is for people: traffic reaches any port on which a
//! process listens. But when the containers do declare ports and the Service sends
//! to another one, one of the two is often wrong, and the Service then refuses
//! every connection.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 80}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{containerPort: 3000}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 80, targetPort: 3000}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{containerPort: 3000}]}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{ContainerPort, PodTemplate, Service, ServicePort};
use seatrial_model::{IntOrString, Object};

use crate::ports::{declared_ports, for_each_port};
use crate::selection::Selected;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "undeclared-target-port",
        title: "A Service sends to a number that its containers do not declare",
        severity: Severity::Info,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.target-port"],
        page: include_str!("undeclared_target_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for_each_port(context, |service, port, selected| report.add_some(notice(service, port, selected)));
}

fn notice(service: &Service<'_>, port: &ServicePort<'_>, selected: &Selected<'_>) -> Option<Notice> {
    let Some(IntOrString::Int(number)) = port.target_port() else { return None };
    let pods: Vec<Vec<ContainerPort<'_>>> = selected.found.iter().map(declared_ports).collect();
    // A pod that declares nothing may listen anywhere.
    if pods.is_empty() || pods.iter().any(|ports| ports.is_empty() || declares(ports, number)) {
        return None;
    }
    if selected.found.iter().any(|it| is_mentioned(it.object, number)) {
        return None;
    }
    let likely = likely_target(service, &pods[0], number);
    let severity = if likely.is_some() { Severity::Warning } else { Severity::Info };
    let is_written = port.field.key("targetPort").is_some();
    let field = if is_written { "targetPort" } else { "port" };
    let title = service.object().title();
    let message = format!("{title} sends to port {number}, which its containers do not declare");
    let numbers: Vec<String> = pods[0].iter().filter_map(|it| Some(it.number()?.to_string())).collect();
    let notice = Notice::new(&CHECK.info, port.field.at(field), message)
        .severity(severity)
        .help("send to the port that the container listens on, or declare this one if it does listen there")
        .because(format!("{} declares {}", selected.found[0].object.title(), numbers.join(", ")))
        .related(pods[0][0].field.location(), Role::Definition, "a declared port");
    Some(match likely {
        Some(number) if is_written => {
            notice.change(Change::Set { at: port.field.at(field), content: Content::Int(number) })
        }
        Some(number) => {
            notice.change(Change::Insert { at: port.field.at("targetPort"), content: Content::Int(number) })
        }
        None => notice,
    })
}

/// Whether a container is started with this number, so that it may listen there.
fn is_mentioned(object: &Object, number: i64) -> bool {
    let number = number.to_string();
    let mentions = |text: &str| {
        let mut words = text.split(|it: char| !it.is_ascii_digit());
        words.any(|word| word == number)
    };
    let containers = PodTemplate::of(object).into_iter().flat_map(|it| it.containers());
    let mut texts = containers.flat_map(|it| {
        let values = it.env().filter_map(|it| it.field.key("value"));
        let words = it.field.list("command").chain(it.field.list("args"));
        words.chain(values).collect::<Vec<_>>()
    });
    texts.any(|it| it.as_str().is_some_and(mentions))
}

fn declares(ports: &[ContainerPort<'_>], number: i64) -> bool {
    ports.iter().any(|it| it.number() == Some(number))
}

/// The declared port that was probably meant: the only one there is to send
/// to, or one whose digits were mistyped and to which nothing else sends.
fn likely_target(service: &Service<'_>, ports: &[ContainerPort<'_>], number: i64) -> Option<i64> {
    let numbers: Vec<i64> = ports.iter().filter_map(ContainerPort::number).collect();
    if let ([only], 1) = (numbers.as_slice(), service.ports().count()) {
        return Some(*only);
    }
    let mut near = numbers.into_iter().filter(|&it| is_slip(it, number) && !is_target(service, it));
    near.next().filter(|_| near.next().is_none())
}

fn is_target(service: &Service<'_>, number: i64) -> bool {
    service.ports().any(|it| it.target_port() == Some(IntOrString::Int(number)))
}

/// The same digits in another order, or one of them doubled; ports that differ in
/// one digit (8080, 8081) are meant to.
fn is_slip(one: i64, other: i64) -> bool {
    let digits = |number: i64| number.to_string().into_bytes();
    let (mut a, mut b) = (digits(one), digits(other));
    if a.len() == b.len() {
        a.sort_unstable();
        b.sort_unstable();
        return a == b;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let without = |at: usize| [&long[..at], &long[at + 1..]].concat();
    long.len() == short.len() + 1
        && (1..long.len()).any(|at| long[at] == long[at - 1] && without(at) == short)
}
