//! A workload sets the number of its pods although an autoscaler does.
//!
//! ## Why
//! Both write the same field. Every `kubectl apply`, Helm upgrade or sync puts the
//! written number back, and pods that the load needs are stopped until the
//! autoscaler has caught up. `replicas: 0` even turns a
//! `HorizontalPodAutoscaler` off until somebody writes another number.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {replicas: 3}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   minReplicas: 3
//!   maxReplicas: 9
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {revisionHistoryLimit: 3}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   minReplicas: 3
//!   maxReplicas: 9
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Workload;

use crate::scaling::autoscalers;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "autoscaled-replicas",
        title: "A workload sets the number of its pods although an autoscaler does",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["hpa.replicas"],
        page: include_str!("autoscaled_replicas.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let workloads = context.objects().filter_map(Workload::of).filter(Workload::is_scalable);
    for workload in workloads.filter(|it| it.replicas().is_some()) {
        report.add_some(judge(context, &workload));
    }
}

fn judge(context: &Context<'_>, workload: &Workload<'_>) -> Option<Notice> {
    let spec = workload.spec()?;
    let replicas = workload.replicas()?;
    let found = autoscalers(context.world(), workload.object());
    let autoscaler =
        found.iter().find(|it| it.target(context.world()).is_some_and(|(_, is_sure)| is_sure))?;
    let (title, by) = (workload.object().title(), autoscaler.object().title());
    let is_off = replicas == 0 && !autoscaler.is_keda;
    let message = if is_off {
        format!("{title} turns {by} off with `replicas: 0`")
    } else {
        format!("{title} sets `replicas`, which {by} changes")
    };
    let help = if is_off {
        "write the least number of pods, or leave `replicas` out"
    } else {
        "leave `replicas` out; take it out of the live object's last-applied configuration first \
         (`kubectl apply edit-last-applied`), else the next apply sets it to 1"
    };
    let target = autoscaler.target_name()?.location();
    let at = spec.at("replicas");
    let notice = Notice::new(&CHECK.info, at.clone(), message).help(help);
    let notice = notice.related(target, Role::Reference, "scaled here");
    Some(if is_off { notice } else { notice.change(Change::Remove { at }) })
}
