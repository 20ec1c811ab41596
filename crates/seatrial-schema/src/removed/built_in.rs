//! Built-in versions of which the embedded table says nothing or too little:
//! they went before 1.16, or their Go types are gone and with them the dates.
//! From the deprecation guide and the changelogs of Kubernetes.

/// What is known of a version.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) deprecated: u8,
    pub(super) removed: u8,
    pub(super) replacement: &'static str,
}

/// One version, its kinds, and what becomes of them.
type Group = (&'static str, &'static [&'static str], u8, u8, &'static str);

const WORKLOADS: &[&str] = &["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ControllerRevision"];
const AUDIT: &[&str] = &["Policy", "Event"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];

#[rustfmt::skip]
const ROWS: &[Group] = &[
    ("extensions/v1beta1", &["Deployment", "ReplicaSet", "DaemonSet"], 9, 16, "apps/v1"),
    ("extensions/v1beta1", &["NetworkPolicy"], 9, 16, "networking.k8s.io/v1"),
    ("extensions/v1beta1", &["PodSecurityPolicy"], 10, 16, "policy/v1beta1"),
    ("extensions/v1beta1", &["Ingress"], 14, 22, "networking.k8s.io/v1"),
    ("apps/v1beta1", WORKLOADS, 9, 16, "apps/v1"),
    ("apps/v1beta2", WORKLOADS, 9, 16, "apps/v1"),
    ("apps/v1beta1", &["DeploymentRollback"], 8, 16, "apps/v1"),
    ("extensions/v1beta1", &["DeploymentRollback", "Scale"], 8, 16, ""),
    ("admission.k8s.io/v1beta1", &["AdmissionReview"], 19, 22, "admission.k8s.io/v1"),
    ("apidiscovery.k8s.io/v2beta1", &["APIGroupDiscovery"], 32, 35, "apidiscovery.k8s.io/v2"),
    ("policy/v1beta1", &["Eviction"], 22, 25, "policy/v1"),
    ("certificates.k8s.io/v1beta1", &["PodCertificateRequest"], 37, 40, "certificates.k8s.io/v1"),
    ("storagemigration.k8s.io/v1beta1", &["StorageVersionMigration"], 37, 40, "storagemigration.k8s.io/v1"),
    ("apps/v1beta1", &["Scale"], 8, 16, "autoscaling/v1"),
    ("apps/v1beta2", &["Scale"], 9, 16, "autoscaling/v1"),
    ("batch/v1beta1", &["JobTemplate"], 22, 25, ""),
    ("networking.k8s.io/v1alpha1", &["ClusterCIDR"], 28, 29, ""),
    ("networking.k8s.io/v1alpha1", &["IPAddress", "ServiceCIDR"], 30, 31, "networking.k8s.io/v1"),
    ("storagemigration.k8s.io/v1alpha1", &["StorageVersionMigration"], 33, 35, "storagemigration.k8s.io/v1"),
    ("batch/v2alpha1", &["CronJob"], 8, 21, "batch/v1"),
    ("scheduling.k8s.io/v1alpha1", &["PriorityClass"], 14, 17, "scheduling.k8s.io/v1"),
    ("policy/v1beta1", &["PodSecurityPolicy"], 21, 25, ""),
    ("settings.k8s.io/v1alpha1", &["PodPreset"], 20, 20, ""),
    ("auditregistration.k8s.io/v1alpha1", &["AuditSink"], 19, 19, ""),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], 22, 25, "autoscaling/v2"),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], 23, 26, "autoscaling/v2"),
    ("rbac.authorization.k8s.io/v1alpha1", &["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"], 17, 22, "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", &["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"], 17, 22, "rbac.authorization.k8s.io/v1"),
    ("authentication.k8s.io/v1beta1", &["TokenReview"], 19, 22, "authentication.k8s.io/v1"),
    ("authorization.k8s.io/v1beta1", &["SubjectAccessReview", "SelfSubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectRulesReview"], 19, 22, "authorization.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], 24, 27, "storage.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", FLOW, 20, 21, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", FLOW, 23, 26, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", FLOW, 26, 29, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", FLOW, 29, 32, "flowcontrol.apiserver.k8s.io/v1"),
    ("audit.k8s.io/v1alpha1", AUDIT, 21, 24, "audit.k8s.io/v1"),
    ("audit.k8s.io/v1beta1", AUDIT, 21, 24, "audit.k8s.io/v1"),
    ("kubeadm.k8s.io/v1alpha1", &["MasterConfiguration"], 12, 13, "kubeadm.k8s.io/v1beta3"),
    ("kubeadm.k8s.io/v1beta1", &["ClusterConfiguration", "InitConfiguration", "JoinConfiguration"], 17, 22, "kubeadm.k8s.io/v1beta3"),
    ("kubeadm.k8s.io/v1beta2", &["ClusterConfiguration", "InitConfiguration", "JoinConfiguration"], 22, 27, "kubeadm.k8s.io/v1beta3"),
];

pub(super) fn row(api_version: &str, kind: &str) -> Option<Row> {
    ROWS.iter().find_map(|(version, kinds, deprecated, removed, replacement)| {
        let kind = kinds.iter().find(|it| *version == api_version && **it == kind)?;
        Some(Row { kind, deprecated: *deprecated, removed: *removed, replacement })
    })
}
