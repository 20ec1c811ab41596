//! A volume is of a type that Kubernetes no longer has.
//!
//! ## Why
//! The API server accepts the field and the kubelet finds no plugin for it: the pod
//! stays in `ContainerCreating`, `no volume plugin matched`. Drivers of the Container
//! Storage Interface have taken the place of these types. `gitRepo` is still there
//! and off by default since 1.33, because it runs what a repository says as root on the
//! node.
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

/// Types, since when they do not work, and the minor version of that.
const REMOVED: &[(&str, u32)] = &[
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
            report.add_some(judge(context, template.object(), &volume.field));
            if let Some(field) = volume.field.key("gitRepo").filter(|it| it.node().is_mapping()) {
                report.add(of_git(template.object(), &field));
            }
        }
    }
    for volume in context.of_kind("", "PersistentVolume") {
        report.add_some(Field::root(volume).key("spec").and_then(|spec| judge(context, volume, &spec)));
    }
}

fn judge(context: &Context<'_>, object: &Object, volume: &Field<'_>) -> Option<Notice> {
    let minor = context.world().repository.target.kubernetes.minor;
    let (name, since) = REMOVED.iter().find(|(name, since)| *since <= minor && is_written(volume, name))?;
    let what = match volume.text("name") {
        Some(own) => format!("volume {own} of {}", object.title()),
        None => object.title(),
    };
    let message = format!("{what} is of the type `{name}`, which does not work since Kubernetes 1.{since}");
    let help = "use a claim whose class is provided by a driver (`csi`) for that storage";
    Some(Notice::new(&CHECK.info, volume.at(name), message).help(help))
}

fn is_written(volume: &Field<'_>, name: &str) -> bool {
    volume.key(name).is_some_and(|it| it.node().is_mapping())
}

fn of_git(object: &Object, field: &Field<'_>) -> Notice {
    let message =
        format!("{} has a volume of the type `gitRepo`, which is off since Kubernetes 1.33", object.title());
    Notice::new(&CHECK.info, field.location(), message)
        .severity(Severity::Warning)
        .because("the kubelet mounts it only where its feature gate `GitRepoVolumeDriver` is turned on")
        .help("clone in an init container into an `emptyDir`, or mount an `image` volume")
}
