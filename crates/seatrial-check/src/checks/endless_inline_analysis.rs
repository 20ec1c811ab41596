//! An analysis that a Rollout waits for never ends.
//!
//! ## Why
//! A step of a Rollout waits until each metric of its analysis was measured as often as
//! `count` says. A metric with an `interval` and no `count` is measured for ever; that is
//! for the analysis in the background alone. Argo Rollouts refuses the Rollout
//! (`InvalidSpec`, "which runs indefinitely") and deploys nothing of it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AnalysisTemplate
//! metadata: {name: success-rate, namespace: shop}
//! spec:
//!   metrics:
//!     - {name: success-rate, interval: 1m, provider: {web: {url: "http://web/rate"}}}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Rollout
//! metadata: {name: web, namespace: shop}
//! spec:
//!   strategy: {canary: {steps: [{analysis: {templates: [{templateName: success-rate}]}}]}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AnalysisTemplate
//! metadata: {name: success-rate, namespace: shop}
//! spec:
//!   metrics:
//!     - {name: success-rate, interval: 1m, count: 5, provider: {web: {url: "http://web/rate"}}}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Rollout
//! metadata: {name: web, namespace: shop}
//! spec:
//!   strategy: {canary: {steps: [{analysis: {templates: [{templateName: success-rate}]}}]}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "endless-inline-analysis",
        title: "An analysis that a Rollout waits for never ends",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rollout.analysis"],
        page: include_str!("endless_inline_analysis.rs"),
    },
    run,
};

const GROUP: &str = "argoproj.io";

/// What a template is found by.
#[derive(PartialEq, Eq, Hash)]
enum Named<'a> {
    OfCluster(&'a str),
    OfNamespace(Option<&'a str>, &'a str),
}

fn run(context: &Context<'_>, report: &mut Report) {
    let mut inline: FxHashMap<Named<'_>, (&Object, Field<'_>)> = FxHashMap::default();
    for rollout in context.of_kind(GROUP, "Rollout") {
        for by in named_inline(rollout) {
            if let Some(named) = named(rollout, &by) {
                inline.entry(named).or_insert((rollout, by));
            }
        }
    }
    if inline.is_empty() {
        return;
    }
    let templates = ["AnalysisTemplate", "ClusterAnalysisTemplate"].map(|kind| context.of_kind(GROUP, kind));
    for template in templates.into_iter().flatten() {
        let named = if template.kind() == "ClusterAnalysisTemplate" {
            Named::OfCluster(template.name())
        } else {
            Named::OfNamespace(template.namespace(), template.name())
        };
        let Some((rollout, by)) = inline.get(&named) else { continue };
        for metric in endless(template) {
            let name = metric.text("name").unwrap_or_default();
            let message = format!(
                "metric `{name}` of {} never ends, and {} waits for it",
                template.title(),
                rollout.title()
            );
            let notice = Notice::new(&CHECK.info, metric.at("interval"), message)
                .because("Argo Rollouts refuses a Rollout with such an analysis in a step")
                .related(by.location(), Role::Cause, "the analysis is run here")
                .help("set `count` to how often it is to be measured");
            report.add(notice);
        }
    }
}

/// The names of templates that a Rollout waits for.
fn named_inline(rollout: &Object) -> Vec<Field<'_>> {
    let Some(strategy) = Field::root(rollout).keys(&["spec", "strategy"]) else { return Vec::new() };
    let steps = strategy.key("canary").into_iter().flat_map(|it| it.list("steps"));
    let of_steps = steps.filter_map(|it| it.key("analysis"));
    let of_switch = ["prePromotionAnalysis", "postPromotionAnalysis"];
    let of_switch = strategy.key("blueGreen").into_iter().flat_map(|it| of_switch.map(|key| it.key(key)));
    of_steps.chain(of_switch.flatten()).flat_map(|it| it.list("templates")).collect()
}

fn named<'a>(rollout: &'a Object, by: &Field<'a>) -> Option<Named<'a>> {
    let name = by.text("templateName")?;
    let is_of_cluster = by.key("clusterScope").and_then(|it| it.node().as_bool()) == Some(true);
    Some(if is_of_cluster { Named::OfCluster(name) } else { Named::OfNamespace(rollout.namespace(), name) })
}

/// The metrics that are measured again and again without an end.
fn endless(template: &Object) -> Vec<Field<'_>> {
    let metrics = Field::root(template).key("spec").into_iter().flat_map(|it| it.list("metrics"));
    let is_endless = |metric: &Field<'_>| {
        let has_interval = metric.text("interval").is_some_and(|it| !it.is_empty());
        // An argument may say how often.
        let count = metric.key("count").and_then(|it| it.node().scalar_text().map(|it| it.to_string()));
        has_interval && count.is_none_or(|it| it.is_empty() || it == "0" || it == "null")
    };
    metrics.filter(is_endless).collect()
}
