//! Whether an object has the key, port or listener that a reference wants.

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::Object;
use crate::references::{Part, Port};
use crate::views::{ContainerKind, PodTemplate, Service};

/// Whether the object has the part. An object that somebody else fills in is
/// taken to have it.
pub(super) fn has(object: &Object, part: &Part) -> bool {
    match part {
        Part::Key(key) => is_filled_elsewhere(object) || keys(object).any(|it| it == *key),
        Part::ServicePort(port) => has_service_port(object, port),
        Part::ContainerPort(name) | Part::Listener(name) | Part::Subset(name) => {
            names(object, part).contains(name)
        }
    }
}

/// The names that would have done.
pub(super) fn names(object: &Object, part: &Part) -> Vec<SmolStr> {
    match part {
        Part::Key(_) => keys(object).collect(),
        Part::ServicePort(_) => {
            let ports = Service::of(object).into_iter().flat_map(|it| it.ports());
            ports.filter_map(|it| it.name().map(SmolStr::new)).collect()
        }
        Part::ContainerPort(_) => {
            let containers = PodTemplate::of(object).into_iter().flat_map(|it| it.containers());
            let lasting = containers.filter(|it| it.kind != ContainerKind::Init);
            lasting.flat_map(|it| it.ports()).filter_map(|it| it.name().map(SmolStr::new)).collect()
        }
        Part::Listener(_) => listed(object, "listeners"),
        Part::Subset(_) => listed(object, "subsets"),
    }
}

fn listed(object: &Object, list: &str) -> Vec<SmolStr> {
    let items = object.field(&["spec", list]).into_iter().flat_map(Node::items);
    items.filter_map(|it| it.get("name")?.as_str().map(SmolStr::new)).collect()
}

fn keys(object: &Object) -> impl Iterator<Item = SmolStr> {
    let maps = ["data", "stringData", "binaryData"];
    let maps = maps.into_iter().filter_map(|it| object.root().get(it));
    maps.flat_map(Node::entries).map(|it| SmolStr::new(it.name()))
}

/// Marks of controllers that put keys into an object that is written empty.
const FILLED_BY: &[&str] = &[
    "replicator.v1.mittwald.de/replicate-from",
    "reflector.v1.k8s.emberstack.com/reflects",
    "kubed.appscode.com/origin",
    "service.beta.openshift.io/inject-cabundle",
    "secret-generator.v1.mittwald.de/autogenerate",
    "secret-generator.v1.mittwald.de/type",
    "cert-manager.io/allow-direct-injection",
    "avp.kubernetes.io/path",
    "vault.security.banzaicloud.io/vault-addr",
];

fn is_filled_elsewhere(object: &Object) -> bool {
    if object.field(&["type"]).and_then(Node::as_str) == Some("kubernetes.io/service-account-token") {
        return true;
    }
    let holds =
        |map: &str, name: &str| object.field(&["metadata", map]).is_some_and(|it| it.get(name).is_some());
    holds("labels", "config.openshift.io/inject-trusted-cabundle")
        || FILLED_BY.iter().any(|name| holds("annotations", name))
}

fn has_service_port(object: &Object, port: &Port) -> bool {
    let Some(service) = Service::of(object) else { return true };
    if service.is_external_name() && service.ports().next().is_none() {
        return true;
    }
    service.ports().any(|it| match port {
        Port::Number(number) => it.port() == Some(*number),
        Port::Name(name) => it.name() == Some(name) || it.port().is_some_and(|port| name.parse() == Ok(port)),
    })
}
