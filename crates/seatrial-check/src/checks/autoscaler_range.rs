//! An autoscaler's bounds contradict each other, or leave it nothing to do.
//!
//! ## Why
//! The API server refuses a `HorizontalPodAutoscaler` whose `maxReplicas` is below
//! 1 or below `minReplicas`. It refuses `minReplicas: 0` too, unless a metric of
//! type `Object` or `External` can wake the workload up and the feature gate
//! `HPAScaleToZero` is on, as it is from Kubernetes 1.37. KEDA does not scale by a `ScaledObject` whose bounds
//! are the wrong way round. With equal bounds the number of pods never changes.
//!
//! ## Bad
//! ```yaml
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   minReplicas: 5
//!   maxReplicas: 3
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   minReplicas: 3
//!   maxReplicas: 5
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::KubernetesVersion;

use crate::scaling::Autoscaler;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "autoscaler-range",
        title: "An autoscaler's bounds contradict each other, or leave it nothing to do",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["hpa.range"],
        page: include_str!("autoscaler_range.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for autoscaler in context.objects().filter_map(Autoscaler::of) {
        report.add_some(judge(&autoscaler, context.world().repository.target.kubernetes));
    }
}

fn judge(autoscaler: &Autoscaler<'_>, version: KubernetesVersion) -> Option<Notice> {
    let title = autoscaler.object().title();
    let (low_name, high_name) = (autoscaler.low_name(), autoscaler.high_name());
    let (low, high) = (autoscaler.low(), autoscaler.high()?);
    let at = |name: &str, message: String| Notice::new(&CHECK.info, autoscaler.spec.at(name), message);
    if high < 1 {
        let notice = at(high_name, format!("{title} has `{high_name}: {high}`, which must be 1 or more"));
        return Some(notice.help("write the most pods that there may be"));
    }
    if low > high {
        let notice =
            at(low_name, format!("{title} has a `{low_name}` of {low}, above its `{high_name}` of {high}"));
        let notice = notice.related(autoscaler.spec.at(high_name), Role::Cause, "the upper bound");
        return Some(notice.help(format!("raise `{high_name}` or lower `{low_name}`")));
    }
    if low < 0 {
        return Some(at(low_name, format!("{title} has `{low_name}: {low}`, which must not be negative")));
    }
    if low == 0 && !autoscaler.is_keda {
        return zero(autoscaler, version);
    }
    if low == high {
        let notice = at(high_name, format!("{title} never scales: its bounds are equal"));
        return Some(
            notice.severity(Severity::Info).help(format!("raise `{high_name}`, or leave the autoscaler out")),
        );
    }
    None
}

/// The first version whose autoscalers scale to zero unless told otherwise.
const SCALES_TO_ZERO: KubernetesVersion = KubernetesVersion { major: 1, minor: 37 };

fn zero(autoscaler: &Autoscaler<'_>, version: KubernetesVersion) -> Option<Notice> {
    let (title, low) = (autoscaler.object().title(), autoscaler.low_name());
    let notice = |what: &str| {
        let message = format!("{title} asks for `{low}: 0`, which {what}");
        Notice::new(&CHECK.info, autoscaler.spec.at(low), message)
    };
    let mut metrics = autoscaler.spec.list("metrics");
    if metrics.any(|it| matches!(it.text("type"), Some("Object" | "External"))) {
        let notice = notice("the API server refuses without the feature gate HPAScaleToZero")
            .severity(Severity::Warning)
            .because(format!("the gate is off in Kubernetes {version} unless the cluster turns it on"))
            .help("write 1 or more, or scale with KEDA");
        return (version < SCALES_TO_ZERO).then_some(notice);
    }
    let notice = notice("the API server refuses without a metric of type Object or External")
        .because("without a pod no use of resources can be measured that would wake it up")
        .help("write 1 or more");
    Some(notice)
}
