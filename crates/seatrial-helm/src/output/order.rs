//! The order in which Helm installs kinds.

use std::cmp::Ordering;

use crate::versions::Switches;

const INSTALL: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Known kinds in their order, then the others by name.
pub(super) fn compare(left: &str, right: &str, switches: &Switches) -> Ordering {
    let known = if switches.webhooks_last { &INSTALL[..] } else { &INSTALL[..36] };
    let known = if switches.priorities_first { known } else { &known[1..] };
    let place = |kind: &str| known.iter().position(|it| *it == kind);
    match (place(left), place(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::HelmVersion;

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let sorted = |version: HelmVersion| {
            let switches = version.switches();
            let mut kinds =
                ["Widget", "Deployment", "ValidatingWebhookConfiguration", "Alert", "Namespace", "Service"];
            kinds.sort_by(|left, right| compare(left, right, &switches));
            kinds
        };
        assert_eq!(
            sorted(HelmVersion::V4_3),
            ["Namespace", "Service", "Deployment", "ValidatingWebhookConfiguration", "Alert", "Widget"]
        );
        assert_eq!(
            sorted(HelmVersion::V3_22),
            ["Namespace", "Service", "Deployment", "Alert", "ValidatingWebhookConfiguration", "Widget"]
        );
    }
}
