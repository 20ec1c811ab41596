//! `MetalLB` cannot give a Service the address that it asks for.
//!
//! ## Why
//! A Service of the type `LoadBalancer` asks `MetalLB` for an address by the annotation
//! `metallb.io/loadBalancerIPs` or by `loadBalancerIP`. With both of them `MetalLB` gives
//! none, as with a text that is no address and with an address that no pool holds: the
//! Service stays `<pending>` and is not reached from outside.
//!
//! ## Bad
//! ```yaml
//! apiVersion: metallb.io/v1beta1
//! kind: IPAddressPool
//! metadata: {name: pool, namespace: metallb-system}
//! spec: {addresses: [192.0.2.10-192.0.2.20]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//!   annotations: {metallb.io/loadBalancerIPs: 192.0.2.15}
//! spec:
//!   type: LoadBalancer
//!   loadBalancerIP: 192.0.2.15
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: metallb.io/v1beta1
//! kind: IPAddressPool
//! metadata: {name: pool, namespace: metallb-system}
//! spec: {addresses: [192.0.2.10-192.0.2.20]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//!   annotations: {metallb.io/loadBalancerIPs: 192.0.2.15}
//! spec: {type: LoadBalancer}
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Service;
use seatrial_model::{Field, Repository};

use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unassignable-address",
        title: "MetalLB cannot give a Service the address that it asks for",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["service.metallb"],
        page: include_str!("unassignable_address.rs"),
    },
    run,
};

const GROUP: &str = "metallb.io";
/// The annotations that ask for addresses, the one that is heard first.
const NAMES: [&str; 2] = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];
/// Addresses that a Service may ask for: one of each family.
const ASKED_MAX: usize = 2;
/// Addresses and ranges of the pools that are read.
const RANGES_MAX: usize = 1_000;

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let services = context.of_kind("", "Service").filter_map(Service::of);
    let mut services = services.filter(|it| it.type_name() == "LoadBalancer").peekable();
    if services.peek().is_none() {
        return;
    }
    let pools = ranges(repository).unwrap_or_default();
    for service in services {
        report.add_if(judge(repository, &pools, &service));
    }
}

fn judge(repository: &Repository, pools: &[Pool<'_>], service: &Service<'_>) -> Option<Notice> {
    // Another load balancer is named.
    if service.spec.key("loadBalancerClass").is_some() {
        return None;
    }
    let annotations = Field::root(service.object()).keys(&["metadata", "annotations"])?;
    let asked = NAMES.iter().find_map(|it| annotations.key(it))?;
    let text = asked.as_str().filter(|it| !it.is_empty() && !is_filled_in_later(it))?;
    let title = service.object().title();
    // Who else reads the field may be there, and MetalLB not.
    let severity = if repository.in_groups(|it| it == GROUP).next().is_some() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let field = service.spec.key("loadBalancerIP");
    if let Some(field) = field.filter(|it| it.as_str().is_some_and(|it| !it.is_empty())) {
        let message = format!("{title} asks MetalLB for an address by an annotation and by `loadBalancerIP`");
        let at = field.location();
        let notice = Notice::new(&CHECK.info, at.clone(), message)
            .severity(severity)
            .because("MetalLB gives no address to a Service that has both")
            .related(asked.location(), Role::Cause, "the annotation is here")
            .help("keep the annotation and remove `loadBalancerIP`");
        return Some(notice.change(Change::Remove { at }));
    }
    for word in text.split(',').take(ASKED_MAX).map(str::trim) {
        let Ok(address) = word.parse::<IpAddr>() else {
            // A script may put in what has other letters.
            let is_number = word.bytes().all(|it| it.is_ascii_hexdigit() || matches!(it, b'.' | b':' | b'/'));
            if !is_number {
                return None;
            }
            let message = format!("{title} asks MetalLB for `{word}`, which is no address");
            let notice = Notice::new(&CHECK.info, asked.location(), message).severity(severity);
            return Some(notice.help("write addresses with commas between them"));
        };
        if let Some(pool) = near_pool_without(pools, address) {
            let message = format!("{title} asks MetalLB for `{word}`, which no pool holds");
            let notice = Notice::new(&CHECK.info, asked.location(), message).severity(Severity::Warning);
            let notice = notice.related(pool.location(), Role::Reference, "the pool is here");
            return Some(notice.help("ask for an address of the pool, or add this one to it"));
        }
    }
    None
}

/// The addresses of a pool, or some of them, and where they stand.
type Pool<'a> = (Field<'a>, RangeInclusive<IpAddr>);

/// The addresses of all pools; none where some are not known.
fn ranges(repository: &Repository) -> Option<Vec<Pool<'_>>> {
    let pools = repository.of_kind(GROUP, "IPAddressPool");
    let fields = pools.filter_map(|it| Field::root(it).keys(&["spec", "addresses"]));
    let mut found = Vec::new();
    for field in fields {
        for item in field.items() {
            let text = item.as_str().filter(|_| found.len() < RANGES_MAX)?;
            found.push((field.clone(), range(text)?));
        }
    }
    Some(found)
}

/// The addresses of a pool in the same network as an address that no pool holds. Those of
/// other networks may be of other clusters.
fn near_pool_without<'a>(pools: &'a [Pool<'_>], address: IpAddr) -> Option<&'a Field<'a>> {
    if pools.iter().any(|(_, range)| range.contains(&address)) {
        return None;
    }
    let is_near = |it: &IpAddr| match (it, address) {
        (IpAddr::V4(it), IpAddr::V4(address)) => it.octets()[..3] == address.octets()[..3],
        _ => false,
    };
    let near = pools.iter().find(|(_, range)| is_near(range.start()) && is_near(range.end()));
    near.map(|(field, _)| field)
}

/// The addresses of a network, or between two.
fn range(text: &str) -> Option<RangeInclusive<IpAddr>> {
    if let Some((first, last)) = text.split_once('-') {
        return Some(first.trim().parse().ok()?..=last.trim().parse().ok()?);
    }
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.trim().parse().ok()?;
    match address.trim().parse().ok()? {
        IpAddr::V4(address) if bits <= 32 => {
            let hosts = u32::MAX.checked_shr(bits).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Some(Ipv4Addr::from_bits(first).into()..=Ipv4Addr::from_bits(first | hosts).into())
        }
        IpAddr::V6(address) if bits <= 128 => {
            let hosts = u128::MAX.checked_shr(bits).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Some(Ipv6Addr::from_bits(first).into()..=Ipv6Addr::from_bits(first | hosts).into())
        }
        _ => None,
    }
}
