//! A Service selects no pod.
//!
//! ## Why
//! A Service sends to the pods whose labels hold *all* of its selector, in its own
//! namespace. When none does, it has no endpoints: connections are refused and
//! every Ingress behind it answers 503. Nothing reports it, for a Service without
//! endpoints is legal.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web-fronted}
//!   ports: [{port: 80}]
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web-frontend}}
//!   template:
//!     metadata: {labels: {app: web-frontend}}
//!     spec: {containers: [{name: web}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web-frontend}
//!   ports: [{port: 80}]
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web-frontend}}
//!   template:
//!     metadata: {labels: {app: web-frontend, tier: front}}
//!     spec: {containers: [{name: web}]}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::Service;
use seatrial_model::{LabelSelector, Object, Operator, Repository, Requirement};
use seatrial_yaml::Node;

use crate::selection::{Index, Labelled, Within, explain, has_unseen_units, selector_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "service-selects-nothing",
        title: "A Service selects no pod",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.service-selector"],
        page: include_str!("service_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let pods = context.pods();
    let written = written_endpoints(repository);
    let is_partial = has_unseen_units(repository);
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        let Some(selector) = service.selector() else { continue };
        let is_served = written.contains(service.object().name()) || pods.may_be_made(&selector);
        if !is_served && pods.selected(service.object(), &selector).found.is_empty() {
            report.add_some(notice(pods, &service, &selector, is_partial));
        }
    }
}

/// The Services whose endpoints are written by hand.
fn written_endpoints(repository: &Repository) -> FxHashSet<&str> {
    let mut names = FxHashSet::default();
    for object in repository.objects() {
        if object.is("", "Endpoints") {
            names.insert(object.name());
        } else if object.is("discovery.k8s.io", "EndpointSlice") {
            let label = object.field(&["metadata", "labels", "kubernetes.io/service-name"]);
            names.extend(label.and_then(Node::as_str));
        }
    }
    names
}

fn notice<'a>(
    pods: &Index<'a>,
    service: &Service<'a>,
    selector: &LabelSelector,
    is_partial: bool,
) -> Option<Notice> {
    let object = service.object();
    let message = format!("{} selects {selector}, which no pod has", object.title());
    let field = service.spec.key("selector")?;
    let near = pods.near(object, &Within::Own, selector);
    let election = elected(pods, object, selector);
    let severity = match near {
        _ if election.is_some() => Severity::Info,
        Some(near) if near.is_slip => Severity::Error,
        None if is_partial => Severity::Info,
        _ => Severity::Warning,
    };
    let notice = Notice::new(&CHECK.info, selector_field(&field).location(), message).severity(severity);
    if let Some(label) = election {
        return Some(notice.because(format!("the pod that is elected may get `{label}` while it runs")));
    }
    Some(explain(notice, pods, object, &field, selector, near))
}

/// The label that pods are given when they are elected to do something: all else
/// that is selected they have, and no template knows the label.
fn elected(pods: &Index<'_>, by: &Object, selector: &LabelSelector) -> Option<String> {
    // `primary` and `master` are as often labels that somebody forgot to write.
    let is_role = |it: &&Requirement| it.values.iter().all(|value| value == "leader");
    let role = selector.requirements.iter().filter(|it| it.operator == Operator::In).find(is_role)?;
    let others = selector.requirements.iter().filter(|it| *it != role).cloned().collect();
    let candidates = pods.selected(by, &LabelSelector { requirements: others }).found;
    let knows = |it: &Labelled<'_>| it.labels.get(&role.key).is_some();
    let is_elected = !candidates.is_empty() && selector.requirements.len() > 1;
    (is_elected && !candidates.iter().any(knows)).then(|| format!("{}: {}", role.key, role.values.join(", ")))
}
