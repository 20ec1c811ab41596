//! A setting names a Service by the address it had in some cluster.
//!
//! ## Why
//! The address of a Service is drawn from the cluster's service range when the
//! Service is made. In another cluster, or after the Service was made anew, it is
//! another one, and whoever connects to the written address waits for a timeout.
//! The Service's name (`redis.shop.svc`) stays.
//!
//! Addresses that the tree gives to a Service (`clusterIP`) are passed over. That an
//! address lies in a usual service range is all that is known of it: it may belong
//! to a machine.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     env: [{name: REDIS_HOST, value: 10.43.199.102}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     env: [{name: REDIS_HOST, value: redis}]
//! ```

use std::net::Ipv4Addr;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};
use seatrial_yaml::Node;

use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "literal-cluster-ip",
        title: "A setting names a Service by the address it had in some cluster",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.dns"],
        page: include_str!("literal_cluster_ip.rs"),
    },
    run,
};

/// A range that clusters of some make give to Services.
struct Range {
    base: [u8; 4],
    bits: u32,
    whose: &'static str,
    /// Whether machines seldom have such addresses.
    is_telling: bool,
}

const RANGES: &[Range] = &[
    Range { base: [10, 43, 0, 0], bits: 16, whose: "K3s and RKE", is_telling: true },
    Range { base: [10, 96, 0, 0], bits: 12, whose: "kubeadm, kind and minikube", is_telling: true },
    Range { base: [10, 152, 183, 0], bits: 24, whose: "MicroK8s", is_telling: true },
    Range { base: [10, 233, 0, 0], bits: 18, whose: "Kubespray", is_telling: true },
    Range { base: [34, 118, 224, 0], bits: 20, whose: "GKE", is_telling: true },
    Range { base: [172, 20, 0, 0], bits: 16, whose: "EKS", is_telling: false },
    Range { base: [172, 30, 0, 0], bits: 16, whose: "OpenShift", is_telling: false },
    Range { base: [10, 0, 0, 0], bits: 16, whose: "AKS", is_telling: false },
];

impl Range {
    fn of(address: Ipv4Addr) -> Option<&'static Self> {
        let prefix = |address: u32, bits: u32| address >> (32 - bits);
        let number = u32::from(address);
        RANGES
            .iter()
            .find(|it| prefix(u32::from(Ipv4Addr::from(it.base)), it.bits) == prefix(number, it.bits))
    }

    fn words(&self) -> String {
        format!("{}/{}, the service range of {}", Ipv4Addr::from(self.base), self.bits, self.whose)
    }
}

fn run(context: &Context<'_>, report: &mut Report) {
    let given = given(context.world());
    for object in context.objects() {
        for (what, field) in settings(object) {
            let Some((address, part)) = field.as_str().and_then(address) else { continue };
            let Some(range) = Range::of(address).filter(|_| !given.contains(&address)) else { continue };
            let message = format!("{what} of {} is the literal address {address}", object.title());
            let is_fixed = matches!(address.octets(), [_, _, 0, 1 | 10]);
            let is_telling = range.is_telling && !is_fixed;
            let severity = if is_telling { Severity::Warning } else { Severity::Info };
            let notice = Notice::new(&CHECK.info, field.location().part(part), message).severity(severity);
            let notice = notice
                .because(format!("it lies in {}, and no Service of the tree is given it", range.words()));
            report
                .add(notice.help(
                    "name the Service instead: `NAME`, or `NAME.NAMESPACE.svc` from another namespace",
                ));
        }
    }
}

/// The variables and keys of an object, in words, with their values.
fn settings(object: &Object) -> Vec<(String, Field<'_>)> {
    if object.is("", "ConfigMap") {
        let data = Field::root(object).key("data");
        let entries = data.into_iter().flat_map(|it| it.entries());
        return entries.map(|(name, field)| (format!("key {name}"), field)).collect();
    }
    let containers = PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>());
    let variables = containers.flat_map(|it| it.env().collect::<Vec<_>>());
    let named = variables.filter_map(|it| Some((format!("variable {}", it.name()?), it.field.key("value")?)));
    named.collect()
}

/// The address that a value consists of, with or without a scheme, a port and a
/// path, and where it stands.
fn address(value: &str) -> Option<(Ipv4Addr, std::ops::Range<u32>)> {
    const LENGTH_MAX: usize = 2_000;
    if value.len() > LENGTH_MAX || !value.contains('.') {
        return None;
    }
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(scheme, rest)| (scheme, rest));
    let authority =
        if scheme.is_empty() { rest } else { rest.split(['/', '?', '#']).next().unwrap_or_default() };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = host.split_once(':').unwrap_or((host, "0"));
    port.parse::<u16>().ok()?;
    let start = (host.as_ptr() as usize - value.as_ptr() as usize) as u32;
    Some((host.parse().ok()?, start..start + host.len() as u32))
}

/// The addresses that objects of the tree are given.
fn given(world: &World<'_>) -> FxHashSet<Ipv4Addr> {
    let mut found = FxHashSet::default();
    for object in world.repository.objects() {
        match (object.group(), object.kind()) {
            ("", "Service") => {
                let lone =
                    ["clusterIP", "loadBalancerIP"].into_iter().filter_map(|it| object.field(&["spec", it]));
                let lists =
                    ["clusterIPs", "externalIPs"].into_iter().filter_map(|it| object.field(&["spec", it]));
                found.extend(lone.chain(lists.flat_map(Node::items)).filter_map(parsed));
            }
            ("", "Endpoints") => {
                let subsets = object.field(&["subsets"]).into_iter().flat_map(Node::items);
                let addresses = subsets.filter_map(|it| it.get("addresses")).flat_map(Node::items);
                found.extend(addresses.filter_map(|it| parsed(it.get("ip")?)));
            }
            ("discovery.k8s.io", "EndpointSlice") => {
                let endpoints = object.field(&["endpoints"]).into_iter().flat_map(Node::items);
                let addresses = endpoints.filter_map(|it| it.get("addresses")).flat_map(Node::items);
                found.extend(addresses.filter_map(parsed));
            }
            _ => {}
        }
    }
    found
}

fn parsed(node: Node<'_>) -> Option<Ipv4Addr> {
    node.as_str()?.parse().ok()
}
