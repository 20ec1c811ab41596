//! Claims, volumes, snapshots and their classes.

use crate::references::pattern::Table;
use crate::references::site::{Rule, to};
use crate::references::tables::{CLAIM, SECRET, STORAGE_CLASS};
use crate::references::{GroupKind, Relation};

const VOLUME: &[GroupKind] = &[("", "PersistentVolume")];
const SNAPSHOT: &[GroupKind] = &[("snapshot.storage.k8s.io", "VolumeSnapshot")];
const SNAPSHOT_CLASS: &[GroupKind] = &[("snapshot.storage.k8s.io", "VolumeSnapshotClass")];
const SOURCES: &[GroupKind] = &[("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot")];
const ATTRIBUTES: &[GroupKind] = &[("storage.k8s.io", "VolumeAttributesClass")];

/// A scalar that names a `StorageClass`.
pub(super) const CLASS: Rule = to(Relation::Class, STORAGE_CLASS).scalar().in_cluster().rule();
const DATA_SOURCE: Rule = to(Relation::Storage, SOURCES).of_written_kind().in_field("namespace").rule();
const CSI_SECRET: Rule = to(Relation::Credentials, SECRET).in_field("namespace").rule();

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[("", "PersistentVolumeClaim")],
        fields: &[
            ("spec.storageClassName", CLASS),
            ("spec.volumeName", to(Relation::Storage, VOLUME).scalar().in_cluster().rule()),
            ("spec.volumeAttributesClassName", to(Relation::Class, ATTRIBUTES).scalar().in_cluster().rule()),
            ("spec.dataSource", DATA_SOURCE),
            ("spec.dataSourceRef", DATA_SOURCE),
        ],
    },
    Table {
        kinds: &[("apps", "StatefulSet"), ("apps.kruise.io", "StatefulSet")],
        fields: &[("spec.volumeClaimTemplates[*].spec.storageClassName", CLASS)],
    },
    Table {
        kinds: VOLUME,
        fields: &[
            ("spec.storageClassName", CLASS),
            ("spec.claimRef", to(Relation::Storage, CLAIM).in_field("namespace").rule()),
            ("spec.csi.nodePublishSecretRef", CSI_SECRET),
            ("spec.csi.nodeStageSecretRef", CSI_SECRET),
            ("spec.csi.controllerPublishSecretRef", CSI_SECRET),
            ("spec.csi.controllerExpandSecretRef", CSI_SECRET),
            ("spec.csi.nodeExpandSecretRef", CSI_SECRET),
        ],
    },
    Table {
        kinds: SNAPSHOT,
        fields: &[
            ("spec.source.persistentVolumeClaimName", to(Relation::Storage, CLAIM).scalar().rule()),
            (
                "spec.volumeSnapshotClassName",
                to(Relation::Class, SNAPSHOT_CLASS).scalar().in_cluster().rule(),
            ),
        ],
    },
];
