//! A claim wants to be shared by nodes, and its class provides disks.
//!
//! ## Why
//! A disk of a cloud is attached to one machine. A claim with `ReadWriteMany` for a file
//! system on such a class is not provisioned: the driver refuses it and the claim stays
//! Pending, with every pod that mounts it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: storage.k8s.io/v1
//! kind: StorageClass
//! metadata: {name: fast}
//! provisioner: ebs.csi.aws.com
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec: {storageClassName: fast, accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: storage.k8s.io/v1
//! kind: StorageClass
//! metadata: {name: shared}
//! provisioner: efs.csi.aws.com
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec: {storageClassName: shared, accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_yaml::{FieldPath, Node};

use crate::storage::Store;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unsupported-access-mode",
        title: "A claim wants to be shared by nodes, and its class provides disks",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["storage.access-mode"],
        page: include_str!("unsupported_access_mode.rs"),
    },
    run,
};

const WANTED: &str = "ReadWriteMany";

/// Provisioners of disks that one machine at a time writes a file system on.
const DISKS: &[&str] = &[
    "disk.csi.azure.com",
    "dobs.csi.digitalocean.com",
    "ebs.csi.aws.com",
    "csi.hetzner.cloud",
    "kubernetes.io/aws-ebs",
    "kubernetes.io/azure-disk",
    "kubernetes.io/gce-pd",
    "linodebs.csi.linode.com",
    "pd.csi.storage.gke.io",
    "rancher.io/local-path",
    "rook-ceph.rbd.csi.ceph.com",
    "rbd.csi.ceph.com",
];

/// Classes that a cloud brings with it, all of disks.
const CLASSES: &[(&str, &str)] = &[
    ("gp2", "Amazon EBS"),
    ("gp3", "Amazon EBS"),
    ("managed-csi", "Azure Disk"),
    ("managed-csi-premium", "Azure Disk"),
    ("managed-premium", "Azure Disk"),
    ("standard-rwo", "Google Persistent Disk"),
    ("premium-rwo", "Google Persistent Disk"),
    ("do-block-storage", "DigitalOcean Volumes"),
    ("hcloud-volumes", "Hetzner Volumes"),
    ("local-path", "directories of a node"),
];

fn run(context: &Context<'_>, report: &mut Report) {
    let mut classes: FxHashMap<&str, Vec<&Object>> = FxHashMap::default();
    for bundle in &context.world().repository.bundles {
        for class in bundle.of_kind("storage.k8s.io", "StorageClass") {
            classes.entry(class.name()).or_default().push(class);
        }
    }
    for claim in context.objects().flat_map(Store::claims) {
        let mode = claim.modes().find(|it| it.as_str() == Some(WANTED));
        // One that names its volume is not provisioned; blocks can be shared.
        let is_other = claim.spec.key("volumeName").is_some()
            || claim.spec.text("volumeMode") == Some("Block")
            || claim.spec.key("dataSource").is_some()
            || claim.spec.key("selector").is_some();
        if let (Some(mode), false) = (mode, is_other) {
            report.add_some(judge(&claim, &mode, &classes));
        }
    }
}

fn judge(claim: &Store<'_>, mode: &Field<'_>, classes: &FxHashMap<&str, Vec<&Object>>) -> Option<Notice> {
    let name = claim.class().filter(|it| !it.is_empty())?;
    let title = claim.title();
    let notice = |what: &str| {
        let message = format!("{title} wants {WANTED} from class `{name}`, which provides {what}");
        Notice::new(&CHECK.info, mode.location(), message)
            .help("use a class of a network file system, or `ReadWriteOnce` and pods on one node")
            .because("the claim stays Pending: the driver refuses the mode for file systems")
    };
    match classes.get(name) {
        Some(known) => {
            let provisioner = |it: &Object| {
                it.field(&["provisioner"]).and_then(Node::as_str).unwrap_or_default().to_owned()
            };
            let class =
                known.first().filter(|_| known.iter().all(|it| DISKS.contains(&provisioner(it).as_str())))?;
            let own = class.location(FieldPath::root().key("provisioner"));
            Some(notice("disks").related(own, Role::Definition, format!("`{}`", provisioner(class))))
        }
        None => CLASSES.iter().find(|it| it.0 == name).map(|(_, what)| notice(what)),
    }
}
