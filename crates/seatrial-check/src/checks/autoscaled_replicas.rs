//! A workload sets the number of its pods although an autoscaler does.
//!
//! ## Why
//! Both write the same field. Every `kubectl apply`, Helm upgrade or sync puts the
//! written number back, and pods that the load needs are stopped until the
//! autoscaler has caught up. `replicas: 0` even turns a
//! `HorizontalPodAutoscaler` off until somebody writes another number.
//!
//! An Argo CD Application with `selfHeal` undoes every scaling at once, again and again,
//! unless its `ignoreDifferences` leave `replicas` out: then it is a warning.
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
use seatrial_model::{Field, Object, Repository};

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
    let written = workloads.filter(|it| it.replicas().is_some());
    let found: Vec<_> = written.filter_map(|it| Some((judge(context, &it)?, it))).collect();
    let healed = found.first().and_then(|(_, first)| healing(context, first.object()));
    for (notice, workload) in found {
        let healed = healed.as_ref().filter(|it| !is_left_alone(it, workload.object()));
        report.add(match healed {
            Some(healed) => notice
                .severity(Severity::Warning)
                .because("Argo CD puts the written number back as soon as it is changed")
                .related(healed.at("selfHeal"), Role::Application, "healed by this Application"),
            None => notice,
        });
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

/// The policy of the Application that has Argo CD undo what is changed in the
/// objects of a unit, this one's.
fn healing<'w>(context: &Context<'w>, object: &Object) -> Option<Field<'w>> {
    let repository = context.world().repository;
    let delivery = repository.facts.deliveries.iter().find(|it| it.unit == object.unit())?;
    let by = repository.of_kind("argoproj.io", "Application").find(|it| it.span() == delivery.by)?;
    let policy = Field::root(by).keys(&["spec", "syncPolicy", "automated"])?;
    let is_off = policy.key("enabled").is_some_and(|it| it.as_bool() == Some(false));
    (policy.flag("selfHeal") && !is_off && !ignores_replicas_everywhere(repository)).then_some(policy)
}

/// Whether Argo CD's own configuration has it look at no numbers of pods.
fn ignores_replicas_everywhere(repository: &Repository) -> bool {
    // Other customizations, of health for one, speak of replicas as well.
    let ignores = |key: &str, value: &Field<'_>| {
        let text = value.as_str().unwrap_or_default();
        let is_about = key.starts_with("resource.customizations.ignoreDifferences")
            || key == "resource.customizations" && text.contains("ignoreDifferences");
        is_about && text.contains("replicas")
    };
    let mut settings = repository.of_kind("", "ConfigMap").filter(|it| it.name() == "argocd-cm");
    settings.any(|it| {
        Field::root(it).key("data").is_some_and(|it| it.entries().any(|(key, value)| ignores(&key, &value)))
    })
}

/// Whether the Application does not look at the number of a workload's pods.
fn is_left_alone(policy: &Field<'_>, workload: &Object) -> bool {
    let spec = Field::root(policy.object()).key("spec");
    let mut entries = spec.iter().flat_map(|it| it.list("ignoreDifferences"));
    entries.any(|entry| {
        let fits = |key, own: &str| entry.text(key).is_none_or(|it| it == "*" || it == own);
        let is_replicas = |it: Field<'_>| it.as_str().is_some_and(|it| it.contains("replicas"));
        let is_left_out =
            ["jsonPointers", "jqPathExpressions"].iter().any(|key| entry.list(key).any(is_replicas));
        let has_managers = entry.list("managedFieldsManagers").next().is_some();
        fits("kind", workload.kind()) && fits("name", workload.name()) && (is_left_out || has_managers)
    })
}
