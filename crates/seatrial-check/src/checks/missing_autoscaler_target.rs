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

use seatrial_diagnostics::{CheckInfo, Level, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Link, Object};
use seatrial_yaml::FieldPath;

use crate::missing::{is_to, missing};
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
    let is_scaler = |object: &Object| {
        matches!(object.kind(), "HorizontalPodAutoscaler" | "VerticalPodAutoscaler" | "ScaledObject")
    };
    let is_target = |link: &Link| link.relation == Relation::Target && !is_to(link, "", "Service");
    for it in missing(context, |object, link| is_scaler(object) && is_target(link)) {
        let others = KINDS.iter().find_map(|(group, kind)| it.namesake(group, kind));
        if others.is_some_and(|other| is_found_in_small_letters(it.object, it.link, other)) {
            continue;
        }
        let outcome = "the autoscaler reports FailedGetScale and scales nothing";
        let notice = it.notice(&CHECK.info, "scales", outcome, Severity::Error);
        report.add(match others {
            Some(other) => notice.help(format!("{} is here: correct `kind`", other.title())).related(
                other.location(FieldPath::root()),
                Role::Definition,
                format!("{} is here", other.title()),
            ),
            None => notice,
        });
    }
}

const KINDS: &[(&str, &str)] = &[("apps", "Deployment"), ("apps", "StatefulSet"), ("argoproj.io", "Rollout")];

/// The autoscaler's controller asks discovery for the kind, which knows each
/// also in small letters: `deployment`.
fn is_found_in_small_letters(scaler: &Object, link: &Link, target: &Object) -> bool {
    scaler.kind() == "HorizontalPodAutoscaler"
        && link.reference.kinds.title() == target.kind().to_ascii_lowercase()
}
