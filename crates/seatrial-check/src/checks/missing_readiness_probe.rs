//! A Service sends traffic to pods that nothing asks whether they are ready.
//!
//! ## Why
//! A container without a readiness probe counts as ready once its process runs. During
//! every rollout the Service sends requests to pods that do not listen yet, and old
//! pods go before new ones can answer.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: api}
//! spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   selector: {matchLabels: {app: api}}
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec:
//!       containers: [{name: api, image: "registry.example.com/api:1", ports: [{containerPort: 8080}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: api}
//! spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   selector: {matchLabels: {app: api}}
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec:
//!       containers:
//!         - name: api
//!           image: registry.example.com/api:1
//!           ports: [{containerPort: 8080}]
//!           readinessProbe: {httpGet: {path: /ready, port: 8080}}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate, ProbeKind, Service};
use seatrial_model::{IntOrString, Object};

use crate::partial::is_partial;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-readiness-probe",
        title: "A Service sends traffic to pods that nothing asks whether they are ready",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["probe.missing"],
        page: include_str!("missing_readiness_probe.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let mut told = FxHashSet::default();
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        let Some(selector) = service.selector() else { continue };
        let waits = !service.spec.flag("publishNotReadyAddresses");
        let selected = context.pods().selected(service.object(), &selector);
        for pod in selected.found.iter().filter(|_| waits && selected.same_unit) {
            let template = PodTemplate::of(pod.object).filter(|it| !is_partial(it));
            let Some(template) = template.filter(|it| !is_brief(it.object())) else { continue };
            if told.insert(pod.object.id()) {
                report.add_some(judge(&service, &template));
            }
        }
    }
}

/// Pods that run to an end seldom serve, and Knative has a probe of its own.
fn is_brief(object: &Object) -> bool {
    matches!(object.kind(), "Job" | "CronJob" | "ScaledJob") || object.group() == "serving.knative.dev"
}

fn judge(service: &Service<'_>, template: &PodTemplate<'_>) -> Option<Notice> {
    let mut containers = template.long_running();
    let serves =
        |container: &Container<'_>| service.ports().any(|port| leads_to(port.target_port(), container));
    let serving = template.long_running().find(serves);
    // A probe of any container decides for the pod as a whole.
    let has_probe = containers.any(|it| it.probe(ProbeKind::Readiness).is_some());
    let has_gate = template.spec.key("readinessGates").is_some();
    let container = serving.or_else(|| template.long_running().last()).filter(|_| !has_probe && !has_gate)?;
    let title = container_title(&container);
    let message =
        format!("{title} has no readinessProbe, and {} sends traffic to it", service.object().title());
    Some(
        Notice::new(&CHECK.info, container.field.at("readinessProbe"), message)
            .help("add a readinessProbe that asks what the Service's clients need")
            .related(service.spec.at("selector"), Role::Reference, "the Service"),
    )
}

fn leads_to(target: Option<IntOrString<'_>>, container: &Container<'_>) -> bool {
    match target {
        Some(IntOrString::Int(number)) => container.ports().any(|it| it.number() == Some(number)),
        Some(IntOrString::String(name)) => container.port(name).is_some(),
        None => false,
    }
}
