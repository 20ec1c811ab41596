//! Two rules of Ingresses send the same host and path to different Services.
//!
//! ## Why
//! One of them never gets a request. Which one is up to the controller: ingress-nginx
//! takes the older Ingress (and its webhook, where it is on, refuses the second), others
//! may decide otherwise, and may do so again after a restart.
//!
//! Controllers that make a load balancer for every Ingress are passed over, and so
//! are Ingresses that divide requests by weight, header, method or entry point.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: api}
//! spec:
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: api}
//! spec:
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
//! ```

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_yaml::Node;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-ingress-route",
        title: "Two rules of Ingresses send the same host and path to different Services",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.duplicate-route"],
        page: include_str!("duplicate_ingress_route.rs"),
    },
    run,
};

/// What a controller tells routes apart by: class, host, path and its type.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// A path of a rule.
struct Route<'a> {
    key: Key<'a>,
    field: Field<'a>,
    backend: String,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let mut first: FxHashMap<Key<'_>, Route<'_>> = FxHashMap::default();
    let ingresses = context.objects().filter(|it| it.kind() == "Ingress" && is_ingress_group(it.group()));
    for ingress in ingresses.filter(|it| !divides_requests(it)) {
        for route in routes(ingress) {
            match first.get(&route.key) {
                Some(other) => report.add_some(compare(other, &route)),
                None => drop(first.insert(route.key, route)),
            }
        }
    }
}

fn is_ingress_group(group: &str) -> bool {
    matches!(group, "networking.k8s.io" | "extensions")
}

fn routes(ingress: &Object) -> Vec<Route<'_>> {
    let Some(class) = class(ingress) else { return Vec::new() };
    let rules = Field::root(ingress).key("spec").into_iter().flat_map(|it| it.list("rules"));
    let mut routes = Vec::new();
    for rule in rules {
        let host = rule.text("host").unwrap_or_default();
        if !is_host(host) {
            continue;
        }
        let paths = rule.key("http").into_iter().flat_map(|it| it.list("paths"));
        routes.extend(paths.filter_map(|field| {
            let path = field.text("path").filter(|it| !it.is_empty()).unwrap_or("/");
            let kind = field.text("pathType").unwrap_or("ImplementationSpecific");
            let backend = backend(field.node().get("backend")?)?;
            Some(Route { key: (class, host, path, kind), field, backend })
        }));
    }
    routes
}

/// Whether a host is written out, or absent.
fn is_host(host: &str) -> bool {
    host.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'-' | b'.' | b'*'))
}

/// The class of an Ingress, empty where none is written; none for a class whose
/// Ingresses each have a load balancer of their own.
fn class(ingress: &Object) -> Option<&str> {
    let written = ingress.field(&["spec", "ingressClassName"]);
    let annotated = || ingress.field(&["metadata", "annotations", "kubernetes.io/ingress.class"]);
    let class = written.or_else(annotated).and_then(Node::as_str).unwrap_or_default();
    let has_own = ["alb", "gce", "tailscale"].iter().any(|it| class.contains(it));
    (!has_own).then_some(class)
}

/// Whether an annotation says which of the requests for a route are meant.
fn divides_requests(ingress: &Object) -> bool {
    const WORDS: &[&str] = &[
        "canary",
        "entrypoints",
        "methods",
        "headers",
        "conditions",
        "priority",
        "weight",
        "group.order",
        "mergeable",
    ];
    let annotations = ingress.field(&["metadata", "annotations"]);
    let mut names = annotations.into_iter().flat_map(Node::entries);
    names.any(|entry| {
        let name = entry.name();
        let name = name.rsplit('/').next().unwrap_or_default();
        WORDS.iter().any(|word| name.contains(word))
    })
}

/// `service:port`, in both forms of the API. What the AWS controller does by an
/// annotation is none: it redirects, and goes on with the next rule.
fn backend(backend: Node<'_>) -> Option<String> {
    let text = |node: Option<Node<'_>>| node.and_then(|it| it.scalar_text().map(Cow::into_owned));
    let is_action = |node: Option<Node<'_>>| node.and_then(Node::as_str) == Some("use-annotation");
    let port = backend.get("service").and_then(|it| it.get("port")).and_then(|it| it.get("name"));
    if is_action(port) || is_action(backend.get("servicePort")) {
        return None;
    }
    if let Some(service) = backend.get("service") {
        let port = service.get("port");
        let port =
            text(port.and_then(|it| it.get("number"))).or_else(|| text(port.and_then(|it| it.get("name"))));
        return Some(format!("{}:{}", service.get("name")?.as_str()?, port.unwrap_or_default()));
    }
    let name = backend.get("serviceName")?.as_str()?;
    Some(format!("{name}:{}", text(backend.get("servicePort")).unwrap_or_default()))
}

fn compare(other: &Route<'_>, route: &Route<'_>) -> Option<Notice> {
    let (one, two) = (other.field.object(), route.field.object());
    let same_namespace = one.namespace() == two.namespace();
    let is_twin = !std::ptr::eq(one, two) && one.name() == two.name();
    // One application in two namespaces, or one object written twice.
    if is_twin || (same_namespace && other.backend == route.backend) {
        return None;
    }
    let (_, host, path, _) = route.key;
    if !same_namespace && host.is_empty() {
        return None;
    }
    let shown = if host.is_empty() { format!("every host and `{path}`") } else { format!("`{host}{path}`") };
    let rival = if std::ptr::eq(one, two) { "an earlier rule".to_owned() } else { one.title() };
    let message = format!(
        "{} routes {shown} to {}, which {rival} routes to {}",
        two.title(),
        route.backend,
        other.backend
    );
    let severity = if same_namespace { Severity::Warning } else { Severity::Info };
    let notice = Notice::new(&CHECK.info, route.field.at("path"), message).severity(severity);
    let notice = notice.related(other.field.at("path"), Role::Cause, "the other route");
    Some(notice.help("give one of them another host or path, or take it out"))
}
