//! An autoscaler names a workload that is not defined.
//!
//! ## Why
//! An autoscaler whose target does not exist reports `FailedGetScale` and scales nothing:
//! under load the workload stays as small as it was deployed. The target is looked for by
//! kind and name in the autoscaler's own namespace.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api-server}
//! spec: {template: {spec: {containers: [{name: api, image: "api:1"}]}}}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: api}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
//!   maxReplicas: 5
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api-server}
//! spec: {template: {spec: {containers: [{name: api, image: "api:1"}]}}}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: api}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api-server}
//!   maxReplicas: 5
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Field, Link, Object};
use seatrial_schema::table::Table;
use seatrial_yaml::FieldPath;

use crate::missing::{is_to, missing};
use crate::placeholder::is_filled_in_later;
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-autoscaler-target",
        title: "An autoscaler names a workload that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.hpa-target"],
        page: include_str!("missing_autoscaler_target.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for scaler in context.of_kind("autoscaling", "HorizontalPodAutoscaler") {
        report.add_some(of_unknown_kind(scaler));
    }
    let is_scaler = |object: &Object| {
        matches!(object.kind(), "HorizontalPodAutoscaler" | "VerticalPodAutoscaler" | "ScaledObject")
    };
    let is_target = |link: &Link| link.relation == Relation::Target && !is_to(link, "", "Service");
    for it in missing(context, |object, link| is_scaler(object) && is_target(link)) {
        if of_unknown_kind(it.object).is_some() || has_no_group(it.object) {
            continue;
        }
        let others = KINDS.iter().find_map(|(group, kind)| it.namesake(group, kind));
        if others.is_some_and(|other| is_found_in_small_letters(it.object, it.link, other)) {
            continue;
        }
        let outcome = "the autoscaler reports FailedGetScale and scales nothing";
        let notice = it.notice(&CHECK.info, "scales", outcome, Severity::Error);
        report.add(match others {
            Some(other) if it.link.reference.kinds.title() == other.kind() => {
                of_other_group(it.object, other).unwrap_or(notice)
            }
            Some(other) => notice.help(format!("{} is here: correct `kind`", other.title())).related(
                other.location(FieldPath::root()),
                Role::Definition,
                format!("{} is here", other.title()),
            ),
            None => notice,
        });
    }
}

/// A target that is here, in another group than the autoscaler says.
fn of_other_group(scaler: &Object, other: &Object) -> Option<Notice> {
    let spec = Field::root(scaler).key("spec")?;
    let version = spec.key("scaleTargetRef").or_else(|| spec.key("targetRef"))?.key("apiVersion")?;
    let (written, right) = (version.as_str()?, other.api_version());
    let (title, target) = (scaler.title(), other.title());
    let message = format!("{title} scales a {} of {written}, and {target} is of {right}", other.kind());
    // Only groups of Kubernetes' own have no point.
    let is_sure = written.split_once('/').is_some_and(|(group, _)| !group.contains('.'));
    Some(
        Notice::new(&CHECK.info, version.location(), message)
            .severity(if is_sure { Severity::Error } else { Severity::Warning })
            .because("the autoscaler reports FailedGetScale and scales nothing")
            .help(format!("write `{right}`"))
            .related(other.location(FieldPath::root()), Role::Definition, format!("{target} is here"))
            .change(Change::Set { at: version.location(), content: Content::Text(right.to_owned()) }),
    )
}

/// A target of a kind that its group, one of Kubernetes, never had in any case.
fn of_unknown_kind(scaler: &Object) -> Option<Notice> {
    let target = Field::root(scaler).key("spec")?.key("scaleTargetRef")?;
    let (group, _) = target.text("apiVersion")?.split_once('/')?;
    let kind = target.key("kind")?;
    let written = kind.as_str().filter(|it| !it.is_empty() && !is_filled_in_later(it))?;
    let kinds: Vec<&str> = Table::default_minor().kinds_of(group).map(|it| it.kind).collect();
    if kinds.is_empty() || kinds.iter().any(|it| it.eq_ignore_ascii_case(written)) {
        return None;
    }
    let message = format!("{} scales a {written} of {group}, which there is not", scaler.title());
    let notice = Notice::new(&CHECK.info, kind.location(), message)
        .severity(Severity::Error)
        .because("the autoscaler reports FailedGetScale and scales nothing");
    Some(match meant(written, kinds) {
        Some(near) => notice
            .help(format!("write `{near}`"))
            .change(Change::Set { at: kind.location(), content: Content::Text(near.to_owned()) }),
        None => notice,
    })
}

/// Whether the server refuses an autoscaler for a target outside all groups.
fn has_no_group(scaler: &Object) -> bool {
    let target = Field::root(scaler).key("spec").and_then(|it| it.key("scaleTargetRef"));
    let version = target.as_ref().and_then(|it| it.text("apiVersion"));
    let is_of_core = target.as_ref().and_then(|it| it.text("kind")) == Some("ReplicationController");
    let has_none = version.is_some_and(|it| !it.contains('/'));
    scaler.kind() == "HorizontalPodAutoscaler" && has_none && !is_of_core
}

const KINDS: &[(&str, &str)] = &[("apps", "Deployment"), ("apps", "StatefulSet"), ("argoproj.io", "Rollout")];

/// The autoscaler's controller asks discovery for the kind, which knows each
/// also in small letters: `deployment`.
fn is_found_in_small_letters(scaler: &Object, link: &Link, target: &Object) -> bool {
    scaler.kind() == "HorizontalPodAutoscaler"
        && link.reference.kinds.title() == target.kind().to_ascii_lowercase()
}
