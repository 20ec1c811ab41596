//! All pods of a workload may be evicted at once.
//!
//! ## Why
//! Draining a node asks for the eviction of all its pods. Without a `PodDisruptionBudget`
//! nothing keeps several drains, of an upgrade of the cluster for example, from taking every
//! pod of a workload before new ones are ready.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   replicas: 3
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec: {containers: [{name: api, image: "ghcr.io/acme/api:1"}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   replicas: 3
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec: {containers: [{name: api, image: "ghcr.io/acme/api:1"}]}
//! ---
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: api}
//! spec: {maxUnavailable: 1, selector: {matchLabels: {app: api}}}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::Workload;
use seatrial_model::{Field, LabelSelector, Place};

use crate::partial::is_partial;
use crate::scaling::{place, replicas};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-disruption-budget",
        title: "All pods of a workload may be evicted at once",
        severity: Severity::Info,
        level: Level::Repository,
        strictness: Strictness::Strict,
        families: &["availability.budget"],
        page: include_str!("missing_disruption_budget.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let covered = covered(context);
    for workload in context.objects().filter_map(Workload::of) {
        let object = workload.object();
        let is_lasting = matches!((object.group(), object.kind()), ("apps", "Deployment" | "StatefulSet"));
        if !is_lasting || covered.contains(&place(object)) {
            continue;
        }
        let Some(template) = workload.template().filter(|it| !is_partial(it)) else { continue };
        if replicas(context.world(), &workload).is_none_or(|it| it.low < 2)
            || template.labels().iter().next().is_none()
        {
            continue;
        }
        let message = format!("no PodDisruptionBudget selects the pods of {}", object.title());
        report.add(
            Notice::new(&CHECK.info, template.field.at("metadata"), message)
                .help("add a PodDisruptionBudget with `maxUnavailable: 1` that selects them"),
        );
    }
}

/// The workloads whose pods a budget selects.
fn covered(context: &Context<'_>) -> FxHashSet<Place> {
    let mut covered = FxHashSet::default();
    for budget in context.world().repository.objects().filter(|it| it.is("policy", "PodDisruptionBudget")) {
        let selector = Field::root(budget).keys(&["spec", "selector"]);
        let Some(selector) = selector.and_then(|it| LabelSelector::of(it.node())) else { continue };
        covered.extend(context.pods().selected(budget, &selector).found.iter().map(|it| place(it.object)));
    }
    covered
}
