//! Which field of which kind refers to what, a module per area.

mod autoscaling;
mod core;
mod deep;
mod delivery;
mod gateway;
mod mesh;
mod monitoring;
mod networking;
mod pods;
mod rbac;
mod secrets;
mod storage;
mod values;

use crate::references::GroupKind;
use crate::references::pattern::Table;

pub(super) use pods::POD_TEMPLATE;
pub(super) use values::UNKNOWN;

/// Every table.
pub(super) const ALL: &[&[Table]] = &[
    autoscaling::TABLES,
    core::TABLES,
    delivery::TABLES,
    gateway::TABLES,
    mesh::TABLES,
    monitoring::TABLES,
    networking::TABLES,
    rbac::TABLES,
    secrets::TABLES,
    storage::TABLES,
    values::TABLES,
];

const CONFIG_MAP: &[GroupKind] = &[("", "ConfigMap")];
const SECRET: &[GroupKind] = &[("", "Secret")];
const SERVICE: &[GroupKind] = &[("", "Service")];
const SERVICE_ACCOUNT: &[GroupKind] = &[("", "ServiceAccount")];
const CLAIM: &[GroupKind] = &[("", "PersistentVolumeClaim")];
const STORAGE_CLASS: &[GroupKind] = &[("storage.k8s.io", "StorageClass")];
const WORKLOADS: &[GroupKind] = &[
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "ReplicaSet"),
    ("apps", "DaemonSet"),
    ("", "ReplicationController"),
    ("argoproj.io", "Rollout"),
    ("batch", "CronJob"),
    ("batch", "Job"),
];
