//! Which kinds live in a namespace, and when two namespaces are the same.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Whether objects of a kind live in a namespace; none where the kind is not
/// known.
pub fn is_namespaced(group: &str, kind: &str) -> Option<bool> {
    static SCOPES: LazyLock<FxHashMap<(&'static str, &'static str), bool>> = LazyLock::new(|| {
        let flatten = |table: &[(&'static str, &'static [&'static str])], namespaced: bool| {
            let kinds = table.iter().flat_map(|(group, kinds)| kinds.iter().map(move |kind| (*group, *kind)));
            kinds.map(|it| (it, namespaced)).collect::<Vec<_>>()
        };
        flatten(CLUSTER_SCOPED, false).into_iter().chain(flatten(NAMESPACED, true)).collect()
    });
    let scopes: &FxHashMap<(&str, &str), bool> = &SCOPES;
    scopes.get(&(group, kind)).copied()
}

/// The known kind of a group that a word is, in whatever letter case.
pub fn known_kind(group: &str, word: &str) -> Option<&'static str> {
    let tables = [CLUSTER_SCOPED, NAMESPACED].into_iter().flatten();
    let mut kinds = tables.filter(|(of, _)| *of == group).flat_map(|(_, kinds)| *kinds);
    kinds.find(|kind| kind.eq_ignore_ascii_case(word)).copied()
}

/// Traefik's kinds, under the group it has and the one it had.
const TRAEFIK: &[&str] = &[
    "IngressRoute",
    "IngressRouteTCP",
    "IngressRouteUDP",
    "Middleware",
    "MiddlewareTCP",
    "TLSOption",
    "TLSStore",
    "TraefikService",
    "ServersTransport",
];

const CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("", &["Namespace", "Node", "PersistentVolume", "ComponentStatus"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    ("authorization.k8s.io", &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
    ("cert-manager.io", &["ClusterIssuer"]),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("keda.sh", &["ClusterTriggerAuthentication"]),
    ("karpenter.sh", &["NodeClaim", "NodePool"]),
    ("karpenter.k8s.aws", &["EC2NodeClass"]),
    ("kyverno.io", &["ClusterCleanupPolicy", "ClusterPolicy"]),
    ("argoproj.io", &["ClusterAnalysisTemplate", "ClusterWorkflowTemplate"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    ("trust.cert-manager.io", &["Bundle"]),
    ("templates.gatekeeper.sh", &["ConstraintTemplate"]),
];

const NAMESPACED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "Binding",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("authorization.k8s.io", &["LocalSubjectAccessReview"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("autoscaling.k8s.io", &["VerticalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    ("extensions", &["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"]),
    ("networking.k8s.io", &["Ingress", "NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
    ("resource.k8s.io", &["ResourceClaim", "ResourceClaimTemplate"]),
    ("storage.k8s.io", &["CSIStorageCapacity"]),
    ("argoproj.io", &["AnalysisTemplate", "AppProject", "Application", "ApplicationSet", "Rollout"]),
    ("cert-manager.io", &["Certificate", "CertificateRequest", "Issuer"]),
    ("bitnami.com", &["SealedSecret"]),
    ("external-secrets.io", &["ExternalSecret", "PushSecret", "SecretStore"]),
    (
        "gateway.networking.k8s.io",
        &[
            "BackendTLSPolicy",
            "GRPCRoute",
            "Gateway",
            "HTTPRoute",
            "ListenerSet",
            "ReferenceGrant",
            "TCPRoute",
            "TLSRoute",
            "UDPRoute",
        ],
    ),
    ("keda.sh", &["ScaledJob", "ScaledObject", "TriggerAuthentication"]),
    (
        "monitoring.coreos.com",
        &[
            "Alertmanager",
            "AlertmanagerConfig",
            "PodMonitor",
            "Probe",
            "Prometheus",
            "PrometheusAgent",
            "PrometheusRule",
            "ScrapeConfig",
            "ServiceMonitor",
            "ThanosRuler",
        ],
    ),
    (
        "networking.istio.io",
        &["DestinationRule", "EnvoyFilter", "Gateway", "ServiceEntry", "Sidecar", "VirtualService"],
    ),
    ("security.istio.io", &["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"]),
    ("serving.knative.dev", &["Configuration", "Revision", "Route", "Service"]),
    (
        "source.toolkit.fluxcd.io",
        &["Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"],
    ),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshot"]),
    ("traefik.io", TRAEFIK),
    ("traefik.containo.us", TRAEFIK),
];

/// How surely two objects live in the same namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// Both are written and equal, or neither is written in the same unit,
    /// or namespaces do not apply.
    Exact,
    /// One or both are left to the command that deploys them, and may coincide.
    Assumed,
    /// They are written and differ.
    Different,
}

impl Agreement {
    /// Compares two namespaces as written. A namespace that is not written is
    /// wherever the command that deploys the unit says: the same for the whole
    /// unit, and possibly any.
    pub fn between(one: Option<&str>, other: Option<&str>, same_unit: bool) -> Self {
        match (one, other) {
            (Some(one), Some(other)) if one == other => Self::Exact,
            (Some(_), Some(_)) => Self::Different,
            (None, None) if same_unit => Self::Exact,
            _ => Self::Assumed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_are_not_known_have_no_scope() {
        assert_eq!(is_namespaced("", "ConfigMap"), Some(true));
        assert_eq!(is_namespaced("", "Namespace"), Some(false));
        assert_eq!(is_namespaced("rbac.authorization.k8s.io", "ClusterRole"), Some(false));
        assert_eq!(is_namespaced("networking.istio.io", "Gateway"), Some(true));
        assert_eq!(is_namespaced("example.com", "ConfigMap"), None);
    }

    #[test]
    fn an_unwritten_namespace_may_coincide_with_any() {
        let compare = Agreement::between;
        assert_eq!(compare(Some("a"), Some("a"), false), Agreement::Exact);
        assert_eq!(compare(Some("a"), Some("b"), true), Agreement::Different);
        assert_eq!(compare(None, None, true), Agreement::Exact);
        assert_eq!(compare(None, None, false), Agreement::Assumed);
        assert_eq!(compare(Some("a"), None, true), Agreement::Assumed);
    }
}
