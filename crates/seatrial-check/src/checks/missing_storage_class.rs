//! A storage class is not defined.
//!
//! ## Why
//! A claim of a class that the cluster does not have stays Pending: `storageclass
//! "fast" not found`, and so do all pods that mount it.
//!
//! Classes usually belong to the cluster, so this is advice: name the class under
//! `external` in seatrial.toml. It is more where the tree defines classes of its own and
//! not this one, or where the profile lists what there is.
//!
//! ## Bad
//! ```yaml
//! apiVersion: storage.k8s.io/v1
//! kind: StorageClass
//! metadata: {name: fast-ssd}
//! provisioner: ebs.csi.aws.com
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec: {storageClassName: fast, accessModes: [ReadWriteOnce]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: storage.k8s.io/v1
//! kind: StorageClass
//! metadata: {name: fast-ssd}
//! provisioner: ebs.csi.aws.com
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec: {storageClassName: fast-ssd, accessModes: [ReadWriteOnce]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::missing::{by_name, is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-storage-class",
        title: "A storage class is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.storageclass"],
        page: include_str!("missing_storage_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    let (group, kind) = ("storage.k8s.io", "StorageClass");
    for it in by_name(missing(context, |_, link| is_to(link, group, kind))) {
        // A volume that is made by hand may bear a class that exists nowhere.
        if it.object.kind() == "PersistentVolume" || it.has_volume_of_class() {
            continue;
        }
        let defines_classes =
            || world.repository.bundles.iter().any(|bundle| bundle.of_kind(group, kind).next().is_some());
        let most = match world.profile.provides.storage_classes.has(it.name()) {
            Some(true) => continue,
            Some(false) => Severity::Error,
            None if defines_classes() => Severity::Error,
            None => Severity::Info,
        };
        let outcome = "the claim stays Pending, and every pod that mounts it";
        report.add(it.notice(&CHECK.info, "asks for", outcome, most));
    }
}
