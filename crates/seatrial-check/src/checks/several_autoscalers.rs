//! Two autoscalers scale the same workload.
//!
//! ## Why
//! A `HorizontalPodAutoscaler` that finds its pods under another one as well does
//! not scale at all: `ScalingActive` is `False`, reason `AmbiguousSelector`, for
//! both. KEDA makes one for every `ScaledObject`, and its webhook refuses a
//! `ScaledObject` for a workload that is scaled already.
//!
//! ## Bad
//! ```yaml
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web-cpu}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   maxReplicas: 9
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web-memory}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   maxReplicas: 9
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   maxReplicas: 9
//!   metrics:
//!     - type: Resource
//!       resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
//!     - type: Resource
//!       resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};

use crate::neighbours::are_named_alike;
use crate::scaling::Autoscaler;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "several-autoscalers",
        title: "Two autoscalers scale the same workload",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["hpa.duplicate-target"],
        page: include_str!("several_autoscalers.rs"),
    },
    run,
};

/// What an autoscaler scales, as it is written: namespace, kind, name.
type Target<'a> = (Option<&'a str>, &'a str, &'a str);

fn run(context: &Context<'_>, report: &mut Report) {
    let mut first: FxHashMap<Target<'_>, Autoscaler<'_>> = FxHashMap::default();
    for autoscaler in context.objects().filter_map(Autoscaler::of) {
        let Some(target) = target(&autoscaler) else { continue };
        let Some(other) = first.get(&target) else {
            first.insert(target, autoscaler);
            continue;
        };
        if !are_one(other, &autoscaler) {
            let notice = notice(target, other, &autoscaler);
            let severity = if are_alternatives(context, other, &autoscaler) {
                Severity::Info
            } else {
                Severity::Warning
            };
            report.add_some(notice.map(|it| it.severity(severity)));
        }
    }
}

fn target<'a>(autoscaler: &Autoscaler<'a>) -> Option<Target<'a>> {
    let reference = autoscaler.spec.key("scaleTargetRef")?;
    let kind = reference.text("kind").filter(|it| !it.is_empty());
    let kind = kind.or(autoscaler.is_keda.then_some("Deployment"))?;
    Some((autoscaler.object().namespace(), kind, reference.text("name")?))
}

/// Whether their files look like forms of one thing, of which one is applied.
fn are_alternatives(context: &Context<'_>, one: &Autoscaler<'_>, other: &Autoscaler<'_>) -> bool {
    let facts = &context.world().repository.facts;
    let files = [one, other].map(|it| it.object().span().file);
    files[0] != files[1] && are_named_alike(facts, files, other.object().kind())
}

/// Whether they become one object in the cluster: two of one name, or one that
/// takes the other over.
fn are_one(one: &Autoscaler<'_>, other: &Autoscaler<'_>) -> bool {
    let made = |it: &Autoscaler<'_>| {
        let written = ["advanced", "horizontalPodAutoscalerConfig"];
        let name = it.spec.keys(&written).and_then(|config| config.text("name"));
        match name {
            Some(name) => name.to_owned(),
            None if it.is_keda => format!("keda-hpa-{}", it.object().name()),
            None => it.object().name().to_owned(),
        }
    };
    made(one) == made(other)
}

fn notice(target: Target<'_>, other: &Autoscaler<'_>, autoscaler: &Autoscaler<'_>) -> Option<Notice> {
    let (_, kind, name) = target;
    let (title, rival) = (autoscaler.object().title(), other.object().title());
    let message = format!("{title} scales {kind} {name}, which {rival} scales already");
    let notice = Notice::new(&CHECK.info, autoscaler.target_name()?.location(), message);
    let notice = notice
        .help("put all metrics into one autoscaler; it takes the highest number that one of them asks for");
    Some(notice.related(other.target_name()?.location(), Role::Cause, "the other autoscaler"))
}
