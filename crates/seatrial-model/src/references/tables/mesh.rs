//! Istio.

use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use crate::LabelSelector;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site};
use crate::references::tables::{SECRET, SERVICE, autoscaling, core, monitoring};
use crate::references::{GroupKind, Kinds, Part, Port, Reference, Relation, Scope};

const GROUP: &str = "networking.istio.io";
const SECURITY: &str = "security.istio.io";
const GATEWAY: &[GroupKind] = &[(GROUP, "Gateway")];
const DESTINATION_RULE: &[GroupKind] = &[(GROUP, "DestinationRule")];
const DESTINATION: Rule = Rule::Read(destination);

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[(GROUP, "VirtualService")],
        fields: &[
            ("spec.gateways[*]", Rule::Read(gateway)),
            ("spec.http[*].route[*].destination", DESTINATION),
            ("spec.http[*].mirror", DESTINATION),
            ("spec.http[*].mirrors[*].destination", DESTINATION),
            ("spec.tcp[*].route[*].destination", DESTINATION),
            ("spec.tls[*].route[*].destination", DESTINATION),
        ],
    },
    Table { kinds: DESTINATION_RULE, fields: &[("spec.host", Rule::Read(host))] },
    Table {
        kinds: GATEWAY,
        fields: &[
            ("spec.selector", Rule::Read(gateway_pods)),
            ("spec.servers[*].tls.credentialName", Rule::Read(gateway_secret)),
        ],
    },
    Table {
        kinds: &[
            (SECURITY, "AuthorizationPolicy"),
            (SECURITY, "PeerAuthentication"),
            (SECURITY, "RequestAuthentication"),
        ],
        fields: &[("spec.selector", Rule::Read(autoscaling::pods))],
    },
    Table {
        kinds: &[(GROUP, "Sidecar"), (GROUP, "EnvoyFilter")],
        fields: &[("spec.workloadSelector.labels", Rule::Read(monitoring::pods_by_map))],
    },
];

/// The Service that a host names: a short name, or one of the cluster's own.
/// Other hosts belong to service entries or to the world.
fn service(host: &str) -> Option<(&str, Scope)> {
    if let Some((name, namespace)) = core::cluster_host(host) {
        return Some((name, Scope::Named(namespace.into())));
    }
    (!host.is_empty() && !host.contains(['.', '*'])).then_some((host, Scope::Same))
}

fn destination(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some((name, scope)) = site.text("host").and_then(service) else { return };
    let port = site.get("port").and_then(|it| it.get("number")).and_then(Port::of);
    let number = ["port", "number"].map(|it| PathStep::Key(SmolStr::new_static(it)));
    let part = port.map(|it| (Part::ServicePort(it), site.path(&number)));
    let base = site.reference(Relation::Backend, SERVICE, name, site.path_of("host"));
    found.push(Reference { scope, part, ..base });
    if let Some(subset) = site.text("subset") {
        // Rules are found under the host they are for, wherever they stand.
        let base = site.reference(Relation::Backend, DESTINATION_RULE, name, site.path_of("host"));
        let part = Some((Part::Subset(subset.into()), site.path_of("subset")));
        found.push(Reference { scope: Scope::Any, part, ..base });
    }
}

fn host(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some((name, scope)) = site.text("").and_then(service) else { return };
    found.push(Reference { scope, ..site.reference(Relation::Backend, SERVICE, name, site.path_of("")) });
}

/// `name` or `namespace/name`; `mesh` is every sidecar.
fn gateway(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(text) = site.text("").filter(|it| !it.is_empty() && *it != "mesh") else { return };
    let (scope, name) = match text.split_once('/') {
        Some((namespace, name)) => (Scope::Named(namespace.into()), name),
        None => (Scope::Same, text),
    };
    found.push(Reference { scope, ..site.reference(Relation::Parent, GATEWAY, name, site.path_of("")) });
}

fn gateway_pods(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = LabelSelector::of_map(site.node).filter(|it| !it.is_everything()) else { return };
    let base = site.selection(Relation::Pods, Kinds::Pods, selector, site.path_of(""));
    found.push(Reference { scope: Scope::Any, ..base });
}

/// The secret lies in the namespace of the gateway's pods.
fn gateway_secret(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(text) = site.node.as_str().filter(|it| !it.is_empty()) else { return };
    let name = text.strip_prefix("kubernetes://").unwrap_or(text);
    let (scope, name) = match name.split_once('/') {
        Some((namespace, name)) => (Scope::Named(namespace.into()), name),
        None => (Scope::Any, name),
    };
    found.push(Reference { scope, ..site.reference(Relation::Certificate, SECRET, name, site.path_of("")) });
}
