//! What the server does with each kind beyond its schema: defaults, rules, and
//! what an update may not change. One module per family of kinds.

pub(crate) mod autoscaling;
pub(crate) mod certificates;
pub(crate) mod config;
mod coordination;
mod disruption;
mod expressions;
pub(crate) mod extension;
pub(crate) mod flowcontrol;
mod migration;
pub mod network;
mod node;
pub(crate) mod pods;
pub(crate) mod rbac;
pub(crate) mod resource;
mod scheduling;
pub(crate) mod storage;
mod workloads;

use std::sync::OnceLock;

use crate::errors::Errors;
use crate::slots::{Slots, is_same};
use crate::value::Value;

/// The server's treatment of one kind, as its registry strategy has it
/// (`kubernetes` `pkg/registry`, `pkg/apis/*/validation` and `*/defaults.go`).
///
/// The functions see decoded objects: unknown fields are gone, every field has
/// the type of its schema, fields without `omitempty` may be absent.
#[derive(Clone, Copy)]
pub struct Strategy {
    /// The API group, `""` for the core.
    pub group: &'static str,
    /// The version these defaults and rules are for.
    pub version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Fills in what the manifest leaves out.
    pub default: fn(&mut Value),
    /// What the server drops or sets before it validates a new object.
    pub prepare_create: fn(&mut Value),
    /// What it takes over from the stored object before it validates an update:
    /// the new object, then the stored one.
    pub prepare_update: fn(&mut Value, &Value),
    /// The rules for a new object.
    pub validate: fn(&Value, &mut Errors),
    /// The rules for a changed object, `validate` included where upstream does:
    /// the new object, then the stored one.
    pub validate_update: fn(&Value, &Value, &mut Errors),
    /// What the server warns of, in its order.
    pub warnings: fn(&Value) -> Vec<String>,
}

impl Strategy {
    /// A kind that has neither defaults nor rules of its own.
    pub const fn plain(group: &'static str, version: &'static str, kind: &'static str) -> Self {
        Self {
            group,
            version,
            kind,
            default: |_| {},
            prepare_create: |_| {},
            prepare_update: |_, _| {},
            validate: |_, _| {},
            validate_update: |_, _, _| {},
            warnings: |_| Vec::new(),
        }
    }

    /// The strategy of a kind; none where the server has rules that are not
    /// written here.
    pub fn of(group: &str, version: &str, kind: &str) -> Option<&'static Self> {
        static BY_NAME: OnceLock<(Vec<&Strategy>, Slots)> = OnceLock::new();
        let (all, slots) = BY_NAME.get_or_init(|| {
            let all: Vec<&Strategy> = FAMILIES.iter().copied().flatten().collect();
            let slots = Slots::of(all.iter().map(|it| it.kind));
            (all, slots)
        });
        let is_meant = |it: &Self| is_same(it.kind, kind) && it.group == group && it.version == version;
        slots.find(kind, |at| is_meant(all[at])).map(|at| all[at])
    }
}

/// Every kind, by family.
#[rustfmt::skip]
const FAMILIES: &[&[Strategy]] = &[
    autoscaling::KINDS,
    certificates::KINDS,
    config::KINDS,
    coordination::KINDS,
    disruption::KINDS,
    extension::KINDS,
    flowcontrol::KINDS,
    migration::KINDS,
    network::KINDS,
    node::KINDS,
    pods::KINDS,
    rbac::KINDS,
    resource::KINDS,
    scheduling::KINDS,
    storage::KINDS,
    workloads::KINDS,
];

/// Kinds that servers have and whose rules are not written here, by API version.
pub const WITHOUT_RULES: &[(&str, &str)] = &[
    // Gone since 1.22 and 1.25.
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    ("policy/v1beta1", "PodSecurityPolicy"),
    ("extensions/v1beta1", "PodSecurityPolicy"),
    // Newer than the rules.
    ("resource.k8s.io/v1", "DeviceTaintRule"),
    // Questions, which are answered and not stored.
    ("v1", "Binding"),
    ("v1", "ComponentStatus"),
    ("v1", "EphemeralContainers"),
    ("v1", "Status"),
    ("authentication.k8s.io/v1", "SelfSubjectReview"),
    ("authentication.k8s.io/v1", "TokenRequest"),
    ("authentication.k8s.io/v1", "TokenReview"),
    ("authentication.k8s.io/v1beta1", "TokenReview"),
    ("authorization.k8s.io/v1", "LocalSubjectAccessReview"),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"),
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview"),
    ("authorization.k8s.io/v1", "SubjectAccessReview"),
    ("authorization.k8s.io/v1beta1", "LocalSubjectAccessReview"),
    ("authorization.k8s.io/v1beta1", "SelfSubjectAccessReview"),
    ("authorization.k8s.io/v1beta1", "SelfSubjectRulesReview"),
    ("authorization.k8s.io/v1beta1", "SubjectAccessReview"),
    ("autoscaling/v1", "Scale"),
    ("policy/v1", "Eviction"),
    ("policy/v1beta1", "Eviction"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::table::{Kind, Table};

    #[test]
    fn every_kind_that_some_minor_serves_has_rules_or_is_listed() {
        let tables = || Table::minors().filter_map(Table::of);
        let served = |table: &'static Table| table.kinds().filter(|it| it.is_served(table.minor()));
        let has_none = |kind: &&Kind| Strategy::of(kind.group, kind.version, kind.kind).is_none();
        let without: BTreeSet<_> = tables()
            .flat_map(served)
            .filter(|it| !it.is_list())
            .filter(has_none)
            .map(|it| (it.api_version(), it.kind))
            .collect();
        let unlisted: Vec<_> =
            without.iter().filter(|(version, kind)| !WITHOUT_RULES.contains(&(version, kind))).collect();
        assert!(unlisted.is_empty(), "{unlisted:?}");
        let stale = |(version, kind): &&(&str, &str)| !without.contains(&((*version).to_owned(), *kind));
        assert_eq!(WITHOUT_RULES.iter().find(stale), None);
    }
}
