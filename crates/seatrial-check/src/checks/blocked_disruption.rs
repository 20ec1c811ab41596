//! A disruption budget lets no pod be moved, so that draining a node hangs.
//!
//! ## Why
//! Draining a node evicts its pods, and the API server refuses an eviction for as
//! long as the budget allows none: `Cannot evict pod as it would violate the pod's
//! disruption budget`. With `maxUnavailable: 0`, `minAvailable: 100%`, or as many
//! pods as `minAvailable` asks for, that is always. Node upgrades and cluster
//! autoscalers then wait or give up until somebody removes the budget.
//!
//! `minAvailable` in percent is rounded up: half of one pod is one pod.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 2
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec: {containers: [{name: web}]}
//! ---
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   minAvailable: 2
//!   selector: {matchLabels: {app: web}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 2
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec: {containers: [{name: web}]}
//! ---
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   maxUnavailable: 1
//!   selector: {matchLabels: {app: web}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::views::Workload;
use seatrial_model::{Field, IntOrString, Object, Resolution};

use crate::scaling::{Replicas, place, replicas};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "blocked-disruption",
        title: "A disruption budget lets no pod be moved, so that draining a node hangs",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["pdb.blocks-drain"],
        page: include_str!("blocked_disruption.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for budget in context.of_kind("policy", "PodDisruptionBudget") {
        let Some(spec) = Field::root(budget).key("spec") else { continue };
        let workloads = selected(context.world(), budget);
        if !workloads.is_empty() && workloads.iter().all(is_left_alone) {
            continue;
        }
        let whole = never(&spec).map(|field| plain(budget, &field));
        report.add_some(whole.or_else(|| counted(context.world(), budget, &spec, &workloads)));
    }
}

/// The workloads whose pods a budget selects; none where that is not known.
fn selected<'a>(world: &World<'a>, budget: &Object) -> Vec<Workload<'a>> {
    let mut links = world.graph.of(place(budget)).iter().filter(|it| it.relation == Relation::Pods);
    let Some(Resolution::Found { places, .. }) = links.next().map(|it| &it.resolution) else {
        return Vec::new();
    };
    places.iter().filter_map(|it| Workload::of(world.repository.object(*it))).collect()
}

/// A drain passes over the pods of a `DaemonSet`, and those of a Job end.
fn is_left_alone(workload: &Workload<'_>) -> bool {
    workload.object().kind() == "DaemonSet" || workload.runs_to_completion()
}

/// The field by which no pod may ever be moved, however many there are.
fn never<'a>(spec: &Field<'a>) -> Option<Field<'a>> {
    let share = |name: &str| spec.int_or_string(name);
    let is_none = |it: IntOrString<'_>| it.as_int() == Some(0) || it.percent() == Some(0);
    if share("maxUnavailable").is_some_and(is_none) {
        return spec.key("maxUnavailable");
    }
    let is_all = share("minAvailable").and_then(IntOrString::percent).is_some_and(|it| it >= 100);
    if is_all { spec.key("minAvailable") } else { None }
}

fn plain(budget: &Object, field: &Field<'_>) -> Notice {
    let value = field.node().scalar_text().unwrap_or_default();
    let name = if Field::root(budget).keys(&["spec", "maxUnavailable"]).is_some() {
        "maxUnavailable"
    } else {
        "minAvailable"
    };
    let message = format!("{} lets no pod be moved: `{name}: {value}`", budget.title());
    Notice::new(&CHECK.info, field.location(), message)
        .help("let one pod be moved at a time: `maxUnavailable: 1`")
}

/// Whether as many pods must stay as there are.
fn counted<'a>(
    world: &World<'a>,
    budget: &Object,
    spec: &Field<'_>,
    workloads: &[Workload<'a>],
) -> Option<Notice> {
    let minimum = spec.int_or_string("minAvailable")?;
    let counts: Vec<(&Workload<'a>, Replicas<'a>)> =
        workloads.iter().map(|it| Some((it, replicas(world, it)?))).collect::<Option<_>>()?;
    let pods: i64 = counts.iter().map(|(_, it)| it.low).fold(0, i64::saturating_add);
    let needed = minimum.scaled(pods, true).ok()?;
    if pods < 1 || needed < pods {
        return None;
    }
    let titles: Vec<String> = workloads.iter().map(|it| it.object().title()).collect();
    let message = format!("{} lets no pod of {} be moved", budget.title(), titles.join(" and "));
    let mut notice = Notice::new(&CHECK.info, spec.at("minAvailable"), message);
    for (workload, count) in &counts {
        notice = notice.because(in_words(workload, count));
        notice = notice.related(of_count(workload, count), Role::Cause, "the number of pods");
    }
    let share = minimum.percent().map_or(String::new(), |it| format!(" ({it}% of {pods}, rounded up)"));
    let notice = notice
        .because(format!("{needed}{share} must stay available, so {} may be moved", (pods - needed).max(0)));
    Some(notice.help(help(pods, &counts)))
}

fn in_words(workload: &Workload<'_>, count: &Replicas<'_>) -> String {
    let title = workload.object().title();
    let pods = if count.low == 1 { "1 pod".to_owned() } else { format!("{} pods", count.low) };
    match &count.by {
        Some(by) => format!("{title} has at least {pods}, by {}", by.object().title()),
        None => format!("{title} has {pods}"),
    }
}

/// The field that says how many pods there are.
fn of_count(workload: &Workload<'_>, count: &Replicas<'_>) -> seatrial_diagnostics::Location {
    match &count.by {
        Some(by) => by.spec.at(by.low_name()),
        None => workload.spec().map_or_else(|| workload.root.location(), |it| it.at("replicas")),
    }
}

fn help(pods: i64, counts: &[(&Workload<'_>, Replicas<'_>)]) -> &'static str {
    match (pods, counts) {
        (1, [(_, Replicas { by: Some(_), .. })]) => {
            "raise the autoscaler's minimum to 2, or write `maxUnavailable: 1`"
        }
        (1, _) => "run 2 pods, or write `maxUnavailable: 1` and accept the gap while the pod moves",
        _ => "ask for less, or write `maxUnavailable: 1`",
    }
}
