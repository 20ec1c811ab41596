//! A volume is of a type that Kubernetes no longer has.
//!
//! ## Why
//! The API server accepts the field and the kubelet finds no plugin for it: the pod
//! stays in `ContainerCreating`, `no volume plugin matched`. Drivers of the Container
//! Storage Interface have taken the place of these types.
//!
//! `gitRepo` runs what a repository says as root on the node. From 1.33 to 1.35 the
//! kubelet mounts it only where the feature gate `GitRepoVolumeDriver` is turned on; since
//! 1.36 the gate cannot be turned on.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: web, image: web:1}]
//! volumes: [{name: data, glusterfs: {endpoints: gluster, path: data}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: web, image: web:1}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "removed-volume-type",
        title: "A volume is of a type that Kubernetes no longer has",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["deprecated.volume"],
        page: include_str!("removed_volume_type.rs"),
    },
    run,
};

const GIT: &str = "gitRepo";
const GIT_HELP: &str = "clone in an init container into an `emptyDir`, or mount an `image` volume";
/// Since when that is off unless a feature gate is turned on.
const GIT_OFF: u32 = 33;
/// Types, since when they do not work, and the minor version of that.
const REMOVED: &[(&str, u32)] = &[
    (GIT, 36),
    ("cephfs", 31),
    ("rbd", 31),
    ("glusterfs", 26),
    ("flocker", 25),
    ("quobyte", 25),
    ("storageos", 25),
    ("scaleIO", 22),
    ("photonPersistentDisk", 16),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for volume in template.volumes() {
            let object = template.object();
            let removed = judge(context, object, &volume.field);
            report.add_some(removed.or_else(|| of_git(context, object, &volume.field)));
        }
    }
    for volume in context.of_kind("", "PersistentVolume") {
        report.add_some(Field::root(volume).key("spec").and_then(|spec| judge(context, volume, &spec)));
    }
}

fn judge(context: &Context<'_>, object: &Object, volume: &Field<'_>) -> Option<Notice> {
    let minor = minor(context);
    let (name, since) = REMOVED.iter().find(|(name, since)| *since <= minor && is_written(volume, name))?;
    let message = format!(
        "{} is of the type `{name}`, which does not work since Kubernetes 1.{since}",
        title(object, volume)
    );
    let help = match *name {
        GIT => GIT_HELP,
        _ => "use a claim whose class is provided by a driver (`csi`) for that storage",
    };
    Some(Notice::new(&CHECK.info, volume.at(name), message).help(help))
}

fn minor(context: &Context<'_>) -> u32 {
    context.world().repository.target.kubernetes.minor
}

fn title(object: &Object, volume: &Field<'_>) -> String {
    match volume.text("name") {
        Some(own) => format!("volume {own} of {}", object.title()),
        None => object.title(),
    }
}

fn is_written(volume: &Field<'_>, name: &str) -> bool {
    volume.key(name).is_some_and(|it| it.node().is_mapping())
}

/// As long as a feature gate can turn it on.
fn of_git(context: &Context<'_>, object: &Object, volume: &Field<'_>) -> Option<Notice> {
    if minor(context) < GIT_OFF || !is_written(volume, GIT) {
        return None;
    }
    let message = format!(
        "{} is of the type `{GIT}`, which is off by default since Kubernetes 1.{GIT_OFF}",
        title(object, volume)
    );
    Some(
        Notice::new(&CHECK.info, volume.at(GIT), message)
            .severity(Severity::Warning)
            .because("the kubelet mounts it only where its feature gate `GitRepoVolumeDriver` is turned on")
            .help(GIT_HELP),
    )
}
