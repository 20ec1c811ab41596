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

use std::net::IpAddr;

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::Service;

use crate::address_pools::AddressPools;
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

/// The annotations that ask for addresses, the one that is heard first.
const NAMES: [&str; 2] = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];
/// Addresses that a Service may ask for: one of each family.
const ASKED_MAX: usize = 2;

fn run(context: &Context<'_>, report: &mut Report) {
    let services = context.of_kind("", "Service").filter_map(Service::of);
    for service in services.filter(|it| it.type_name() == "LoadBalancer") {
        report.add_if(judge(context.address_pools(), &service));
    }
}

fn judge(pools: &AddressPools<'_>, service: &Service<'_>) -> Option<Notice> {
    // Another load balancer is named.
    if service.spec.key("loadBalancerClass").is_some() {
        return None;
    }
    let annotations = Field::root(service.object()).keys(&["metadata", "annotations"])?;
    let asked = NAMES.iter().find_map(|it| annotations.key(it))?;
    let text = asked.as_str().filter(|it| !it.is_empty() && !is_filled_in_later(it))?;
    let title = service.object().title();
    // Who else reads the field may be there, and MetalLB not.
    let severity = if pools.is_metallb_here { Severity::Error } else { Severity::Warning };
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
        if let Some(pool) = pools.near_without(address) {
            let message = format!("{title} asks MetalLB for `{word}`, which no pool holds");
            let notice = Notice::new(&CHECK.info, asked.location(), message).severity(Severity::Warning);
            let notice = notice.related(pool.location(), Role::Reference, "the pool is here");
            return Some(notice.help("ask for an address of the pool, or add this one to it"));
        }
    }
    None
}
