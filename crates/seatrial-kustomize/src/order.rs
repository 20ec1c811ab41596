//! The order of a build's objects (`SortOrderTransformer`, api v0.21.2).

use crate::id::{Gvk, ResourceId};
use crate::resource::Resource;

/// Kinds that stand first.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that stand last.
pub(crate) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// How a build sorts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As read.
    Fifo,
    /// By kind, Kustomize's own lists of kinds.
    #[default]
    Legacy,
    /// By kind, with these lists.
    Listed {
        /// Kinds that stand first.
        first: Vec<String>,
        /// Kinds that stand last.
        last: Vec<String>,
    },
}

/// A kind's place by Kustomize's own lists; 0 between them.
pub(crate) fn rank(kind: &str) -> i32 {
    rank_in(kind, FIRST.as_slice(), LAST.as_slice())
}

fn rank_in<S: AsRef<str>>(kind: &str, first: &[S], last: &[S]) -> i32 {
    let place = |list: &[S]| list.iter().rposition(|it| it.as_ref() == kind).map(index);
    place(last).map(|at| at + 1).or_else(|| place(first).map(|at| at - index(first.len()))).unwrap_or(0)
}

/// The lists are short.
fn index(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}

pub(crate) fn sort(resources: &mut [Resource], order: &Order) {
    let rank = |id: &ResourceId| match order {
        Order::Fifo => 0,
        Order::Legacy => rank(&id.gvk.kind),
        Order::Listed { first, last } => rank_in(&id.gvk.kind, first, last),
    };
    if *order == Order::Fifo {
        return;
    }
    resources.sort_by_cached_key(|resource| {
        let id = resource.id();
        (rank(&id), kind_key(&id.gvk), id_key(&id))
    });
}

/// Among Namespaces, those of the core come last.
fn kind_key(gvk: &Gvk) -> (bool, String) {
    (gvk.kind == "Namespace" && gvk.group.is_empty(), gvk.sort_text())
}

fn id_key(id: &ResourceId) -> String {
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    [id.gvk.to_string(), or(&id.namespace, "~X"), or(&id.name, "~N")].join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_in_three_groups() {
        assert!(rank("Namespace") < rank("Deployment"));
        assert!(rank("PodDisruptionBudget") < rank("Ingress"));
        assert!(rank("Ingress") < rank("ValidatingWebhookConfiguration"));
    }
}
