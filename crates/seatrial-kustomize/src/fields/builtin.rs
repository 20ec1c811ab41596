//! The fields that transformers change by default, those that name other objects and those
//! in which variables are replaced (kustomize 5.8.2, `api/internal/konfig/builtinpluginconsts`),
//! in the order that `Config::merge` gives. Constants: reading them from text took a fifth of
//! a small build.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::{Config, FieldSpec, NameReferences};
use crate::id::Gvk;

/// The newest tables.
pub(super) static NEWEST: Config = Config {
    name_prefix: Cow::Borrowed(&NAME_PREFIX),
    name_suffix: Cow::Borrowed(&NAME_SUFFIX),
    namespace: Cow::Borrowed(&NAMESPACE),
    labels: Cow::Borrowed(&[]),
    common_labels: Cow::Borrowed(&COMMON_LABELS),
    template_labels: Cow::Borrowed(&TEMPLATE_LABELS),
    volume_claim_template_labels: Cow::Borrowed(&VOLUME_CLAIM_TEMPLATE_LABELS),
    common_annotations: Cow::Borrowed(&COMMON_ANNOTATIONS),
    images: Cow::Borrowed(&IMAGES),
    replicas: Cow::Borrowed(&REPLICAS),
    variables: Cow::Borrowed(&VARIABLES),
    name_references: Cow::Borrowed(&NAME_REFERENCES),
};

const fn gvk(kind: &'static str, group: &'static str, version: &'static str) -> Gvk {
    Gvk {
        group: SmolStr::new_static(group),
        version: SmolStr::new_static(version),
        kind: SmolStr::new_static(kind),
    }
}

/// A field of the objects of a kind, group and version; empty ones match any.
const fn field(path: &'static str, kind: &'static str, group: &'static str, version: &'static str) -> FieldSpec {
    FieldSpec { gvk: gvk(kind, group, version), path: SmolStr::new_static(path), is_created: false }
}

/// One that is made where it is absent.
const fn made(path: &'static str, kind: &'static str, group: &'static str, version: &'static str) -> FieldSpec {
    FieldSpec { gvk: gvk(kind, group, version), path: SmolStr::new_static(path), is_created: true }
}

static COMMON_LABELS: [FieldSpec; 32] = [
    made("spec/selector", "Service", "", "v1"),
    field("spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", "Deployment", "apps", ""),
    field("spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", "Deployment", "apps", ""),
    field("spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", "Deployment", "apps", ""),
    field("spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", "Deployment", "apps", ""),
    field("spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", "Deployment", "apps", ""),
    made("spec/selector/matchLabels", "Deployment", "", ""),
    made("spec/template/metadata/labels", "Deployment", "", ""),
    made("spec/selector/matchLabels", "StatefulSet", "apps", ""),
    field("spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", "StatefulSet", "apps", ""),
    field("spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", "StatefulSet", "apps", ""),
    field("spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", "StatefulSet", "apps", ""),
    field("spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", "StatefulSet", "apps", ""),
    field("spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", "StatefulSet", "apps", ""),
    made("spec/template/metadata/labels", "StatefulSet", "apps", ""),
    made("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps", ""),
    field("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch", ""),
    made("spec/jobTemplate/metadata/labels", "CronJob", "batch", ""),
    made("spec/jobTemplate/spec/template/metadata/labels", "CronJob", "batch", ""),
    field("spec/selector/matchLabels", "PodDisruptionBudget", "policy", ""),
    field("spec/selector/matchLabels", "Job", "batch", ""),
    made("spec/template/metadata/labels", "Job", "batch", ""),
    field("spec/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", ""),
    field("spec/ingress/from/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", ""),
    field("spec/egress/to/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io", ""),
    made("spec/selector", "ReplicationController", "", "v1"),
    made("spec/template/metadata/labels", "ReplicationController", "", "v1"),
    made("spec/selector/matchLabels", "DaemonSet", "", ""),
    made("spec/template/metadata/labels", "DaemonSet", "", ""),
    made("spec/selector/matchLabels", "ReplicaSet", "", ""),
    made("spec/template/metadata/labels", "ReplicaSet", "", ""),
    made("metadata/labels", "", "", ""),
];

