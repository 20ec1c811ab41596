//! A variable holds an address with a port that the Service does not have.
//!
//! ## Why
//! The address of a Service answers on the ports it lists and on no other. The
//! container starts, and then every connection is refused or times out.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: tempo}
//! spec: {selector: {app: tempo}, ports: [{name: http, port: 3200}]}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {TEMPO_URL: "http://tempo:3100"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: tempo}
//! spec: {selector: {app: tempo}, ports: [{name: http, port: 3200}]}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {TEMPO_URL: "http://tempo:3200"}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Service;

use crate::dns::{Address, addresses};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wrong-port-in-environment",
        title: "A variable holds an address with a port that the Service does not have",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.service-port"],
        page: include_str!("wrong_port_in_environment.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let services = context.hosts();
    for address in addresses(context) {
        let answering = services.answering(address.field.object(), &address.host);
        if let (Some(port), false) = (address.host.port, answering.is_empty()) {
            let lacks = answering.iter().all(|service| lacks(service, port));
            report.add_if(lacks.then(|| notice(&address, port, answering[0])));
        }
    }
}

/// Whether nothing answers on a port. A headless Service leads to the pods
/// themselves, an external name to another host: both may listen anywhere.
fn lacks(service: &Service<'_>, port: i64) -> bool {
    let mut ports = service.ports().filter_map(|it| it.port()).peekable();
    ports.peek().is_some()
        && !service.is_headless()
        && !service.is_external_name()
        && !ports.any(|known| known == port)
}

fn notice(address: &Address<'_>, port: i64, service: &Service<'_>) -> Notice {
    let (title, name, variable) =
        (address.field.object().title(), service.object().name(), &address.variable);
    let message =
        format!("{title} reaches for port {port} of Service {name} in `{variable}`, which it does not have");
    let ports: Vec<String> = service.ports().filter_map(|it| Some(it.port()?.to_string())).collect();
    let notice = Notice::new(&CHECK.info, address.location(), message)
        .help(format!("use a port that the Service lists: {}", ports.join(", ")))
        .related(service.spec.at("ports"), Role::Definition, "the ports of the Service");
    let old = format!(":{port}");
    match (ports.as_slice(), address.rest().filter(|it| it.starts_with(&old))) {
        ([only], Some(rest)) => {
            let right = format!("{}:{only}{}", address.head(), &rest[old.len()..]);
            let at = address.field.location();
            notice.change(Change::Set { at, content: Content::Text(right) })
        }
        _ => notice,
    }
}
