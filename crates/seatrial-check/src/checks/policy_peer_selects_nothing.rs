//! A rule of a network policy allows pods that are not there.
//!
//! ## Why
//! A peer that selects no pod opens nothing. The policy is accepted and the pods it
//! protects stay closed to whom the rule was written for; it shows as a timeout
//! on the other side.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: database}
//! spec:
//!   podSelector: {}
//!   ingress:
//!     - from: [{podSelector: {matchLabels: {app: frontent}}}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: frontend}}
//! spec: {containers: [{name: web}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: database}
//! spec:
//!   podSelector: {}
//!   ingress:
//!     - from: [{podSelector: {matchLabels: {app: frontend}}}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: frontend}}
//! spec: {containers: [{name: web}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, LabelSelector};

use crate::policies::{Direction, Policy};
use crate::selection::{Index, Within, explain, selector_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "policy-peer-selects-nothing",
        title: "A rule of a network policy allows pods that are not there",
        severity: Severity::Info,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.networkpolicy-peer"],
        page: include_str!("policy_peer_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let pods = context.pods();
    for policy in context.of_kind("networking.k8s.io", "NetworkPolicy").filter_map(Policy::of) {
        for (direction, list) in [(Direction::Ingress, "from"), (Direction::Egress, "to")] {
            for peer in policy.rules(direction).flat_map(|rule| rule.list(list)) {
                report.add_some(judge(pods, &policy, &peer));
            }
        }
    }
}

/// Pods of other namespaces mostly come with what is installed there, so only
/// those of the own namespace are looked for.
fn judge<'a>(pods: &Index<'a>, policy: &Policy<'a>, peer: &Field<'a>) -> Option<Notice> {
    let field = peer.key("podSelector").filter(|_| peer.key("namespaceSelector").is_none())?;
    let selector = LabelSelector::of(field.node()).filter(|it| !it.is_everything())?;
    let object = policy.object();
    if pods.may_be_made(&selector) || !pods.selected(object, &selector).found.is_empty() {
        return None;
    }
    let near = pods.near(object, &Within::Own, &selector);
    let severity = if near.is_some_and(|it| it.is_slip) { Severity::Warning } else { Severity::Info };
    let message =
        format!("{} allows pods with {selector}, which no pod of its namespace has", object.title());
    let notice = Notice::new(&CHECK.info, selector_field(&field).location(), message).severity(severity);
    Some(explain(notice, pods, object, &field, &selector, near))
}
