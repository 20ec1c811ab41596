//! Whether an object has the key, port or listener that a reference wants.

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::Object;
use crate::references::{Part, Port};
use crate::views::pod_template_node;

/// Whether the object has the part. An object that somebody else fills in is
/// taken to have it.
pub(super) fn has(object: &Object, part: &Part) -> bool {
    match part {
        Part::Key(key) => has_key(object, key) || is_filled_elsewhere(object),
        Part::ServicePort(port) => has_service_port(object, port),
        // Of pods that an operator makes the ports cannot be told.
        Part::ContainerPort(name) => {
            pod_template_node(object).is_none() || container_ports(object).any(|it| it == name)
        }
        Part::Listener(name) | Part::Subset(name) => names(object, part).contains(name),
    }
}

/// The names that would have done.
pub(super) fn names(object: &Object, part: &Part) -> Vec<SmolStr> {
    match part {
        Part::Key(_) => {
            let entries = KEYED.iter().filter_map(|it| object.root().get(it)).flat_map(Node::entries);
            entries.map(|it| SmolStr::new(it.name())).collect()
        }
        Part::ServicePort(_) => listed(object, "ports"),
        Part::ContainerPort(_) => container_ports(object).map(SmolStr::new).collect(),
        Part::Listener(_) => listed(object, "listeners"),
        Part::Subset(_) => listed(object, "subsets"),
    }
}

/// The names of the ports of containers that keep running.
fn container_ports(object: &Object) -> impl Iterator<Item = &str> {
    let spec = pod_template_node(object).and_then(|it| it.get("spec"));
    let containers = |list| spec.and_then(|it| it.get(list)).into_iter().flat_map(Node::items);
    let is_sidecar = |it: &Node<'_>| it.get("restartPolicy").and_then(Node::as_str) == Some("Always");
    let lasting = containers("containers").chain(containers("initContainers").filter(is_sidecar));
    let ports = lasting.filter_map(|it| it.get("ports")).flat_map(Node::items);
    ports.filter_map(|it| it.get("name")?.as_str())
}

fn listed(object: &Object, list: &str) -> Vec<SmolStr> {
    let items = object.field(&["spec", list]).into_iter().flat_map(Node::items);
    items.filter_map(|it| it.get("name")?.as_str().map(SmolStr::new)).collect()
}

/// The fields that hold the keys of a `ConfigMap` or Secret.
const KEYED: [&str; 3] = ["data", "stringData", "binaryData"];

fn has_key(object: &Object, key: &str) -> bool {
    KEYED.iter().any(|it| object.root().get(it).is_some_and(|map| map.get(key).is_some()))
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

fn has_service_port(object: &Object, wanted: &Port) -> bool {
    if !object.is("", "Service") {
        return true;
    }
    let text = |key: &str| object.field(&["spec", key]).and_then(Node::as_str);
    let mut ports = object.field(&["spec", "ports"]).into_iter().flat_map(Node::items).peekable();
    if text("type") == Some("ExternalName") && ports.peek().is_none() {
        return true;
    }
    ports.any(|port| {
        let number = port.get("port").and_then(Node::as_i64);
        match wanted {
            Port::Number(wanted) => number == Some(*wanted),
            Port::Name(name) => {
                let same = port.get("name").and_then(Node::as_str) == Some(name);
                same || number.is_some_and(|it| name.parse() == Ok(it))
            }
        }
    })
}
