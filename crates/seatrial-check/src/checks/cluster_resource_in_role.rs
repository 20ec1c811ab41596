//! A Role names a resource that lives outside namespaces.
//!
//! ## Why
//! A Role allows what happens inside its own namespace. Nodes, volumes, storage
//! classes or token reviews are in no namespace, so that the rule is never asked
//! and every request is `forbidden`. They need a `ClusterRole`, bound with a
//! `ClusterRoleBinding`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: inspector, namespace: shop}
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, nodes]
//!     verbs: [get, list]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: inspector}
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, nodes]
//!     verbs: [get, list]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::rbac::{GROUP, Rule, base, is_whole, resource, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "cluster-resource-in-role",
        title: "A Role names a resource that lives outside namespaces",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.scope"],
        page: include_str!("cluster_resource_in_role.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let cluster_roles: Vec<&Object> = context.of_kind(GROUP, "ClusterRole").collect();
    for role in context.of_kind(GROUP, "Role") {
        for rule in rules(role) {
            for field in rule.resources() {
                report.add_some(judge(role, &rule, &field, &cluster_roles));
            }
        }
    }
}

fn judge(role: &Object, rule: &Rule<'_>, field: &Field<'_>, cluster_roles: &[&Object]) -> Option<Notice> {
    let written = field.as_str()?;
    let mut meant = rule.groups().filter_map(|group| resource(group, base(written)));
    let first = meant.next().filter(|it| !it.is_namespaced)?;
    if meant.any(|it| it.is_namespaced) || !rule.groups().all(is_whole) || is_own_namespace(rule, written) {
        return None;
    }
    let title = role.title();
    let message = format!("{title} names `{written}`, which are in no namespace");
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .help("name them in a ClusterRole, and bind that with a ClusterRoleBinding");
    let is_covered = cluster_roles
        .iter()
        .any(|it| rules(it).any(|it| it.has("apiGroups", &[first.group]) && it.has("resources", &[written])));
    Some(if is_covered {
        notice.severity(Severity::Info).because("a ClusterRole beside it names them, too")
    } else {
        notice
    })
}

/// A request for one namespace by its name counts as inside that namespace.
fn is_own_namespace(rule: &Rule<'_>, written: &str) -> bool {
    base(written) == "namespaces" && rule.has("verbs", &["get", "update", "patch", "delete"])
}
