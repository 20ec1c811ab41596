//! A rule of a network policy is refused.
//!
//! ## Why
//! An empty peer is refused, as is an exception outside its block of addresses, a range
//! of ports that ends before it begins, and a port in quotes, which would be the name of
//! one. Of a peer that is both a block and a selection, `exclusive-fields` tells.
//!
//! A block with bits beyond its prefix, `10.1.2.3/8`, is refused since 1.36. Before,
//! `10.0.0.0/8` is what it means, which may not be what was meant.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {}
//!   ingress: [{ports: [{port: "8080"}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {}
//!   ingress: [{ports: [{port: 8080}]}]
//! ```

use std::net::IpAddr;

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_schema::rules::addresses::Cidr;

use crate::placeholder::is_filled_in_later;
use crate::policies::{Direction, Policy};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-network-policy",
        title: "A rule of a network policy is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["network.policy"],
        page: include_str!("invalid_network_policy.rs"),
    },
    run,
};

/// Since when bits beyond the prefix are refused.
const STRICT_BLOCKS: u32 = 36;

fn run(context: &Context<'_>, report: &mut Report) {
    let is_strict = context.world().repository.target.kubernetes.minor >= STRICT_BLOCKS;
    for policy in context.of_kind("networking.k8s.io", "NetworkPolicy").filter_map(Policy::of) {
        for kind in policy.spec.list("policyTypes") {
            report.add_some(of_type(&policy, &kind));
        }
        for (direction, list) in [(Direction::Ingress, "from"), (Direction::Egress, "to")] {
            for rule in policy.rules(direction) {
                rule.list(list).for_each(|it| report.add_some(of_peer(&policy, &it, is_strict)));
                rule.list("ports").for_each(|it| report.add_some(of_port(&policy, &it)));
            }
        }
    }
}

fn notice(policy: &Policy<'_>, field: &Field<'_>, what: &str) -> Notice {
    Notice::new(&CHECK.info, field.location(), format!("{} {what}", policy.object().title()))
}

fn of_type(policy: &Policy<'_>, field: &Field<'_>) -> Option<Notice> {
    let written = field.as_str().filter(|it| !matches!(*it, "Ingress" | "Egress"))?;
    let notice = notice(policy, field, &format!("has the type `{written}`, which there is not"));
    let near = ["Ingress", "Egress"].into_iter().find(|it| it.eq_ignore_ascii_case(written));
    Some(match near {
        Some(near) => notice
            .help(format!("write `{near}`"))
            .change(Change::Set { at: field.location(), content: Content::Text(near.to_owned()) }),
        None => notice.help("the types are `Ingress` and `Egress`"),
    })
}

fn of_peer(policy: &Policy<'_>, peer: &Field<'_>, is_strict: bool) -> Option<Notice> {
    if !peer.node().is_mapping() {
        return None;
    }
    let written = |name: &str| peer.key(name).filter(|it| !it.node().is_null());
    let block = written("ipBlock");
    let selects = written("podSelector").or_else(|| written("namespaceSelector"));
    match (block, selects) {
        (None, None) => Some(notice(policy, peer, "has an empty peer").help(
            "`podSelector: {}` is every pod of the namespace, `namespaceSelector: {}` every pod of all",
        )),
        (Some(block), _) => of_block(policy, &block, is_strict),
        (None, Some(_)) => None,
    }
}

fn of_block(policy: &Policy<'_>, field: &Field<'_>, is_strict: bool) -> Option<Notice> {
    let whole = field.key("cidr")?;
    let text = whole.as_str().filter(|it| !is_filled_in_later(it))?;
    let block = Cidr::strict(text);
    let notice = |field: &Field<'_>, text: &str, block: Option<Cidr>| match block {
        Some(block) => of_bits(policy, field, text, block, is_strict),
        None => Some(of_words(policy, field, text)),
    };
    if let Some(notice) = notice(&whole, text, block) {
        return Some(notice);
    }
    field.list("except").find_map(|except| {
        let inner = except.as_str().filter(|it| !is_filled_in_later(it))?;
        let parsed = Cidr::strict(inner);
        notice(&except, inner, parsed).or_else(|| {
            let is_inside = block.zip(parsed).is_none_or(|(block, inner)| block.strictly_contains(&inner));
            (!is_inside).then(|| of_exception(policy, &except, inner, text))
        })
    })
}

