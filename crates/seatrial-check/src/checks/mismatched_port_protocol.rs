//! A Service sends to a port with another protocol than its container declares.
//!
//! ## Why
//! Ports of TCP and UDP are different ports. A *named* `targetPort` is only found
//! with the Service port's own protocol (`TCP` unless written), so the Service gets
//! no endpoint; a number is sent to, but the process listens with the other
//! protocol.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: dns}
//! spec:
//!   selector: {app: dns}
//!   ports: [{port: 53, targetPort: dns}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: dns, labels: {app: dns}}
//! spec:
//!   containers: [{name: dns, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: dns}
//! spec:
//!   selector: {app: dns}
//!   ports: [{port: 53, targetPort: dns, protocol: UDP}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: dns, labels: {app: dns}}
//! spec:
//!   containers: [{name: dns, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::IntOrString;
use seatrial_model::views::{ContainerPort, Service, ServicePort};

use crate::ports::{declared_ports, for_each_port};
use crate::selection::Selected;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "mismatched-port-protocol",
        title: "A Service sends to a port with another protocol than its container declares",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.target-port"],
        page: include_str!("mismatched_port_protocol.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for_each_port(context, |service, port, selected| report.add_some(notice(service, port, selected)));
}

fn notice(service: &Service<'_>, port: &ServicePort<'_>, selected: &Selected<'_>) -> Option<Notice> {
    let target = port.target_port()?;
    let is_target = |it: &ContainerPort<'_>| match target {
        IntOrString::Int(number) => it.number() == Some(number),
        IntOrString::String(name) => it.name() == Some(name),
    };
    let declared: Vec<_> = selected.found.iter().flat_map(declared_ports).filter(is_target).collect();
    let first = declared.first()?;
    if declared.iter().any(|it| it.protocol() == port.protocol()) {
        return None;
    }
    // Another word is told as such.
    let is_known = |it: &str| matches!(it, "TCP" | "UDP" | "SCTP");
    if !is_known(port.protocol()) || !is_known(first.protocol()) {
        return None;
    }
    let proves = target.as_str().is_some() && selected.same_unit;
    let severity = if proves { Severity::Error } else { Severity::Warning };
    let title = service.object().title();
    let (ours, theirs) = (port.protocol(), first.protocol());
    let message = format!("{title} sends {ours} to port {target}, which its container declares for {theirs}");
    let at = port.field.at("protocol");
    let content = Content::Text(theirs.to_owned());
    let is_written = port.field.key("protocol").is_some();
    let change = if is_written {
        Change::Set { at: at.clone(), content }
    } else {
        Change::Insert { at: at.clone(), content }
    };
    let shown = if is_written {
        at
    } else {
        port.field.at(if port.field.key("targetPort").is_some() { "targetPort" } else { "port" })
    };
    Some(
        Notice::new(&CHECK.info, shown, message)
            .severity(severity)
            .help(format!("set `protocol: {theirs}` on the Service's port, or correct the container's"))
            .related(first.field.location(), Role::Definition, "the declared port")
            .change(change),
    )
}
