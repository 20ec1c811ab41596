//! Services, endpoints, service accounts.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::LabelSelector;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SECRET, SERVICE};
use crate::references::{Kinds, Part, Reference, Relation, Scope};

pub(super) const TABLES: &[Table] = &[
    Table { kinds: &[("", "Service")], fields: &[("spec", Rule::Read(service))] },
    Table {
        kinds: &[("", "Endpoints")],
        fields: &[("metadata", to(Relation::Governs, SERVICE).if_named().rule())],
    },
    Table {
        kinds: &[("discovery.k8s.io", "EndpointSlice")],
        fields: &[(
            "metadata.labels[kubernetes.io/service-name]",
            to(Relation::Governs, SERVICE).scalar().rule(),
        )],
    },
    Table {
        kinds: &[("", "ServiceAccount")],
        fields: &[
            ("imagePullSecrets[*]", to(Relation::ImagePull, SECRET).rule()),
            ("secrets[*]", to(Relation::Credentials, SECRET).rule()),
        ],
    },
    Table {
        kinds: &[("", "Secret")],
        fields: &[(
            "metadata.annotations[kubernetes.io/service-account.name]",
            to(Relation::Account, &[("", "ServiceAccount")]).scalar().rule(),
        )],
    },
    Table {
        kinds: &[("apps", "StatefulSet"), ("apps.kruise.io", "StatefulSet")],
        fields: &[("spec.serviceName", to(Relation::Governs, SERVICE).scalar().rule())],
    },
];

fn service(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    if site.text("type") == Some("ExternalName") {
        found.extend(external_name(site));
        return;
    }
    let Some(selector) = site.get("selector").and_then(LabelSelector::of_map) else { return };
    if selector.is_everything() {
        return;
    }
    let base = site.selection(Relation::Pods, Kinds::Pods, selector, site.path_of("selector"));
    let ports = site.get("ports").into_iter().flat_map(Node::items);
    let names = (0..).zip(ports).filter_map(|(place, port)| Some((place, port.get("targetPort")?.as_str()?)));
    for (place, name) in names {
        let steps = ["ports", "targetPort"].map(|it| PathStep::Key(SmolStr::new_static(it)));
        let [ports, target] = steps;
        let path = site.path(&[ports, PathStep::Index(place), target]);
        found.push(Reference { part: Some((Part::ContainerPort(name.into()), path)), ..base.clone() });
    }
    found.push(base);
}

/// An `ExternalName` that names a Service of a cluster.
fn external_name(site: &Site<'_, '_>) -> Option<Reference> {
    let (name, namespace) = cluster_host(site.text("externalName")?)?;
    let base = site.reference(Relation::Backend, SERVICE, name, site.path_of("externalName"));
    Some(Reference { scope: Scope::Named(namespace.into()), ..base })
}

/// The Service and namespace of `name.namespace.svc` and longer forms.
pub(super) fn cluster_host(host: &str) -> Option<(&str, &str)> {
    let (name, rest) = host.trim_end_matches('.').split_once('.')?;
    let (namespace, domain) = rest.split_once('.')?;
    (domain == "svc" || domain.starts_with("svc.")).then_some((name, namespace))
}