fn of_exception(policy: &Policy<'_>, field: &Field<'_>, inner: &str, outer: &str) -> Notice {
    notice(policy, field, &format!("excepts {inner}, which is no part of {outer}"))
        .help("an exception lies inside its block")
}

/// About what is no block at all.
fn of_words(policy: &Policy<'_>, field: &Field<'_>, text: &str) -> Notice {
    let notice = notice(policy, field, &format!("has `{text}` as a block of addresses"));
    let Ok(address) = text.parse::<IpAddr>() else {
        return notice.help("write an address and a prefix: `10.0.0.0/8`");
    };
    let whole = format!("{text}/{}", if address.is_ipv4() { 32 } else { 128 });
    let content = Content::Text(whole.clone());
    notice
        .help(format!("a single address is `{whole}`"))
        .change(Change::Set { at: field.location(), content })
}

/// About bits beyond the prefix.
fn of_bits(
    policy: &Policy<'_>,
    field: &Field<'_>,
    text: &str,
    block: Cidr,
    is_strict: bool,
) -> Option<Notice> {
    if !block.has_host_bits() {
        return None;
    }
    let right = block.to_string();
    let content = Content::Text(right.clone());
    let notice = notice(policy, field, &format!("has `{text}` as a block of addresses"))
        .because("bits are set beyond the prefix")
        .help(format!("write `{right}`, or a longer prefix"))
        .change(Change::Set { at: field.location(), content });
    if is_strict {
        return Some(notice);
    }
    let later =
        format!("Kubernetes before 1.{STRICT_BLOCKS} reads it as `{right}`, later versions refuse it");
    Some(notice.severity(Severity::Warning).because(later))
}

fn of_port(policy: &Policy<'_>, port: &Field<'_>) -> Option<Notice> {
    let protocol = port.key("protocol");
    let written = protocol.as_ref().and_then(Field::as_str).unwrap_or("TCP");
    if let (Some(field), false) = (&protocol, ["TCP", "UDP", "SCTP"].contains(&written)) {
        let notice = notice(policy, field, &format!("has the protocol `{written}`"));
        return Some(notice.help("the protocols are `TCP`, `UDP` and `SCTP`"));
    }
    let last = port.key("endPort").filter(|it| !it.node().is_null());
    let Some(first) = port.key("port").filter(|it| !it.node().is_null()) else {
        return last
            .map(|it| notice(policy, &it, "has an `endPort` without a `port`").help("add the first port"));
    };
    if let Some(name) = first.as_str() {
        return of_name(policy, &first, name, last.as_ref());
    }
    let (from, to) = (first.as_i64()?, last.as_ref().and_then(Field::as_i64));
    if !(1..=65_535).contains(&from) {
        return Some(notice(policy, &first, &format!("has port {from}")).help("ports are 1 to 65535"));
    }
    let to = to.filter(|to| *to < from || *to > 65_535)?;
    let what = format!("has a range of ports from {from} to {to}");
    Some(notice(policy, last.as_ref()?, &what).help("a range ends after it begins, at 65535 at most"))
}

fn of_name(policy: &Policy<'_>, field: &Field<'_>, name: &str, last: Option<&Field<'_>>) -> Option<Notice> {
    if let Ok(number) = name.parse::<u16>() {
        let notice = notice(policy, field, &format!("has \"{name}\" as the name of a port"));
        let change = Change::Set { at: field.location(), content: Content::Int(i64::from(number)) };
        return Some(notice.help("write the number without quotes").change(change));
    }
    let last = last?;
    Some(
        notice(policy, last, &format!("has an `endPort` after the named port {name}"))
            .help("use numbers for both"),
    )
}
