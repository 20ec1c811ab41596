//! A `NetworkPolicy` names a port that no pod declares.
//!
//! ## Why
//! A named port of a rule stands for whatever number each pod declares under that
//! name. Where no pod declares it, the rule allows nothing, and the connection it
//! was written for stays closed.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress: [{ports: [{port: https}]}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{name: http, containerPort: 80}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress: [{ports: [{port: http}]}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec:
//!   containers: [{name: web, ports: [{name: http, containerPort: 80}]}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::ContainerPort;
use seatrial_model::{Field, LabelSelector, Object};

use crate::ports::{declared_ports, names_in_words};
use crate::selection::{Index, Labelled};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unresolved-policy-port",
        title: "A NetworkPolicy names a port that no pod declares",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.policy-port"],
        page: include_str!("unresolved_policy_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let pods = context.pods();
    for policy in context.of_kind("networking.k8s.io", "NetworkPolicy") {
        let Some(spec) = Field::root(policy).key("spec") else { continue };
        let own = spec.key("podSelector").and_then(|it| LabelSelector::of(it.node()));
        for rule in spec.list("ingress") {
            let selected = own.as_ref().map(|it| pods.selected(policy, it).found).unwrap_or_default();
            report_rule(policy, &rule, &selected, report);
        }
        for rule in spec.list("egress") {
            report_rule(policy, &rule, &peers(pods, policy, &rule), report);
        }
    }
}

/// The pods that a rule's peers select; none unless all peers are pods of the
/// policy's own namespace.
fn peers<'a>(pods: &Index<'a>, policy: &'a Object, rule: &Field<'a>) -> Vec<Labelled<'a>> {
    let mut found = Vec::new();
    for peer in rule.list("to") {
        let is_local = peer.key("namespaceSelector").is_none() && peer.key("ipBlock").is_none();
        let selector = peer.key("podSelector").and_then(|it| LabelSelector::of(it.node()));
        let Some(selector) = selector.filter(|_| is_local) else { return Vec::new() };
        let selected = pods.selected(policy, &selector).found;
        if selected.is_empty() {
            return Vec::new();
        }
        found.extend(selected);
    }
    found
}

fn report_rule(policy: &Object, rule: &Field<'_>, selected: &[Labelled<'_>], report: &mut Report) {
    let ports = rule.list("ports").filter_map(|it| it.key("port"));
    let named: Vec<_> = ports.filter(|it| it.as_str().is_some()).collect();
    // A rule may select thousands of pods, and most name no port.
    if named.is_empty() {
        return;
    }
    let declared: Vec<_> = selected.iter().flat_map(declared_ports).collect();
    for field in named {
        let Some(name) = field.as_str() else { continue };
        if selected.is_empty() || declared.iter().any(|it| it.name() == Some(name)) {
            continue;
        }
        let names = names_in_words(declared.iter().cloned());
        let message = format!("{} allows port {name}, which no selected pod declares", policy.title());
        let help = if names.is_empty() {
            format!("use the number, or declare a port {name} in the container")
        } else {
            format!("use the number, or a declared name: {names}")
        };
        let notice = Notice::new(&CHECK.info, field.location(), message).help(help);
        let mut named: Vec<&str> = declared.iter().filter_map(ContainerPort::name).collect();
        named.dedup();
        let only = named.first().copied().filter(|_| named.len() == 1);
        report.add(match meant(name, named.iter().copied()).or(only) {
            Some(near) => {
                notice.change(Change::Set { at: field.location(), content: Content::Text(near.to_owned()) })
            }
            None => notice,
        });
    }
}