static IMAGES: [FieldSpec; 7] = [
    made("spec/containers[]/image", "", "", ""),
    made("spec/initContainers[]/image", "", "", ""),
    made("spec/volumes[]/image/reference", "", "", ""),
    made("spec/template/spec/containers[]/image", "", "", ""),
    made("spec/template/spec/initContainers[]/image", "", "", ""),
    made("spec/template/spec/volumes[]/image/reference", "", "", ""),
    made("spec/jobTemplate/spec/template/spec/volumes[]/image/reference", "", "", ""),
];

static REPLICAS: [FieldSpec; 4] = [
    made("spec/replicas", "Deployment", "", ""),
    made("spec/replicas", "StatefulSet", "", ""),
    made("spec/replicas", "ReplicaSet", "", ""),
    made("spec/replicas", "ReplicationController", "", ""),
];

static NAMESPACE: [FieldSpec; 3] = [
    made("metadata/name", "Namespace", "", ""),
    field("spec/conversion/webhook/clientConfig/service/namespace", "CustomResourceDefinition", "apiextensions.k8s.io", ""),
    made("spec/service/namespace", "APIService", "apiregistration.k8s.io", ""),
];

static NAME_PREFIX: [FieldSpec; 1] = [
    field("metadata/name", "", "", ""),
];

static NAME_SUFFIX: [FieldSpec; 1] = [
    field("metadata/name", "", "", ""),
];

static COMMON_ANNOTATIONS: [FieldSpec; 9] = [
    made("spec/template/metadata/annotations", "Deployment", "", ""),
    made("spec/template/metadata/annotations", "StatefulSet", "", ""),
    made("spec/jobTemplate/metadata/annotations", "CronJob", "batch", ""),
    made("spec/jobTemplate/spec/template/metadata/annotations", "CronJob", "batch", ""),
    made("spec/template/metadata/annotations", "Job", "batch", ""),
    made("spec/template/metadata/annotations", "ReplicationController", "", "v1"),
    made("spec/template/metadata/annotations", "DaemonSet", "", ""),
    made("spec/template/metadata/annotations", "ReplicaSet", "", ""),
    made("metadata/annotations", "", "", ""),
];

static TEMPLATE_LABELS: [FieldSpec; 9] = [
    made("spec/template/metadata/labels", "Deployment", "", ""),
    made("spec/template/metadata/labels", "StatefulSet", "apps", ""),
    made("spec/jobTemplate/metadata/labels", "CronJob", "batch", ""),
    made("spec/jobTemplate/spec/template/metadata/labels", "CronJob", "batch", ""),
    made("spec/template/metadata/labels", "Job", "batch", ""),
    made("spec/template/metadata/labels", "ReplicationController", "", "v1"),
    made("spec/template/metadata/labels", "DaemonSet", "", ""),
    made("spec/template/metadata/labels", "ReplicaSet", "", ""),
    made("metadata/labels", "", "", ""),
];

static VOLUME_CLAIM_TEMPLATE_LABELS: [FieldSpec; 1] = [
    made("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps", ""),
];

