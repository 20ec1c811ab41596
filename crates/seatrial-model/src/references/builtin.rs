//! Objects that every cluster has.

use crate::references::labels::Labelled;
use crate::references::{Kinds, Scope};
use crate::{LabelSelector, Operator, Requirement};

/// Whether every cluster has an object of this kind and name, in this
/// namespace where one is written.
pub(super) fn is_built_in(kinds: &Kinds, scope: &Scope, namespace: Option<&str>, name: &str) -> bool {
    let namespace = match scope {
        Scope::Named(name) => Some(name.as_str()),
        Scope::Same => namespace,
        _ => None,
    };
    let in_namespace = |wanted: &str| namespace.is_none_or(|it| it == wanted);
    let system = name.starts_with("system:");
    OBJECTS.iter().any(|(group, kind, names)| kinds.include(group, kind) && names.contains(&name))
        || (system && kinds.include("rbac.authorization.k8s.io", "ClusterRole"))
        || (system && in_namespace("kube-system") && kinds.include("rbac.authorization.k8s.io", "Role"))
        || (kinds.include("", "Service") && is_built_in_service(name, namespace))
        || (kinds.include("", "ConfigMap") && is_built_in_config(name, namespace))
        || (kinds.include("", "ServiceAccount") && namespace == Some("kube-system") && is_controller(name))
}

/// The accounts of the controller manager's parts.
fn is_controller(name: &str) -> bool {
    let others = [
        "horizontal-pod-autoscaler",
        "generic-garbage-collector",
        "pod-garbage-collector",
        "persistent-volume-binder",
    ];
    name.ends_with("-controller") || others.contains(&name)
}

/// Whether a selector picks what runs in every cluster's `kube-system`, or the
/// Service of the API server.
pub(super) fn selects_built_in(labelled: Labelled, selector: &LabelSelector) -> bool {
    let labels: &[(&str, &[&str])] = match labelled {
        Labelled::Pods => &[("k8s-app", PARTS), ("component", PARTS)],
        Labelled::Services => &[
            ("component", &["apiserver"]),
            ("k8s-app", &["kube-dns", "kubelet"]),
            ("app.kubernetes.io/name", &["kubelet"]),
        ],
    };
    let picks = |it: &Requirement| {
        let mut values = labels.iter().filter(|label| label.0 == it.key).flat_map(|label| label.1);
        it.operator == Operator::In && values.any(|value| it.values.iter().any(|it| it == value))
    };
    selector.requirements.iter().any(picks)
}

const PARTS: &[&str] =
    &["kube-dns", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"];

const OBJECTS: &[(&str, &str, &[&str])] = &[
    ("", "Namespace", &["default", "kube-system", "kube-public", "kube-node-lease"]),
    ("", "ServiceAccount", &["default"]),
    // What Istio and OpenShift put into every namespace comes and goes with them.
    ("", "ConfigMap", &["kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"]),
    // What `flux bootstrap` leaves behind.
    ("source.toolkit.fluxcd.io", "GitRepository", &["flux-system"]),
    ("source.toolkit.fluxcd.io", "OCIRepository", &["flux-system"]),
    ("kustomize.toolkit.fluxcd.io", "Kustomization", &["flux-system"]),
    ("rbac.authorization.k8s.io", "ClusterRole", &["cluster-admin", "admin", "edit", "view"]),
    ("rbac.authorization.k8s.io", "Role", &["extension-apiserver-authentication-reader"]),
    ("argoproj.io", "AppProject", &["default"]),
    ("scheduling.k8s.io", "PriorityClass", &["system-cluster-critical", "system-node-critical"]),
];

fn is_built_in_service(name: &str, namespace: Option<&str>) -> bool {
    match name {
        "kubernetes" => namespace.is_none_or(|it| it == "default"),
        "kube-dns" => namespace == Some("kube-system"),
        _ => false,
    }
}

fn is_built_in_config(name: &str, namespace: Option<&str>) -> bool {
    let system = ["extension-apiserver-authentication", "coredns", "kube-proxy", "kubeadm-config"];
    namespace == Some("kube-system") && system.contains(&name)
}
