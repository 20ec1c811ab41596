//! Pods share a claim that only one node, or one pod, can mount.
//!
//! ## Why
//! A volume with `ReadWriteOnce` is attached to one node. A second pod that lands
//! on another node waits in `ContainerCreating` with `Multi-Attach error for
//! volume`, for as long as the first one runs. With `ReadWriteOncePod` the second
//! pod is not even scheduled, wherever it might go.
//!
//! Directories of a node (`local-path`, `hostPath`) and network file systems are
//! passed over, and so are pods that are kept on one node.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec: {accessModes: [ReadWriteOnce]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 3
//!   template:
//!     spec:
//!       containers: [{name: web}]
//!       volumes: [{name: uploads, persistentVolumeClaim: {claimName: uploads}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec: {accessModes: [ReadWriteMany]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 3
//!   template:
//!     spec:
//!       containers: [{name: web}]
//!       volumes: [{name: uploads, persistentVolumeClaim: {claimName: uploads}}]
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Workload;
use seatrial_model::{Field, Place};

use crate::claims::{Claimed, Sole, Storage};
use crate::scaling::{place, replicas};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "shared-single-writer-volume",
        title: "Pods share a claim that only one node, or one pod, can mount",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["scheduling.single-writer-volume"],
        page: include_str!("shared_single_writer_volume.rs"),
    },
    run,
};

/// A workload that mounts a claim.
struct User<'a> {
    workload: Workload<'a>,
    claimed: Claimed<'a>,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    let storage = Storage::new(world);
    let mut first: FxHashMap<Place, User<'_>> = FxHashMap::default();
    for workload in context.objects().filter_map(Workload::of) {
        let Some(template) = workload.template() else { continue };
        for claimed in storage.claimed(world, &template) {
            let Some(pods) = pods(world, &workload) else { continue };
            report.add_some(among_own(&workload, &claimed, &pods));
            let user = User { workload: workload.clone(), claimed };
            let claim = place(user.claimed.claim);
            match first.get(&claim) {
                Some(other) => report.add_some(beside(other, &user)),
                None => drop(first.insert(claim, user)),
            }
        }
    }
}

/// How many pods of a workload run at once.
enum Pods<'a> {
    One,
    /// Where the number stands.
    Several(Option<Field<'a>>),
    /// An autoscaler makes it one or more.
    Scaled(Field<'a>),
}

fn pods<'a>(world: &World<'a>, workload: &Workload<'a>) -> Option<Pods<'a>> {
    if workload.object().kind() == "DaemonSet" {
        return Some(Pods::Several(None));
    }
    let Some(count) = replicas(world, workload) else { return Some(Pods::One) };
    if count.high < 1 {
        return None;
    }
    Some(match &count.by {
        _ if count.high == 1 => Pods::One,
        None => Pods::Several(workload.spec().and_then(|it| it.key("replicas"))),
        Some(by) if count.low > 1 => Pods::Several(by.spec.key(by.low_name())),
        Some(by) => Pods::Scaled(by.spec.key(by.high_name()).unwrap_or_else(|| by.spec.clone())),
    })
}

fn among_own(workload: &Workload<'_>, claimed: &Claimed<'_>, pods: &Pods<'_>) -> Option<Notice> {
    let number = match pods {
        Pods::One => return None,
        Pods::Several(field) => field.clone(),
        Pods::Scaled(field) => Some(field.clone()),
    };
    let (title, name, word) = (workload.object().title(), claimed.claim.name(), claimed.sole.word());
    let message = format!("the pods of {title} share the claim {name}, which only one {word} can mount");
    let is_proven = claimed.sole == Sole::Pod && matches!(pods, Pods::Several(_));
    let mut notice = Notice::new(&CHECK.info, claimed.field.location(), message);
    if is_proven {
        notice = notice.severity(Severity::Error);
    }
    if let Some(field) = number {
        notice = notice.related(field.location(), Role::Cause, "several pods");
    }
    let help = match workload.object().kind() {
        "StatefulSet" => {
            "give every pod a claim of its own with `volumeClaimTemplates`, or use `ReadWriteMany`"
        }
        _ => "run one pod, use `ReadWriteMany`, or make it a StatefulSet with `volumeClaimTemplates`",
    };
    Some(with_claim(notice, claimed).help(help))
}

fn beside(other: &User<'_>, user: &User<'_>) -> Option<Notice> {
    let (one, two) = (other.workload.object(), user.workload.object());
    let is_same = place(one) == place(two) || (one.kind(), one.name()) == (two.kind(), two.name());
    let run_to_end = other.workload.runs_to_completion() && user.workload.runs_to_completion();
    if is_same || run_to_end {
        return None;
    }
    let claimed = &user.claimed;
    let (title, rival, name, word) = (two.title(), one.title(), claimed.claim.name(), claimed.sole.word());
    let message = format!("{title} and {rival} share the claim {name}, which only one {word} can mount");
    let notice = Notice::new(&CHECK.info, claimed.field.location(), message);
    let notice = notice.related(other.claimed.field.location(), Role::Cause, "mounted here, too");
    Some(
        with_claim(notice, claimed)
            .help("use `ReadWriteMany`, or keep both on one node with a required `podAffinity`"),
    )
}

fn with_claim(notice: Notice, claimed: &Claimed<'_>) -> Notice {
    let modes = Field::root(claimed.claim).keys(&["spec", "accessModes"]);
    let notice = notice.because(format!("its access mode is {}", claimed.sole.mode()));
    match modes {
        Some(modes) => notice.related(modes.location(), Role::Definition, "the claim"),
        None => notice,
    }
}
