//! One workload lacks a Service where all others beside it have one.
//!
//! ## Why
//! Others call a workload by the name of its Service. Where every Deployment of a unit that
//! offers a port has a Service but one, its Service was probably forgotten: callers get no
//! address, and nothing fails when it is deployed. Told where at least five others have
//! one, and others with the same port number are among them.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec: {selector: {kind: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: a}
//! spec: {template: {metadata: {labels: {kind: web}}, spec: {containers: [{name: a, image: a, ports: [{containerPort: 80}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: b}
//! spec: {template: {metadata: {labels: {kind: web}}, spec: {containers: [{name: b, image: b, ports: [{containerPort: 80}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: c}
//! spec: {template: {metadata: {labels: {kind: web}}, spec: {containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: d}
//! spec: {template: {metadata: {labels: {kind: web}}, spec: {containers: [{name: d, image: d, ports: [{containerPort: 80}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: e}
//! spec: {template: {metadata: {labels: {kind: web}}, spec: {containers: [{name: e, image: e, ports: [{containerPort: 80}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: carts}
//! spec: {template: {metadata: {labels: {kind: carts}}, spec: {containers: [{name: f, image: f, ports: [{containerPort: 80}]}]}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: carts}
//! spec: {selector: {kind: carts}, ports: [{port: 80}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: carts}
//! spec: {template: {metadata: {labels: {kind: carts}}, spec: {containers: [{name: f, image: f, ports: [{containerPort: 80}]}]}}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::LabelSelector;
use seatrial_model::views::{PodTemplate, Service};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "workload-without-service",
        title: "One workload lacks a Service where all others beside it have one",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.service-missing"],
        page: include_str!("workload_without_service.rs"),
    },
    run,
};

/// As many others must have a Service.
const OTHERS_MIN: usize = 5;
/// More are no unit of one application.
const WORKLOADS_MAX: usize = 300;

fn run(context: &Context<'_>, report: &mut Report) {
    let deployments = context.of_kind("apps", "Deployment").filter_map(PodTemplate::of);
    let offering: Vec<PodTemplate<'_>> =
        deployments.filter(|it| port(it).is_some()).take(WORKLOADS_MAX).collect();
    if offering.len() <= OTHERS_MIN {
        return;
    }
    let services = context.of_kind("", "Service").filter_map(|it| Service::of(it)?.selector());
    let selectors: Vec<LabelSelector> = services.take(WORKLOADS_MAX).collect();
    let has_service = |it: &PodTemplate<'_>| selectors.iter().any(|selector| selector.matches(it.labels()));
    let (served, without): (Vec<_>, Vec<_>) = offering.into_iter().partition(has_service);
    if let [lone] = &without[..]
        && served.len() >= OTHERS_MIN
        && served.iter().any(|it| port(it) == port(lone))
    {
        report.add(notice(lone, served.len()));
    }
}

/// The number of the one port that a template offers.
fn port(template: &PodTemplate<'_>) -> Option<i64> {
    let mut ports = template.long_running().flat_map(|it| it.ports().collect::<Vec<_>>());
    let (port, None) = (ports.next()?, ports.next()) else { return None };
    let is_for_metrics = port.name().is_some_and(|it| it.contains("metric") || it.contains("health"));
    port.number().filter(|_| !is_for_metrics)
}

fn notice(template: &PodTemplate<'_>, others: usize) -> Notice {
    let object = template.object();
    let message = format!("{} offers a port, and no Service leads to it", object.title());
    Notice::new(&CHECK.info, seatrial_model::Field::root(object).at("metadata"), message)
        .because(format!("all {others} other Deployments here that offer a port have a Service"))
        .help("add a Service that selects its labels; ignore this where nobody calls it")
}