static VARIABLES: [FieldSpec; 72] = [
    field("spec/ports/port", "Service", "", ""),
    field("spec/ports/targetPort", "Service", "", ""),
    field("spec/nfs/server", "PersistentVolume", "", ""),
    field("spec/template/spec/containers/args", "Deployment", "", ""),
    field("spec/template/spec/containers/command", "Deployment", "", ""),
    field("spec/template/spec/containers/env/value", "Deployment", "", ""),
    field("spec/template/spec/containers/volumeMounts/mountPath", "Deployment", "", ""),
    field("spec/template/spec/initContainers/args", "Deployment", "", ""),
    field("spec/template/spec/initContainers/command", "Deployment", "", ""),
    field("spec/template/spec/initContainers/env/value", "Deployment", "", ""),
    field("spec/template/spec/initContainers/volumeMounts/mountPath", "Deployment", "", ""),
    field("spec/template/spec/volumes/nfs/server", "Deployment", "", ""),
    field("spec/template/metadata/annotations", "Deployment", "", ""),
    field("spec/template/spec/containers/args", "StatefulSet", "", ""),
    field("spec/template/spec/containers/command", "StatefulSet", "", ""),
    field("spec/template/spec/containers/env/value", "StatefulSet", "", ""),
    field("spec/template/spec/containers/volumeMounts/mountPath", "StatefulSet", "", ""),
    field("spec/template/spec/initContainers/args", "StatefulSet", "", ""),
    field("spec/template/spec/initContainers/command", "StatefulSet", "", ""),
    field("spec/template/spec/initContainers/env/value", "StatefulSet", "", ""),
    field("spec/template/spec/initContainers/volumeMounts/mountPath", "StatefulSet", "", ""),
    field("spec/volumeClaimTemplates/spec/nfs/server", "StatefulSet", "", ""),
    field("spec/jobTemplate/spec/template/spec/containers/args", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/containers/command", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/containers/env/value", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/initContainers/args", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/initContainers/command", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/initContainers/env/value", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath", "CronJob", "", ""),
    field("spec/jobTemplate/spec/template/volumes/nfs/server", "CronJob", "", ""),
    field("spec/template/spec/containers/args", "DaemonSet", "", ""),
    field("spec/template/spec/containers/command", "DaemonSet", "", ""),
    field("spec/template/spec/containers/env/value", "DaemonSet", "", ""),
    field("spec/template/spec/containers/volumeMounts/mountPath", "DaemonSet", "", ""),
    field("spec/template/spec/initContainers/args", "DaemonSet", "", ""),
    field("spec/template/spec/initContainers/command", "DaemonSet", "", ""),
    field("spec/template/spec/initContainers/env/value", "DaemonSet", "", ""),
    field("spec/template/spec/initContainers/volumeMounts/mountPath", "DaemonSet", "", ""),
    field("spec/template/spec/volumes/nfs/server", "DaemonSet", "", ""),
    field("spec/rules/host", "Ingress", "", ""),
    field("spec/tls/hosts", "Ingress", "", ""),
    field("spec/tls/secretName", "Ingress", "", ""),
    field("spec/template/spec/containers/args", "Job", "", ""),
    field("spec/template/spec/containers/command", "Job", "", ""),
    field("spec/template/spec/containers/env/value", "Job", "", ""),
    field("spec/template/spec/containers/volumeMounts/mountPath", "Job", "", ""),
    field("spec/template/spec/initContainers/args", "Job", "", ""),
    field("spec/template/spec/initContainers/command", "Job", "", ""),
    field("spec/template/spec/initContainers/env/value", "Job", "", ""),
    field("spec/template/spec/initContainers/volumeMounts/mountPath", "Job", "", ""),
    field("spec/template/spec/volumes/nfs/server", "Job", "", ""),
    field("spec/containers/args", "Pod", "", ""),
    field("spec/containers/command", "Pod", "", ""),
    field("spec/containers/env/value", "Pod", "", ""),
    field("spec/containers/volumeMounts/mountPath", "Pod", "", ""),
    field("spec/initContainers/args", "Pod", "", ""),
    field("spec/initContainers/command", "Pod", "", ""),
    field("spec/initContainers/env/value", "Pod", "", ""),
    field("spec/initContainers/volumeMounts/mountPath", "Pod", "", ""),
    field("spec/volumes/nfs/server", "Pod", "", ""),
    field("spec/template/spec/containers/args", "ReplicaSet", "", ""),
    field("spec/template/spec/containers/command", "ReplicaSet", "", ""),
    field("spec/template/spec/containers/env/value", "ReplicaSet", "", ""),
    field("spec/template/spec/containers/volumeMounts/mountPath", "ReplicaSet", "", ""),
    field("spec/template/spec/initContainers/args", "ReplicaSet", "", ""),
    field("spec/template/spec/initContainers/command", "ReplicaSet", "", ""),
    field("spec/template/spec/initContainers/env/value", "ReplicaSet", "", ""),
    field("spec/template/spec/initContainers/volumeMounts/mountPath", "ReplicaSet", "", ""),
    field("spec/template/spec/volumes/nfs/server", "ReplicaSet", "", ""),
    field("metadata/labels", "", "", ""),
    field("metadata/annotations", "", "", ""),
];

