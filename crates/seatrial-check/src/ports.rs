//! The chain of ports: what names a Service's port, and which Service is meant.

use rustc_hash::FxHashMap;
use seatrial_diagnostics::UnitId;
use seatrial_model::views::{ContainerPort, PodTemplate, Service, ServicePort};
use seatrial_model::{Agreement, Field, IntOrString, Object, Repository};

use crate::Context;
use crate::placeholder::is_filled_in_later;
use crate::selection::{Labelled, Selected};

/// A place that names a port of a Service.
#[derive(Clone, Debug)]
pub(crate) struct Backend<'a> {
    /// The Service's name.
    pub(crate) service: &'a str,
    /// The namespace that is written beside it.
    pub(crate) namespace: Option<&'a str>,
    /// The port's number or name.
    pub(crate) port: IntOrString<'a>,
    /// Where that stands.
    pub(crate) field: Field<'a>,
}

/// The backends with a port that an object names.
pub(crate) fn backends(object: &Object) -> Vec<Backend<'_>> {
    let root = Field::root(object);
    match (object.group(), object.kind()) {
        ("networking.k8s.io" | "extensions", "Ingress") => ingress(&root),
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => route(&root),
        ("traefik.io" | "traefik.containo.us", "IngressRoute" | "IngressRouteTCP" | "IngressRouteUDP") => {
            let services = spec_list(&root, "routes").flat_map(|it| it.list("services"));
            services
                .filter(|it| it.text("kind").is_none_or(|kind| kind == "Service"))
                .filter_map(|it| plain(&it))
                .collect()
        }
        ("networking.istio.io", "VirtualService") => virtual_service(&root),
        ("admissionregistration.k8s.io", _) => {
            let services = root.list("webhooks").filter_map(|it| it.keys(&["clientConfig", "service"]));
            services.filter_map(|it| plain(&it)).collect()
        }
        ("apiregistration.k8s.io", "APIService") => {
            root.keys(&["spec", "service"]).into_iter().filter_map(|it| plain(&it)).collect()
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let service = root.keys(&["spec", "conversion", "webhook", "clientConfig", "service"]);
            service.into_iter().filter_map(|it| plain(&it)).collect()
        }
        _ => Vec::new(),
    }
}

fn spec_list<'a>(root: &Field<'a>, name: &str) -> impl Iterator<Item = Field<'a>> + use<'a> {
    let spec = root.key("spec");
    let name = name.to_owned();
    spec.into_iter().flat_map(move |it| it.list(&name))
}

fn ingress<'a>(root: &Field<'a>) -> Vec<Backend<'a>> {
    let rules = spec_list(root, "rules").filter_map(|it| it.key("http"));
    let paths = rules.flat_map(|it| it.list("paths")).filter_map(|it| it.key("backend"));
    let default = ["defaultBackend", "backend"].into_iter().filter_map(|name| root.keys(&["spec", name]));
    default.chain(paths).filter_map(|it| ingress_backend(&it)).collect()
}

fn ingress_backend<'a>(backend: &Field<'a>) -> Option<Backend<'a>> {
    if let Some(service) = backend.text("serviceName") {
        return of_field(service, None, backend.key("servicePort")?);
    }
    let service = backend.key("service")?;
    let port = service.key("port")?;
    // A number in quotes is none; which it would be is told with its type.
    let number = || port.key("number").filter(|it| it.as_str().is_none());
    let field = port.key("name").filter(|it| it.as_str() != Some("")).or_else(number)?;
    // What the AWS controller takes for an action instead of a port.
    let is_annotation = field.as_str() == Some("use-annotation");
    if is_annotation { None } else { of_field(service.text("name")?, None, field) }
}

fn route<'a>(root: &Field<'a>) -> Vec<Backend<'a>> {
    let is_service = |it: &Field<'_>| {
        it.text("kind").is_none_or(|kind| kind == "Service") && it.text("group").is_none_or(str::is_empty)
    };
    let rules = spec_list(root, "rules");
    rules.flat_map(|it| it.list("backendRefs")).filter(is_service).filter_map(|it| plain(&it)).collect()
}

fn virtual_service<'a>(root: &Field<'a>) -> Vec<Backend<'a>> {
    let lists = ["http", "tls", "tcp"];
    let routes = lists.into_iter().flat_map(|list| spec_list(root, list).flat_map(|it| it.list("route")));
    let destinations = routes.filter_map(|it| it.key("destination"));
    let named = destinations.filter_map(|it| {
        let (service, namespace) = of_host(it.text("host")?)?;
        of_field(service, namespace, it.keys(&["port", "number"])?)
    });
    named.collect()
}

/// The Service and the namespace that a name inside the cluster stands for;
/// none for a name that may be anything.
pub(crate) fn of_host(host: &str) -> Option<(&str, Option<&str>)> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut words = host.split('.');
    let (service, namespace, rest) = (words.next()?, words.next(), words.next());
    match (namespace, rest) {
        (None, None) => Some((service, None)),
        (Some(namespace), Some("svc")) => Some((service, Some(namespace))),
        _ => None,
    }
}

