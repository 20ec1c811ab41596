//! Two workloads select each other's pods.
//!
//! ## Why
//! Selectors of workloads in one namespace are meant to be disjoint. Where the pods
//! of one workload also match the other's selector, an autoscaler counts both, a
//! Service or budget made from the selector covers both, and a `ReplicaSet`
//! that finds a pod without an owner adopts it. A `StatefulSet` takes only pods that
//! are called after it, so for two of them this is advice.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: shop}}
//!   template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: web}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   selector: {matchLabels: {app: shop}}
//!   template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: api}]}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: shop, tier: web}}
//!   template: {metadata: {labels: {app: shop, tier: web}}, spec: {containers: [{name: web}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   selector: {matchLabels: {app: shop, tier: api}}
//!   template: {metadata: {labels: {app: shop, tier: api}}, spec: {containers: [{name: api}]}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Workload;
use seatrial_model::{LabelSelector, Object, Operator, UnitRole};
use smol_str::SmolStr;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "overlapping-selector",
        title: "Two workloads select each other's pods",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.workload-selector"],
        page: include_str!("overlapping_selector.rs"),
    },
    run,
};

/// More workloads than this with one label are not compared pair by pair.
const ALIKE_MAX: usize = 64;

struct Selecting<'a> {
    workload: Workload<'a>,
    selector: LabelSelector,
}

fn run(context: &Context<'_>, report: &mut Report) {
    // Overlap needs a label in common: compare within groups of one.
    let mut groups: FxHashMap<(&str, Option<&str>, SmolStr, SmolStr), Vec<Selecting<'_>>> =
        FxHashMap::default();
    // Directories of examples hold alternatives.
    let is_deployed = |it: &&Object| context.unit(it.unit()).role == UnitRole::Deployed;
    for workload in context
        .objects()
        .filter(is_deployed)
        .filter_map(Workload::of)
        .filter(|it| it.is_scalable() || is_daemon(it))
    {
        let Some(selector) = workload.selector() else { continue };
        let equality =
            selector.requirements.iter().find(|it| it.operator == Operator::In && it.values.len() == 1);
        let Some(equality) = equality else { continue };
        let object = workload.object();
        let key = (object.kind(), object.namespace(), equality.key.clone(), equality.values[0].clone());
        let group = groups.entry(key).or_default();
        let one = Selecting { workload, selector };
        report.add_some(group.iter().find_map(|other| notice(other, &one)));
        if group.len() < ALIKE_MAX {
            group.push(one);
        }
    }
}

fn is_daemon(workload: &Workload<'_>) -> bool {
    workload.object().kind() == "DaemonSet"
}

fn notice(one: &Selecting<'_>, other: &Selecting<'_>) -> Option<Notice> {
    let (first, second) = (one.workload.object(), other.workload.object());
    let each_selects_the_other = one.selector.matches(other.workload.template()?.labels())
        && other.selector.matches(one.workload.template()?.labels());
    if first.name() == second.name() || !each_selects_the_other {
        return None;
    }
    let field = other.workload.spec()?.key("selector")?;
    let message = format!("{} and {} select each other's pods", first.title(), second.title());
    let shown = crate::selection::selector_field(&field);
    let related = one.workload.spec()?.at("selector");
    let notice = Notice::new(&CHECK.info, shown.location(), message)
        .help("give each workload a label of its own, in its selector and in its template")
        .related(related, Role::Definition, "the other selector");
    let notice = if second.kind() == "StatefulSet" {
        // It takes no pod that does not bear its own name and a number.
        notice
            .severity(Severity::Info)
            .because("a StatefulSet keeps to pods that are called after it, but Services and budgets with these labels do not")
    } else {
        notice
    };
    Some(if one.selector == other.selector { notice.because("their selectors are equal") } else { notice })
}
