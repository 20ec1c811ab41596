//! A `NetworkPolicy` selects no pod.
//!
//! ## Why
//! A policy closes the pods that its `podSelector` selects in its own namespace. One
//! that selects none closes nothing, and the pods it was written for stay open to
//! everybody.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: database}
//! spec:
//!   podSelector: {matchLabels: {app: databse}}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: database, labels: {app: database}}
//! spec: {containers: [{name: database}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: database}
//! spec:
//!   podSelector: {matchLabels: {app: database}}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: database, labels: {app: database}}
//! spec: {containers: [{name: database}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, LabelSelector};

use crate::selection::{Within, explain, selector_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network-policy-selects-nothing",
        title: "A NetworkPolicy selects no pod",
        severity: Severity::Info,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.networkpolicy-selector"],
        page: include_str!("network_policy_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let pods = context.pods();
    for policy in context.of_kind("networking.k8s.io", "NetworkPolicy") {
        let Some(field) = Field::root(policy).keys(&["spec", "podSelector"]) else { continue };
        let Some(selector) = LabelSelector::of(field.node()).filter(|it| !it.is_everything()) else {
            continue;
        };
        if pods.may_be_made(&selector) || !pods.selected(policy, &selector).found.is_empty() {
            continue;
        }
        let near = pods.near(policy, &Within::Own, &selector);
        let severity = if near.is_some_and(|it| it.is_slip) { Severity::Warning } else { Severity::Info };
        let message = format!("{} selects {selector}, which no pod has", policy.title());
        let notice = Notice::new(&CHECK.info, selector_field(&field).location(), message).severity(severity);
        report.add(explain(notice, pods, policy, &field, &selector, near));
    }
}
