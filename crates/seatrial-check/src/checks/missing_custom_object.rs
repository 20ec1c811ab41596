//! A custom resource names an object that is not defined.
//!
//! ## Why
//! A controller that does not find what its object names reports an error in the object's
//! status and does nothing: a route without its Gateway takes no requests, an `IngressRoute`
//! with an unknown Middleware is dropped, an `ExternalSecret` without its store is not synced,
//! a `HelmRelease` without its source is not installed.
//!
//! ## Bad
//! ```yaml
//! apiVersion: traefik.io/v1alpha1
//! kind: Middleware
//! metadata: {name: strip-prefix, namespace: shop}
//! ---
//! apiVersion: traefik.io/v1alpha1
//! kind: IngressRoute
//! metadata: {name: web, namespace: shop}
//! spec:
//!   routes:
//!     - match: Host(`shop.example.com`)
//!       middlewares: [{name: stripprefix}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: traefik.io/v1alpha1
//! kind: Middleware
//! metadata: {name: strip-prefix, namespace: shop}
//! ---
//! apiVersion: traefik.io/v1alpha1
//! kind: IngressRoute
//! metadata: {name: web, namespace: shop}
//! spec:
//!   routes:
//!     - match: Host(`shop.example.com`)
//!       middlewares: [{name: strip-prefix}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::references::{Kinds, Relation};
use seatrial_model::{Link, Object};

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-custom-object",
        title: "A custom resource names an object that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux.source", "argo.project", "ref.custom-object"],
        page: include_str!("missing_custom_object.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, is_custom) {
        let (acts, outcome) = words(it.object.kind(), it.relation());
        report.add(it.notice(&CHECK.info, acts, outcome, Severity::Error));
    }
}

/// Whether no other check is about the reference.
fn is_custom(object: &Object, link: &Link) -> bool {
    const OTHERS: &[(&str, &str)] = &[
        ("", "ConfigMap"),
        ("", "Secret"),
        ("", "PersistentVolumeClaim"),
        ("", "ServiceAccount"),
        ("storage.k8s.io", "StorageClass"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("", "Namespace"),
    ];
    let of_autoscaler = link.relation == Relation::Target
        && matches!(object.kind(), "HorizontalPodAutoscaler" | "VerticalPodAutoscaler" | "ScaledObject")
        && !is_to(link, "", "Service");
    let is_service = is_to(link, "", "Service")
        && matches!(link.relation, Relation::Backend | Relation::Webhook | Relation::Governs);
    let is_other =
        matches!(link.relation, Relation::Class | Relation::Role | Relation::Issuer | Relation::Namespace);
    let is_kind = !matches!(&link.reference.kinds, Kinds::Pods | Kinds::Known([]));
    // `flux bootstrap` makes this source, with Flux itself.
    let is_bootstrapped = link.relation == Relation::Source && link.name() == Some("flux-system");
    is_kind
        && !is_other
        && !is_service
        && !of_autoscaler
        && !is_bootstrapped
        && !OTHERS.iter().any(|(group, kind)| is_to(link, group, kind))
}

fn words(kind: &str, relation: Relation) -> (&'static str, &'static str) {
    match relation {
        Relation::Template if kind == "IngressClass" => {
            ("takes its parameters from", "its controller has to do without them")
        }
        Relation::Backend => ("sends requests to", "requests that are sent there fail"),
        Relation::Target => ("acts on", "its controller finds nothing to act on"),
        Relation::Store => ("takes secrets from", "nothing is synced, so its Secret is never made"),
        Relation::Parent => ("is attached to", "the route takes no requests"),
        Relation::Middleware => ("passes requests through", "the route is dropped"),
        Relation::Template => ("makes use of", "its controller cannot do what it asks for"),
        Relation::Source => ("depends on", "it is not deployed until the other is there"),
        Relation::Project => ("belongs to", "Argo CD refuses to sync it"),
        Relation::Storage => ("uses", "the claim stays Pending"),
        Relation::Volume => ("mounts", "the pod stays in ContainerCreating"),
        Relation::Credentials => ("authenticates with", "its controller cannot authenticate"),
        _ => ("refers to", "what needs it does not work"),
    }
}
