//! A network policy keeps the ingress controller from the pods of an Ingress.
//!
//! ## Why
//! The controller is a pod like others, mostly in a namespace of its own. Where a policy
//! lets only the own namespace and the monitoring in, its connections are dropped, and
//! whoever asks from outside waits for `504 Gateway Timeout`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress: [{from: [{podSelector: {}}]}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, namespace: shop}
//! spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress:
//!     - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, namespace: shop}
//! spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1}]}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Place;
use seatrial_model::views::Service;

use crate::policies::{Direction, Policies};
use crate::ports::{Backend, Services, backends};
use crate::scaling::place;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "blocked-ingress",
        title: "A network policy keeps the ingress controller from the pods of an Ingress",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["network.blocked"],
        page: include_str!("blocked_ingress.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let policies = Policies::of(repository);
    if policies.is_unclear() {
        return;
    }
    let services = Services::new(repository);
    let mut told: FxHashSet<(Place, Place)> = FxHashSet::default();
    for object in context.objects().filter(|it| matches!(it.kind(), "Ingress" | "IngressRoute" | "HTTPRoute"))
    {
        for backend in backends(object) {
            let meant = services.meant(object, backend.service, backend.namespace);
            let service = meant.services.first().filter(|_| meant.is_sure).and_then(|it| Service::of(it));
            let Some(service) = service else { continue };
            for notice in judge(context, &policies, &backend, &service, &mut told) {
                report.add(notice);
            }
        }
    }
}

fn judge<'a>(
    context: &Context<'a>,
    policies: &Policies<'a>,
    backend: &Backend<'a>,
    service: &Service<'a>,
    told: &mut FxHashSet<(Place, Place)>,
) -> Vec<Notice> {
    let Some(selector) = service.selector() else { return Vec::new() };
    let pods = context.pods().selected(service.object(), &selector).found;
    let blocked = pods.into_iter().filter_map(|pod| {
        let closing = policies.closing(&pod, Direction::Ingress);
        let policy = closing.first()?;
        let is_new = told.insert((place(policy.object()), place(pod.object)));
        if !is_new || policies.may_forward(&pod) {
            return None;
        }
        let route = backend.field.object().title();
        let message = format!(
            "{} keeps the ingress controller from reaching {}, which {route} leads to",
            policy.object().title(),
            pod.object.title()
        );
        Some(
            Notice::new(&CHECK.info, policy.field(Direction::Ingress).location(), message)
                .help(
                    "let the controller's namespace in: \
                     `- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}`, or its own name",
                )
                .because("the rules let in the own namespace or monitoring only")
                .related(backend.field.location(), Role::Reference, "led to from here"),
        )
    });
    blocked.collect()
}