/// `{name, namespace, port}`
fn plain<'a>(service: &Field<'a>) -> Option<Backend<'a>> {
    of_field(service.text("name")?, service.text("namespace"), service.key("port")?)
}

fn of_field<'a>(service: &'a str, namespace: Option<&'a str>, field: Field<'a>) -> Option<Backend<'a>> {
    let port = IntOrString::of(field.node()).filter(|it| !it.as_str().is_some_and(is_filled_in_later))?;
    Some(Backend { service, namespace, port, field })
}

/// Templates behind one Service beyond which its ports are not judged.
const SELECTED_MAX: usize = 500;

/// Hands over every port of the Services in view, with the pods behind it.
pub(crate) fn for_each_port<'a>(
    context: &Context<'a>,
    mut act: impl FnMut(&Service<'a>, &ServicePort<'a>, &Selected<'a>),
) {
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        let Some(selector) = service.selector() else { continue };
        let selected = context.pods().selected(service.object(), &selector);
        if selected.found.len() > SELECTED_MAX {
            continue;
        }
        for port in service.ports() {
            act(&service, &port, &selected);
        }
    }
}

/// The Services of all units, by name.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "they are the same Services by different keys")]
pub(crate) struct Services<'a> {
    by_unit: FxHashMap<(UnitId, &'a str), Vec<&'a Object>>,
    by_namespace: FxHashMap<(Option<&'a str>, &'a str), Vec<&'a Object>>,
    by_name: FxHashMap<&'a str, Vec<&'a Object>>,
}

/// The Services that a name may mean.
#[derive(Debug)]
pub(crate) struct Meant<'a> {
    pub(crate) services: Vec<&'a Object>,
    /// Whether it is the only one, of the same unit and surely in that namespace.
    pub(crate) is_sure: bool,
}

impl<'a> Services<'a> {
    pub(crate) fn new(repository: &'a Repository) -> Self {
        let mut index = Self::default();
        for object in repository.objects().filter(|it| it.is("", "Service") && !it.name().is_empty()) {
            let name = object.name();
            index.by_unit.entry((object.unit(), name)).or_default().push(object);
            index.by_namespace.entry((object.namespace(), name)).or_default().push(object);
            index.by_name.entry(name).or_default().push(object);
        }
        index
    }

    /// The Services that a name in an object may mean: those of its own unit,
    /// or those of others if that has none.
    pub(crate) fn meant(&self, from: &Object, name: &str, namespace: Option<&str>) -> Meant<'a> {
        let namespace = namespace.or(from.namespace());
        let agreement =
            |it: &&'a Object| Agreement::between(namespace, it.namespace(), it.unit() == from.unit());
        let own = self.by_unit.get(&(from.unit(), name)).into_iter().flatten().copied();
        let own: Vec<_> = own.filter(|it| agreement(it) != Agreement::Different).collect();
        if let [only] = own.as_slice() {
            return Meant { is_sure: agreement(only) == Agreement::Exact, services: own };
        }
        if !own.is_empty() {
            return Meant { services: own, is_sure: false };
        }
        let empty = Vec::new();
        let services = match namespace {
            Some(_) => {
                let written = self.by_namespace.get(&(namespace, name)).unwrap_or(&empty);
                written
                    .iter()
                    .chain(self.by_namespace.get(&(None, name)).unwrap_or(&empty))
                    .copied()
                    .collect()
            }
            None => self.by_name.get(name).unwrap_or(&empty).clone(),
        };
        Meant { services, is_sure: false }
    }
}

/// Whether a Service has a port of this number or name.
pub(crate) fn has_port(service: &Service<'_>, wanted: IntOrString<'_>) -> bool {
    service.ports().any(|port| match wanted {
        IntOrString::Int(number) => port.port() == Some(number),
        IntOrString::String(name) => port.name() == Some(name),
    })
}

/// The ports of a Service in words: `80 (http), 9090`.
pub(crate) fn ports_in_words(service: &Service<'_>) -> String {
    let words = service.ports().filter_map(|port| {
        let number = port.port()?;
        Some(port.name().map_or_else(|| number.to_string(), |name| format!("{number} ({name})")))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The ports that the containers of a pod declare and that traffic from a
/// Service can reach.
pub(crate) fn declared_ports<'a>(pod: &Labelled<'a>) -> Vec<ContainerPort<'a>> {
    let template = PodTemplate::of(pod.object);
    let containers = template.into_iter().flat_map(|it| it.long_running());
    containers.flat_map(|it| it.ports().collect::<Vec<_>>()).collect()
}

/// Names of declared ports in words, each once, in order.
pub(crate) fn names_in_words<'a>(ports: impl IntoIterator<Item = ContainerPort<'a>>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in ports.into_iter().filter_map(|it| it.name()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
