//! The domain behind `svc` in an address is a slip.
//!
//! ## Why
//! Services are found below `svc.cluster.local`, the domain of nearly every cluster. An
//! address that ends with `svc.cluster`, or with a slip of the whole, is asked of the DNS
//! servers outside, which know nothing of it. Addresses with a scheme are looked at,
//! wherever they stand in an object, except where others of the tree have the same
//! domain: then the cluster may be called so.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: grafana}
//! data: {loki: "http://loki.monitoring.svc.cluster:3100"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: grafana}
//! data: {loki: "http://loki.monitoring.svc.cluster.local:3100"}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness, slips};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-cluster-domain",
        title: "The domain behind `svc` in an address is a slip",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.host", "ref.host"],
        page: include_str!("unknown_cluster_domain.rs"),
    },
    run,
};

const DOMAIN: &str = "cluster.local";
/// Deeper in an object nothing is looked for.
const DEPTH_MAX: usize = 32;
/// With more addresses the cluster is called so.
const SAME_MAX: usize = 2;
/// A longer name is no host.
const HOST_MAX: usize = 253;
/// More of them in one tree are not looked at.
const FOUND_MAX: usize = 10_000;

/// An address with a domain that is not the usual one.
struct Found<'a> {
    object: &'a Object,
    field: Field<'a>,
    /// Where the domain begins in the text.
    start: usize,
    domain: &'a str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let mut found = Vec::new();
    let objects = context.objects().filter(|it| it.root().source_text().contains(".svc.c"));
    for object in objects.filter(|it| it.root().source_text().contains("://")) {
        collect(object, &Field::root(object), DEPTH_MAX, &mut found);
    }
    let mut places: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for it in &found {
        let same = places.entry(it.domain).or_default();
        if same.len() <= SAME_MAX && !same.contains(&it.field.span()) {
            same.push(it.field.span());
        }
    }
    for it in found.iter().filter(|it| places[it.domain].len() <= SAME_MAX) {
        report.add(notice(it));
    }
}

fn collect<'a>(object: &'a Object, field: &Field<'a>, depth: usize, found: &mut Vec<Found<'a>>) {
    if depth == 0 || found.len() >= FOUND_MAX || field.node().is_alias() {
        return;
    }
    if let Some(text) = field.as_str() {
        let slipped = domains(text).filter(|(_, domain)| is_slip(domain));
        found.extend(slipped.map(|(start, domain)| Found { object, field: field.clone(), start, domain }));
        return;
    }
    field.items().for_each(|it| collect(object, &it, depth - 1, found));
    field.entries().for_each(|(_, it)| collect(object, &it, depth - 1, found));
}

/// What stands behind `.svc.` in the hosts of a text's addresses, with its place.
fn domains(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.');
    let scheme = text.find("://");
    let marks = text.match_indices(".svc.").filter(move |(at, _)| scheme.is_some_and(|it| it < *at));
    marks.filter_map(move |(at, mark)| {
        let (before, behind) = (&text.as_bytes()[..at], &text.as_bytes()[at + mark.len()..]);
        let host = before.iter().rev().take(HOST_MAX).take_while(is_part).count();
        let domain = behind.iter().take(HOST_MAX).take_while(is_part).count();
        let is_address = matches!(before[..at - host], [.., b':', b'/', b'/'] | [.., b'@']);
        // Anything else is a template, or a pattern in which the rest stands.
        let is_end =
            behind.get(domain).is_none_or(|it| it.is_ascii_whitespace() || b":/?#,;\"')]}>".contains(it));
        let start = at + mark.len();
        (is_address && is_end).then(|| (start, text[start..start + domain].trim_end_matches('.')))
    })
}

fn is_slip(domain: &str) -> bool {
    domain == "cluster" || domain != DOMAIN && slips(domain, DOMAIN, 1).is_some()
}

fn notice(found: &Found<'_>) -> Notice {
    let Found { object, field, start, domain } = found;
    let message = format!("an address in {} ends with `svc.{domain}`", object.title());
    let at = field.location().part(*start as u32..(start + domain.len()) as u32);
    Notice::new(&CHECK.info, at, message).help(format!("write `svc.{DOMAIN}`, or nothing behind `svc`"))
}
