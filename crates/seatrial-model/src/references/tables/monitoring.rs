//! Where Prometheus scrapes, and with which credentials.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::LabelSelector;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{CONFIG_MAP, SECRET, SERVICE, SERVICE_ACCOUNT};
use crate::references::{Kinds, Part, Port, Reference, Relation, Scope};

const GROUP: &str = "monitoring.coreos.com";
const CREDENTIAL: Rule = to(Relation::Credentials, SECRET).key("key").rule();
const SETTING: Rule = to(Relation::Credentials, CONFIG_MAP).key("key").rule();

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[(GROUP, "ServiceMonitor")],
        fields: &[
            ("spec", Rule::Read(service_monitor)),
            ("spec.endpoints[*].basicAuth.username", CREDENTIAL),
            ("spec.endpoints[*].basicAuth.password", CREDENTIAL),
            ("spec.endpoints[*].bearerTokenSecret", CREDENTIAL),
            ("spec.endpoints[*].authorization.credentials", CREDENTIAL),
            ("spec.endpoints[*].tlsConfig.ca.secret", CREDENTIAL),
            ("spec.endpoints[*].tlsConfig.ca.configMap", SETTING),
            ("spec.endpoints[*].tlsConfig.cert.secret", CREDENTIAL),
            ("spec.endpoints[*].tlsConfig.keySecret", CREDENTIAL),
        ],
    },
    Table {
        kinds: &[(GROUP, "PodMonitor")],
        fields: &[
            ("spec", Rule::Read(pod_monitor)),
            ("spec.podMetricsEndpoints[*].basicAuth.username", CREDENTIAL),
            ("spec.podMetricsEndpoints[*].basicAuth.password", CREDENTIAL),
            ("spec.podMetricsEndpoints[*].bearerTokenSecret", CREDENTIAL),
        ],
    },
    Table {
        kinds: &[(GROUP, "Probe")],
        fields: &[
            ("spec.prober.url", Rule::Read(prober)),
            ("spec.basicAuth.username", CREDENTIAL),
            ("spec.basicAuth.password", CREDENTIAL),
        ],
    },
    Table {
        kinds: &[
            (GROUP, "Prometheus"),
            (GROUP, "PrometheusAgent"),
            (GROUP, "Alertmanager"),
            (GROUP, "ThanosRuler"),
        ],
        fields: &[
            ("spec.serviceAccountName", to(Relation::Account, SERVICE_ACCOUNT).scalar().rule()),
            ("spec.configSecret", to(Relation::Credentials, SECRET).scalar().rule()),
            ("spec.additionalScrapeConfigs", CREDENTIAL),
            ("spec.additionalAlertManagerConfigs", CREDENTIAL),
            ("spec.secrets[*]", to(Relation::Volume, SECRET).scalar().rule()),
            ("spec.configMaps[*]", to(Relation::Volume, CONFIG_MAP).scalar().rule()),
            ("spec.imagePullSecrets[*]", to(Relation::ImagePull, SECRET).rule()),
            (
                "spec.alerting.alertmanagers[*]",
                to(Relation::Backend, SERVICE).in_field("namespace").port("port").rule(),
            ),
            ("spec.storage.volumeClaimTemplate.spec.storageClassName", super::storage::CLASS),
        ],
    },
];

fn service_monitor(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    monitor(site, Kinds::Known(SERVICE), "endpoints", found);
}

fn pod_monitor(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    monitor(site, Kinds::Pods, "podMetricsEndpoints", found);
}

/// The selection, and the port of every endpoint.
fn monitor(site: &Site<'_, '_>, kinds: Kinds, list: &'static str, found: &mut Vec<Reference>) {
    let Some(selector) = site.get("selector").and_then(LabelSelector::of) else { return };
    if selector.is_everything() {
        return;
    }
    let scope = namespaces(site.get("namespaceSelector"));
    let of_pods = kinds == Kinds::Pods;
    let base = site.selection(Relation::Scrape, kinds, selector, site.path_of("selector"));
    let base = Reference { scope, ..base };
    let endpoints = site.get(list).into_iter().flat_map(Node::items);
    let ports = (0..).zip(endpoints).filter_map(|(place, it)| Some((place, it.get("port")?.as_str()?)));
    for (place, name) in ports {
        let [list, port] = [list, "port"].map(|it| PathStep::Key(SmolStr::new_static(it)));
        let path = site.path(&[list, PathStep::Index(place), port]);
        let name = SmolStr::new(name);
        let part = if of_pods { Part::ContainerPort(name) } else { Part::ServicePort(Port::Name(name)) };
        found.push(Reference { part: Some((part, path)), ..base.clone() });
    }
    found.push(base);
}

fn namespaces(selector: Option<Node<'_>>) -> Scope {
    let Some(selector) = selector else { return Scope::Same };
    if selector.get("any").and_then(Node::as_bool) == Some(true) {
        return Scope::Any;
    }
    let names = selector.get("matchNames").into_iter().flat_map(Node::items);
    let names: Vec<SmolStr> = names.filter_map(|it| it.as_str().map(SmolStr::new)).collect();
    if names.is_empty() { Scope::Same } else { Scope::OneOf(names) }
}

/// `name.namespace.svc:9115`
fn prober(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let host = site.text("").unwrap_or_default().split(':').next().unwrap_or_default();
    let Some((name, namespace)) = super::core::cluster_host(host) else { return };
    let base = site.reference(Relation::Backend, SERVICE, name, site.path_of(""));
    found.push(Reference { scope: Scope::Named(namespace.into()), ..base });
}

/// Pods by a plain mapping of labels, where the field is one.
pub(super) fn pods_by_map(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = LabelSelector::of_map(site.node).filter(|it| !it.is_everything()) else { return };
    found.push(site.selection(Relation::Pods, Kinds::Pods, selector, site.path_of("")));
}