static NAME_REFERENCES: [NameReferences; 16] = [
    NameReferences {
        target: gvk("StorageClass", "storage.k8s.io", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/storageClassName", "PersistentVolume", "", ""),
            field("spec/storageClassName", "PersistentVolumeClaim", "", ""),
            field("spec/volumeClaimTemplates/spec/storageClassName", "StatefulSet", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("ServiceAccount", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("subjects", "RoleBinding", "rbac.authorization.k8s.io", ""),
            field("subjects", "ClusterRoleBinding", "rbac.authorization.k8s.io", ""),
            field("spec/serviceAccountName", "Pod", "", ""),
            field("spec/template/spec/serviceAccountName", "StatefulSet", "", ""),
            field("spec/template/spec/serviceAccountName", "Deployment", "", ""),
            field("spec/template/spec/serviceAccountName", "ReplicationController", "", ""),
            field("spec/jobTemplate/spec/template/spec/serviceAccountName", "CronJob", "", ""),
            field("spec/template/spec/serviceAccountName", "Job", "", ""),
            field("spec/template/spec/serviceAccountName", "DaemonSet", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("Role", "rbac.authorization.k8s.io", ""),
        referrers: Cow::Borrowed(&[
            field("roleRef/name", "RoleBinding", "rbac.authorization.k8s.io", ""),
        ]),
    },
    NameReferences {
        target: gvk("ClusterRole", "rbac.authorization.k8s.io", ""),
        referrers: Cow::Borrowed(&[
            field("roleRef/name", "RoleBinding", "rbac.authorization.k8s.io", ""),
            field("roleRef/name", "ClusterRoleBinding", "rbac.authorization.k8s.io", ""),
        ]),
    },
    NameReferences {
        target: gvk("ConfigMap", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/volumes/configMap/name", "Pod", "", "v1"),
            field("spec/containers/env/valueFrom/configMapKeyRef/name", "Pod", "", "v1"),
            field("spec/initContainers/env/valueFrom/configMapKeyRef/name", "Pod", "", "v1"),
            field("spec/containers/envFrom/configMapRef/name", "Pod", "", "v1"),
            field("spec/initContainers/envFrom/configMapRef/name", "Pod", "", "v1"),
            field("spec/volumes/projected/sources/configMap/name", "Pod", "", "v1"),
            field("template/spec/volumes/configMap/name", "PodTemplate", "", ""),
            field("template/spec/containers/env/valueFrom/configMapKeyRef/name", "PodTemplate", "", ""),
            field("template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "PodTemplate", "", ""),
            field("template/spec/containers/envFrom/configMapRef/name", "PodTemplate", "", ""),
            field("template/spec/initContainers/envFrom/configMapRef/name", "PodTemplate", "", ""),
            field("template/spec/volumes/projected/sources/configMap/name", "PodTemplate", "", ""),
            field("spec/template/spec/volumes/configMap/name", "Deployment", "", ""),
            field("spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "Deployment", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "Deployment", "", ""),
            field("spec/template/spec/containers/envFrom/configMapRef/name", "Deployment", "", ""),
            field("spec/template/spec/initContainers/envFrom/configMapRef/name", "Deployment", "", ""),
            field("spec/template/spec/volumes/projected/sources/configMap/name", "Deployment", "", ""),
            field("spec/template/spec/volumes/configMap/name", "ReplicaSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/containers/envFrom/configMapRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/configMapRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/configMap/name", "ReplicaSet", "", ""),
            field("spec/template/spec/volumes/configMap/name", "DaemonSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/containers/envFrom/configMapRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/configMapRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/configMap/name", "DaemonSet", "", ""),
            field("spec/template/spec/volumes/configMap/name", "StatefulSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/containers/envFrom/configMapRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/configMapRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/configMap/name", "StatefulSet", "", ""),
            field("spec/template/spec/volumes/configMap/name", "Job", "", ""),
            field("spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "Job", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "Job", "", ""),
            field("spec/template/spec/containers/envFrom/configMapRef/name", "Job", "", ""),
            field("spec/template/spec/initContainers/envFrom/configMapRef/name", "Job", "", ""),
            field("spec/template/spec/volumes/projected/sources/configMap/name", "Job", "", ""),
            field("spec/jobTemplate/spec/template/spec/volumes/configMap/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name", "CronJob", "", ""),
            field("spec/configSource/configMap", "Node", "", ""),
            field("rules/resourceNames", "Role", "", ""),
            field("rules/resourceNames", "ClusterRole", "", ""),
            field(r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap", "Ingress", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("Secret", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/volumes/secret/secretName", "Pod", "", "v1"),
            field("spec/containers/env/valueFrom/secretKeyRef/name", "Pod", "", "v1"),
            field("spec/initContainers/env/valueFrom/secretKeyRef/name", "Pod", "", "v1"),
            field("spec/containers/envFrom/secretRef/name", "Pod", "", "v1"),
            field("spec/initContainers/envFrom/secretRef/name", "Pod", "", "v1"),
            field("spec/imagePullSecrets/name", "Pod", "", "v1"),
            field("spec/volumes/projected/sources/secret/name", "Pod", "", "v1"),
            field("template/spec/volumes/secret/secretName", "PodTemplate", "", ""),
            field("template/spec/containers/env/valueFrom/secretKeyRef/name", "PodTemplate", "", ""),
            field("template/spec/initContainers/env/valueFrom/secretKeyRef/name", "PodTemplate", "", ""),
            field("template/spec/containers/envFrom/secretRef/name", "PodTemplate", "", ""),
            field("template/spec/initContainers/envFrom/secretRef/name", "PodTemplate", "", ""),
            field("template/spec/imagePullSecrets/name", "PodTemplate", "", ""),
            field("template/spec/volumes/projected/sources/secret/name", "PodTemplate", "", ""),
            field("spec/template/spec/volumes/secret/secretName", "Deployment", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "Deployment", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "Deployment", "", ""),
            field("spec/template/spec/containers/envFrom/secretRef/name", "Deployment", "", ""),
            field("spec/template/spec/initContainers/envFrom/secretRef/name", "Deployment", "", ""),
            field("spec/template/spec/imagePullSecrets/name", "Deployment", "", ""),
            field("spec/template/spec/volumes/projected/sources/secret/name", "Deployment", "", ""),
            field("spec/template/spec/volumes/secret/secretName", "ReplicaSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/containers/envFrom/secretRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/secretRef/name", "ReplicaSet", "", ""),
            field("spec/template/spec/imagePullSecrets/name", "ReplicaSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/secret/name", "ReplicaSet", "", ""),
            field("spec/template/spec/volumes/secret/secretName", "DaemonSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/containers/envFrom/secretRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/secretRef/name", "DaemonSet", "", ""),
            field("spec/template/spec/imagePullSecrets/name", "DaemonSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/secret/name", "DaemonSet", "", ""),
            field("spec/template/spec/volumes/secret/secretName", "StatefulSet", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/containers/envFrom/secretRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/initContainers/envFrom/secretRef/name", "StatefulSet", "", ""),
            field("spec/template/spec/imagePullSecrets/name", "StatefulSet", "", ""),
            field("spec/template/spec/volumes/projected/sources/secret/name", "StatefulSet", "", ""),
            field("spec/template/spec/volumes/secret/secretName", "Job", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "Job", "", ""),
            field("spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "Job", "", ""),
            field("spec/template/spec/containers/envFrom/secretRef/name", "Job", "", ""),
            field("spec/template/spec/initContainers/envFrom/secretRef/name", "Job", "", ""),
            field("spec/template/spec/imagePullSecrets/name", "Job", "", ""),
            field("spec/template/spec/volumes/projected/sources/secret/name", "Job", "", ""),
            field("spec/jobTemplate/spec/template/spec/volumes/secret/secretName", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name", "CronJob", "", ""),
            field("spec/jobTemplate/spec/template/spec/imagePullSecrets/name", "CronJob", "", ""),
            field("spec/tls/secretName", "Ingress", "", ""),
            field(r"metadata/annotations/ingress.kubernetes.io\/auth-secret", "Ingress", "", ""),
            field(r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret", "Ingress", "", ""),
            field(r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret", "Ingress", "", ""),
            field("spec/tls/secretName", "Ingress", "", ""),
            field("imagePullSecrets/name", "ServiceAccount", "", ""),
            field("parameters/secretName", "StorageClass", "", ""),
            field("parameters/adminSecretName", "StorageClass", "", ""),
            field("parameters/userSecretName", "StorageClass", "", ""),
            field("parameters/secretRef", "StorageClass", "", ""),
            field("rules/resourceNames", "Role", "", ""),
            field("rules/resourceNames", "ClusterRole", "", ""),
            field("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "Service", "serving.knative.dev", "v1"),
            field("spec/azureFile/secretName", "PersistentVolume", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("Service", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/serviceName", "StatefulSet", "apps", ""),
            field("spec/rules/http/paths/backend/serviceName", "Ingress", "", ""),
            field("spec/backend/serviceName", "Ingress", "", ""),
            field("spec/rules/http/paths/backend/service/name", "Ingress", "", ""),
            field("spec/defaultBackend/service/name", "Ingress", "", ""),
            field("spec/service/name", "APIService", "apiregistration.k8s.io", ""),
            field("webhooks/clientConfig/service", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io", ""),
            field("webhooks/clientConfig/service", "MutatingWebhookConfiguration", "admissionregistration.k8s.io", ""),
        ]),
    },
    NameReferences {
        target: gvk("PriorityClass", "scheduling.k8s.io", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/priorityClassName", "Pod", "", ""),
            field("spec/template/spec/priorityClassName", "StatefulSet", "", ""),
            field("spec/template/spec/priorityClassName", "Deployment", "", ""),
            field("spec/template/spec/priorityClassName", "ReplicationController", "", ""),
            field("spec/jobTemplate/spec/template/spec/priorityClassName", "CronJob", "", ""),
            field("spec/template/spec/priorityClassName", "Job", "", ""),
            field("spec/template/spec/priorityClassName", "DaemonSet", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("PersistentVolume", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/volumeName", "PersistentVolumeClaim", "", ""),
            field("rules/resourceNames", "ClusterRole", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("PersistentVolumeClaim", "", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/volumes/persistentVolumeClaim/claimName", "Pod", "", ""),
            field("spec/template/spec/volumes/persistentVolumeClaim/claimName", "StatefulSet", "", ""),
            field("spec/template/spec/volumes/persistentVolumeClaim/claimName", "Deployment", "", ""),
            field("spec/template/spec/volumes/persistentVolumeClaim/claimName", "ReplicationController", "", ""),
            field("spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName", "CronJob", "", ""),
            field("spec/template/spec/volumes/persistentVolumeClaim/claimName", "Job", "", ""),
            field("spec/template/spec/volumes/persistentVolumeClaim/claimName", "DaemonSet", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("Deployment", "", ""),
        referrers: Cow::Borrowed(&[
            field("spec/scaleTargetRef/name", "HorizontalPodAutoscaler", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("StatefulSet", "", ""),
        referrers: Cow::Borrowed(&[
            field("spec/scaleTargetRef/name", "HorizontalPodAutoscaler", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("ValidatingAdmissionPolicy", "admissionregistration.k8s.io", ""),
        referrers: Cow::Borrowed(&[
            field("spec/policyName", "ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io", ""),
        ]),
    },
    NameReferences {
        target: gvk("IngressClass", "networking.k8s.io/v1", "v1"),
        referrers: Cow::Borrowed(&[
            field("spec/ingressClassName", "Ingress", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("ReplicaSet", "", ""),
        referrers: Cow::Borrowed(&[
            field("spec/scaleTargetRef/name", "HorizontalPodAutoscaler", "", ""),
        ]),
    },
    NameReferences {
        target: gvk("ReplicationController", "", ""),
        referrers: Cow::Borrowed(&[
            field("spec/scaleTargetRef/name", "HorizontalPodAutoscaler", "", ""),
        ]),
    },
];
