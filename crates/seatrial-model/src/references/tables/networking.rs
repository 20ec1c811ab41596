//! Ingresses, their classes, and network policies.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::LabelSelector;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SECRET, SERVICE, autoscaling, secrets};
use crate::references::{GroupKind, Kinds, Part, Port, Reference, Relation, Scope, Strength};

const INGRESS: &[GroupKind] = &[("networking.k8s.io", "Ingress"), ("extensions", "Ingress")];
const INGRESS_CLASS: &[GroupKind] = &[("networking.k8s.io", "IngressClass")];
const MANAGED_CERTIFICATE: &[GroupKind] = &[("networking.gke.io", "ManagedCertificate")];
const MIDDLEWARE: &[GroupKind] = &[("traefik.io", "Middleware"), ("traefik.containo.us", "Middleware")];
const NO_KINDS: &[GroupKind] = &[];

const NGINX_SECRET: Rule = Rule::Read(secret_in_annotation);

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: INGRESS,
        fields: &[
            ("spec.rules[*].http.paths[*].backend", Rule::Read(backend)),
            ("spec.defaultBackend", Rule::Read(backend)),
            ("spec.backend", Rule::Read(backend)),
            ("spec.tls[*]", to(Relation::Certificate, SECRET).under("secretName").rule()),
            ("spec.ingressClassName", to(Relation::Class, INGRESS_CLASS).scalar().in_cluster().rule()),
            (
                "metadata.annotations[kubernetes.io/ingress.class]",
                // The old way to name a controller needs no object.
                to(Relation::Class, INGRESS_CLASS).scalar().in_cluster().optional().rule(),
            ),
            ("metadata.annotations[cert-manager.io/cluster-issuer]", secrets::CLUSTER_ISSUER_ANNOTATION),
            ("metadata.annotations[cert-manager.io/issuer]", secrets::ISSUER_ANNOTATION),
            ("metadata.annotations[nginx.ingress.kubernetes.io/auth-secret]", NGINX_SECRET),
            ("metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-secret]", NGINX_SECRET),
            ("metadata.annotations[nginx.ingress.kubernetes.io/proxy-ssl-secret]", NGINX_SECRET),
            (
                "metadata.annotations[networking.gke.io/managed-certificates]",
                Rule::Read(managed_certificates),
            ),
            (
                "metadata.annotations[traefik.ingress.kubernetes.io/router.middlewares]",
                Rule::Read(router_middlewares),
            ),
        ],
    },
    Table {
        kinds: INGRESS_CLASS,
        fields: &[("spec.parameters", to(Relation::Template, NO_KINDS).of_written_kind().anywhere().rule())],
    },
    Table {
        kinds: &[("networking.k8s.io", "NetworkPolicy"), ("extensions", "NetworkPolicy")],
        fields: &[
            ("spec.podSelector", Rule::Read(autoscaling::pods)),
            ("spec", Rule::Read(named_ingress_ports)),
            ("spec.ingress[*].from[*]", Rule::Read(peers)),
            ("spec.egress[*].to[*]", Rule::Read(peers)),
        ],
    },
];

/// Instead of a port: the AWS controller reads an action from an annotation that is
/// called after the Service.
const ACTION_IN_ANNOTATION: &str = "use-annotation";

/// Both forms: `service: {name, port: {number, name}}` and the older
/// `serviceName`, `servicePort`; or another resource.
fn backend(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    if let Some(service) = site.get("service") {
        found.extend(service_backend(site, service));
    } else if let Some(name) = site.text("serviceName") {
        let port = site.get("servicePort").and_then(Port::of);
        if site.text("servicePort") == Some(ACTION_IN_ANNOTATION) {
            return;
        }
        let part = port.map(|it| (Part::ServicePort(it), site.path_of("servicePort")));
        let base = site.reference(Relation::Backend, SERVICE, name, site.path_of("serviceName"));
        found.push(Reference { part, ..base });
    } else if let Some(resource) = site.get("resource") {
        found.extend(resource_backend(site, resource));
    }
}

