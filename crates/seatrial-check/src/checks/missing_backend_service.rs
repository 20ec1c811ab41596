//! Requests are sent to a Service that is not defined.
//!
//! ## Why
//! An ingress controller answers 503 (Traefik drops the route, a Gateway reports
//! `BackendNotFound`) for a path whose Service does not exist. The object itself is
//! accepted, so nothing shows until somebody asks for the path.
//!
//! A backend's Service is looked for in the namespace of the Ingress.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web-service}
//! spec: {selector: {app: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: web, port: {number: 80}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web-service}
//! spec: {selector: {app: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: web-service, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Link;
use seatrial_model::references::Relation;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-backend-service",
        title: "Requests are sent to a Service that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.service-missing"],
        page: include_str!("missing_backend_service.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_backend = |link: &Link| link.relation == Relation::Backend && is_to(link, "", "Service");
    for it in missing(context, |_, link| is_backend(link)) {
        let outcome = match it.object.kind() {
            "Ingress" => "the ingress controller answers 503 for this path",
            "Rollout" => "the rollout is Degraded: its Service is not found",
            "DestinationRule" => "the rule has no effect",
            _ => "requests that are sent there fail",
        };
        // Rules for a host that nobody calls do no harm.
        let (acts, most) = match it.object.kind() {
            "DestinationRule" => ("has rules for", Severity::Warning),
            _ => ("sends requests to", Severity::Error),
        };
        report.add(it.notice(&CHECK.info, acts, outcome, most));
    }
}
