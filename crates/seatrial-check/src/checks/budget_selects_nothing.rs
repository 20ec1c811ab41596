//! A disruption budget selects no pod.
//!
//! ## Why
//! A `PodDisruptionBudget` protects the pods that its selector selects in its own
//! namespace. One that selects none protects nothing: a drain evicts all pods at
//! once.
//!
//! ## Bad
//! ```yaml
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   maxUnavailable: 1
//!   selector: {matchLabels: {app: webb}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec: {containers: [{name: web}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   maxUnavailable: 1
//!   selector: {matchLabels: {app: web}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec: {containers: [{name: web}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, LabelSelector};

use crate::selection::{Within, explain, has_unseen_units, selector_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "budget-selects-nothing",
        title: "A disruption budget selects no pod",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.pdb-selector"],
        page: include_str!("budget_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let pods = context.pods();
    let is_partial = has_unseen_units(repository);
    for budget in context.of_kind("policy", "PodDisruptionBudget") {
        let Some(field) = Field::root(budget).keys(&["spec", "selector"]) else { continue };
        let Some(selector) = LabelSelector::of(field.node()).filter(|it| !it.is_everything()) else {
            continue;
        };
        if pods.may_be_made(&selector) || !pods.selected(budget, &selector).found.is_empty() {
            continue;
        }
        let near = pods.near(budget, &Within::Own, &selector);
        let severity = match near {
            Some(near) if near.is_slip => Severity::Error,
            None if is_partial => Severity::Info,
            _ => Severity::Warning,
        };
        let message = format!("{} selects {selector}, which no pod has", budget.title());
        let notice = Notice::new(&CHECK.info, selector_field(&field).location(), message).severity(severity);
        report.add(explain(notice, pods, budget, &field, &selector, near));
    }
}
