//! A workload has a restart policy that its kind does not allow.
//!
//! ## Why
//! The pods of a Deployment, `StatefulSet`, `DaemonSet` or `ReplicaSet` run for ever:
//! only `restartPolicy: Always` is allowed. A Job's pods run to an end: only `Never`
//! and `OnFailure` are. A Job must say so, because a pod without the field has
//! `Always`. With a `podFailurePolicy` only `Never` is. The API server refuses
//! anything else.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate}
//! spec:
//!   template:
//!     spec:
//!       containers: [{name: migrate, image: "registry.example.com/api:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate}
//! spec:
//!   template:
//!     spec:
//!       restartPolicy: Never
//!       containers: [{name: migrate, image: "registry.example.com/api:1"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};

use crate::partial::is_partial;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wrong-restart-policy",
        title: "A workload has a restart policy that its kind does not allow",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.restart-policy"],
        page: include_str!("wrong_restart_policy.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let Some(allowed) = allowed(template.object()) else { continue };
        let written = template.spec.key("restartPolicy").filter(|it| !it.node().is_null());
        match written {
            Some(policy) => report.add_some(wrong(&policy, allowed)),
            None if !allowed.contains(&"Always") && !is_partial(&template) => report.add(missing(&template)),
            None => {}
        }
    }
}

/// The policies that a kind allows, the one to suggest first.
fn allowed(object: &Object) -> Option<&'static [&'static str]> {
    Some(match (object.group(), object.kind()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController") => &["Always"],
        ("batch", "Job" | "CronJob") if has_failure_policy(object) => &["Never"],
        ("batch", "Job" | "CronJob") | ("keda.sh", "ScaledJob") => &["Never", "OnFailure"],
        ("", "Pod") => &["Always", "OnFailure", "Never"],
        _ => return None,
    })
}

/// Rules for failed pods need pods that stay failed.
fn has_failure_policy(object: &Object) -> bool {
    let paths = [&["spec", "podFailurePolicy"][..], &["spec", "jobTemplate", "spec", "podFailurePolicy"]];
    paths.iter().any(|it| object.field(it).is_some_and(|it| !it.is_null()))
}

fn wrong(policy: &Field<'_>, allowed: &[&str]) -> Option<Notice> {
    let text = policy.as_str()?;
    // Nothing written in quotes is the default, `Always`.
    let meant = if text.is_empty() { "Always" } else { text };
    if allowed.contains(&meant) || is_filled_in_later(text) || placeholder(text).is_some() {
        return None;
    }
    let object = policy.object();
    let message = format!("{} has `restartPolicy: {meant}`, which is refused", object.title());
    let cased = allowed.iter().find(|it| it.eq_ignore_ascii_case(text));
    let first = cased.or(allowed.first())?;
    let words: Vec<String> = allowed.iter().map(|it| format!("`{it}`")).collect();
    let notice = Notice::new(&CHECK.info, policy.location(), message);
    let content = Content::Text((*first).to_owned());
    Some(
        notice
            .help(format!("write {}", words.join(" or ")))
            .change(Change::Set { at: policy.location(), content }),
    )
}

fn missing(template: &PodTemplate<'_>) -> Notice {
    let at = template.spec.at("restartPolicy");
    let message = format!("{} has no `restartPolicy`, and `Always` is refused", template.object().title());
    Notice::new(&CHECK.info, at.clone(), message)
        .help("write `restartPolicy: Never`; `OnFailure` would start the container again in the same pod")
        .change(Change::Insert { at, content: Content::Text("Never".to_owned()) })
}