fn service_backend(site: &Site<'_, '_>, service: Node<'_>) -> Option<Reference> {
    let steps = ["service", "port", "number", "name"].map(|it| PathStep::Key(SmolStr::new_static(it)));
    let [service_step, port_step, number_step, name_step] = steps;
    let name = service.get("name").and_then(Node::as_str).unwrap_or_default();
    let port = service.get("port");
    let written = |key: &str| port.and_then(|it| it.get(key)).filter(|it| !it.is_null());
    if written("name").and_then(Node::as_str) == Some(ACTION_IN_ANNOTATION) {
        return None;
    }
    let (node, step) = match written("number") {
        Some(number) => (Some(number), number_step),
        None => (written("name"), name_step.clone()),
    };
    let port_path = site.path(&[service_step.clone(), port_step, step]);
    let part = node.and_then(Port::of).map(|it| (Part::ServicePort(it), port_path));
    let base = site.reference(Relation::Backend, SERVICE, name, site.path(&[service_step, name_step]));
    Some(Reference { part, ..base })
}

fn resource_backend(site: &Site<'_, '_>, resource: Node<'_>) -> Option<Reference> {
    let text = |key: &str| resource.get(key).and_then(Node::as_str);
    let path = site.path(&["resource", "name"].map(|it| PathStep::Key(SmolStr::new_static(it))));
    let base = site.reference(Relation::Backend, NO_KINDS, text("name")?, path);
    let kinds =
        Kinds::Written { group: text("apiGroup").unwrap_or_default().into(), kind: text("kind")?.into() };
    Some(Reference { kinds, ..base })
}

/// `name` or `namespace/name`.
fn secret_in_annotation(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(text) = site.text("").filter(|it| !it.is_empty()) else { return };
    let (scope, name) = match text.split_once('/') {
        Some((namespace, name)) => (Scope::Named(namespace.into()), name),
        None => (Scope::Same, text),
    };
    found.push(Reference { scope, ..site.reference(Relation::Credentials, SECRET, name, site.path_of("")) });
}

fn managed_certificates(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let names = site.text("").unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
    found.extend(
        names.map(|it| site.reference(Relation::Certificate, MANAGED_CERTIFICATE, it, site.path_of(""))),
    );
}

/// `namespace-name@kubernetescrd`, where both parts may hold dashes: the own
/// namespace is taken off where it stands in front.
fn router_middlewares(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let names = site.text("").unwrap_or_default().split(',').map(str::trim);
    for name in names.filter_map(|it| it.strip_suffix("@kubernetescrd")) {
        let own = site.object.namespace().unwrap_or("default");
        let Some(name) = name.strip_prefix(own).and_then(|it| it.strip_prefix('-')) else { continue };
        found.push(site.reference(Relation::Middleware, MIDDLEWARE, name, site.path_of("")));
    }
}

/// A port that an ingress rule names is one of the selected pods.
fn named_ingress_ports(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = site.get("podSelector").and_then(LabelSelector::of) else { return };
    if selector.is_everything() {
        return;
    }
    let base = site.selection(Relation::Pods, Kinds::Pods, selector, site.path_of("podSelector"));
    let rules = site.get("ingress").into_iter().flat_map(Node::items);
    for (rule_place, rule) in (0..).zip(rules) {
        let ports = rule.get("ports").into_iter().flat_map(Node::items);
        let names = (0..).zip(ports).filter_map(|(place, port)| Some((place, port.get("port")?.as_str()?)));
        for (place, name) in names {
            let [ingress, ports, port] =
                ["ingress", "ports", "port"].map(|it| PathStep::Key(SmolStr::new_static(it)));
            let steps = [ingress, PathStep::Index(rule_place), ports, PathStep::Index(place), port];
            let part = Some((Part::ContainerPort(name.into()), site.path(&steps)));
            found.push(Reference { part, ..base.clone() });
        }
    }
}

fn peers(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = site.get("podSelector").and_then(LabelSelector::of) else { return };
    if selector.is_everything() {
        return;
    }
    let scope = if site.get("namespaceSelector").is_some() { Scope::Any } else { Scope::Same };
    let base = site.selection(Relation::Peers, Kinds::Pods, selector, site.path_of("podSelector"));
    found.push(Reference { scope, strength: Strength::Selects, ..base });
}
