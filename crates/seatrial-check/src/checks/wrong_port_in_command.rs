//! A command calls a Service on a port that it does not have.
//!
//! ## Why
//! A Service's address answers on the Service's ports only, whatever the
//! containers behind it listen on. A connection to another port is refused or
//! times out. (A headless Service has no address of its own: its name leads to the
//! pods, and any of their ports will do.)
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: grafana}
//! spec:
//!   selector: {app: grafana}
//!   ports: [{port: 80, targetPort: 3000}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: import}
//! spec:
//!   containers: [{name: import, args: ["--url=http://grafana:3000"]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: grafana}
//! spec:
//!   selector: {app: grafana}
//!   ports: [{port: 80, targetPort: 3000}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: import}
//! spec:
//!   containers: [{name: import, args: ["--url=http://grafana:80"]}]
//! ```

use std::cell::LazyCell;
use std::ops::Range;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Service};
use seatrial_model::{ChartFacts, Field, IntOrString, Object, Repository, UnitKind};

use crate::ports::{Services, has_port, of_host, ports_in_words};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wrong-port-in-command",
        title: "A command calls a Service on a port that it does not have",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.service-port"],
        page: include_str!("wrong_port_in_command.rs"),
    },
    run,
};

/// More addresses of one text are not looked at.
const ADDRESSES_MAX: usize = 64;

fn run(context: &Context<'_>, report: &mut Report) {
    let services = LazyCell::new(|| Services::new(context.world().repository));
    for template in context.pod_templates() {
        for container in template.containers() {
            for text in container.field.list("command").chain(container.field.list("args")) {
                let mut told: Vec<Address<'_>> = Vec::new();
                for address in addresses(text.as_str().unwrap_or_default()) {
                    // A script that calls a Service often does so several times.
                    if told.iter().all(|it| (it.host, it.port) != (address.host, address.port)) {
                        report.add_some(notice(
                            context.world().repository,
                            &services,
                            &template,
                            &text,
                            &address,
                        ));
                        told.push(address);
                    }
                }
            }
        }
    }
}

struct Address<'a> {
    host: &'a str,
    port: i64,
    at: Range<usize>,
}

/// The addresses with a port in a text: `scheme://[user@]host:port`.
fn addresses(text: &str) -> Vec<Address<'_>> {
    let marks = text.match_indices("://").take(ADDRESSES_MAX);
    marks.filter_map(|(mark, _)| address(text, mark + 3)).collect()
}

fn address(text: &str, start: usize) -> Option<Address<'_>> {
    let ends = |it: char| it.is_whitespace() || "/?#,;\"'`)]}|&<>\\".contains(it);
    let end = text[start..].find(ends).map_or(text.len(), |it| start + it);
    let start = text[start..end].rfind('@').map_or(start, |it| start + it + 1);
    let (host, port) = text[start..end].split_once(':')?;
    let is_part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'.';
    let sound = !host.is_empty() && host.bytes().all(is_part);
    sound.then_some(Address { host, port: port.parse().ok()?, at: start..end })
}

/// Whether a chart's Service is called like the chart: that is how the release
/// is called here, and nobody knows what it will be.
fn is_called_by_guess(repository: &Repository, service: &Object) -> bool {
    let is_guess = |it: &ChartFacts| it.units.contains(&service.unit()) && it.name == service.name();
    repository.unit(service.unit()).kind == UnitKind::Helm && repository.facts.charts.iter().any(is_guess)
}

fn notice(
    repository: &Repository,
    services: &Services<'_>,
    template: &PodTemplate<'_>,
    text: &Field<'_>,
    address: &Address<'_>,
) -> Option<Notice> {
    let (name, namespace) = of_host(address.host)?;
    let meant = services.meant(template.object(), name, namespace);
    let views: Vec<Service<'_>> = meant.services.iter().filter_map(|it| Service::of(it)).collect();
    let is_guess = |it: &Service<'_>| is_called_by_guess(repository, it.object());
    let lacks = |it: &Service<'_>| {
        let has_address = !it.is_headless() && !it.is_external_name() && it.ports().next().is_some();
        has_address && !has_port(it, IntOrString::Int(address.port))
    };
    if views.is_empty() || !views.iter().all(lacks) || views.iter().any(is_guess) {
        return None;
    }
    let service = &views[0];
    let title = template.object().title();
    let message =
        format!("{title} calls Service {name} on port {}, which the Service does not have", address.port);
    Some(
        Notice::new(
            &CHECK.info,
            text.location().part(address.at.start as u32..address.at.end as u32),
            message,
        )
        .help(format!("use one of its ports: {}", ports_in_words(service)))
        .related(service.spec.at("ports"), Role::Definition, "the ports of the Service"),
    )
}
