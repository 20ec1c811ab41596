//! A backend names a port that its Service does not have.
//!
//! ## Why
//! An Ingress, a route or a webhook names a port of the *Service*, not of the
//! container behind it. If the Service has no such port, the controller has no
//! endpoint to send to: ingress-nginx answers 503, a Gateway sets `ResolvedRefs` to
//! false, and calls to a webhook fail.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   defaultBackend: {service: {name: web, port: {number: 8080}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{port: 80, targetPort: 8080}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   defaultBackend: {service: {name: web, port: {number: 80}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{port: 80, targetPort: 8080}]
//! ```

use std::cell::LazyCell;

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Service, ServicePort};
use seatrial_model::{Field, IntOrString};

use crate::ports::{Backend, Meant, Services, backends, has_port, ports_in_words};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-service-port",
        title: "A backend names a port that its Service does not have",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.service-port"],
        page: include_str!("missing_service_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let services = LazyCell::new(|| Services::new(context.world().repository));
    for object in context.objects() {
        for backend in backends(object) {
            let meant = services.meant(object, backend.service, backend.namespace);
            report.add_some(notice(&backend, &meant));
        }
    }
}

fn notice(backend: &Backend<'_>, meant: &Meant<'_>) -> Option<Notice> {
    let views: Vec<Service<'_>> = meant.services.iter().filter_map(|it| Service::of(it)).collect();
    let lacks = |it: &Service<'_>| it.ports().next().is_some() && !has_port(it, backend.port);
    if views.is_empty() || !views.iter().all(lacks) {
        return None;
    }
    let service = &views[0];
    let from = backend.field.object().title();
    let message =
        format!("{from} names port {} of Service {}, which has no such port", backend.port, backend.service);
    // Traefik talks to the pods of a Service of another name itself.
    let is_sure = meant.is_sure && !service.is_external_name();
    let severity = if is_sure { Severity::Error } else { Severity::Warning };
    let mut notice = Notice::new(&CHECK.info, backend.field.location(), message)
        .severity(severity)
        .help(format!("name one of its ports: {}", ports_in_words(service)))
        .related(Field::root(service.object()).at("spec"), Role::Definition, "the Service");
    let intended = service.ports().find(|it| it.target_port() == Some(backend.port));
    if let Some(port) = intended.as_ref().and_then(ServicePort::port) {
        notice = notice.because(format!(
            "{} is the target of its port {port}; a backend names the Service's own",
            backend.port
        ));
    }
    let mut ports = service.ports();
    let only = ports.next().filter(|_| ports.next().is_none());
    Some(match intended.or(only).as_ref().and_then(|port| replacement(backend, port)) {
        Some(content) => notice.change(Change::Set { at: backend.field.location(), content }),
        None => notice,
    })
}

/// The port in the form that the backend uses.
fn replacement(backend: &Backend<'_>, port: &ServicePort<'_>) -> Option<Content> {
    match backend.port {
        IntOrString::Int(_) => port.port().map(Content::Int),
        IntOrString::String(_) => port.name().map(|it| Content::Text(it.to_owned())),
    }
}
