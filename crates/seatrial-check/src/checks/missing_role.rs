//! A binding grants a role that is not defined.
//!
//! ## Why
//! A binding to a role that does not exist grants nothing: every request is `forbidden`.
//! The binding is accepted, and its `roleRef` cannot be changed afterwards. Often the
//! role is there with the other kind, a Role for a `ClusterRole`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader, namespace: shop}
//! rules: []
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: readers, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader, namespace: shop}
//! rules: []
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: readers, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Link, Object};
use seatrial_yaml::FieldPath;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-role",
        title: "A binding grants a role that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.roleref"],
        page: include_str!("missing_role.rs"),
    },
    run,
};

/// Roles that every cluster of `OpenShift` has.
const OPENSHIFT: [&str; 20] = [
    "alert-routing-edit",
    "basic-user",
    "cluster-debugger",
    "cluster-monitoring-operator",
    "cluster-monitoring-view",
    "cluster-reader",
    "cluster-status",
    "monitoring-edit",
    "monitoring-rules-edit",
    "monitoring-rules-view",
    "registry-admin",
    "registry-editor",
    "registry-monitoring",
    "registry-viewer",
    "self-access-reviewer",
    "self-provisioner",
    "storage-admin",
    "sudoer",
    "user-workload-monitoring-config-edit",
    "view-user-workload-monitoring",
];

/// Whether a role comes with `OpenShift`, and the tree is for it.
fn is_of_openshift(context: &Context<'_>, link: &Link) -> bool {
    let is_known = link.name().is_some_and(|it| OPENSHIFT.contains(&it) || it.starts_with("openshift-"));
    let is_own = |it: &Object| it.group().ends_with("openshift.io");
    is_known && is_to(link, GROUP, "ClusterRole") && context.world().repository.objects().any(is_own)
}

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, |_, link| link.relation == Relation::Role) {
        // That a binding for the whole cluster grants no Role is told as such.
        let is_refused = it.object.kind() == "ClusterRoleBinding" && is_to(it.link, GROUP, "Role");
        if is_of_openshift(context, it.link) || !is_role(it.link) || is_refused {
            continue;
        }
        let notice = it.notice(&CHECK.info, "grants", "the binding grants nothing", Severity::Error);
        let wanted = if is_to(it.link, GROUP, "ClusterRole") { "Role" } else { "ClusterRole" };
        report.add(match it.namesake(GROUP, wanted) {
            Some(other) => of_other_kind(notice, it.object, other),
            None => notice,
        });
    }
}

const GROUP: &str = "rbac.authorization.k8s.io";

/// Whether a role is referred to: another kind or group is told as such.
fn is_role(link: &Link) -> bool {
    is_to(link, GROUP, "Role") || is_to(link, GROUP, "ClusterRole")
}

/// A role of the name is there, with the other kind: that proves the mistake.
fn of_other_kind(notice: Notice, binding: &Object, role: &Object) -> Notice {
    let at = binding.location(FieldPath::root().key("roleRef").key("kind"));
    let title = role.title();
    let notice = notice.severity(Severity::Error).related(
        role.location(FieldPath::root()),
        Role::Definition,
        format!("{title} is here"),
    );
    // A Role cannot be granted for the whole cluster.
    if binding.kind() == "ClusterRoleBinding" {
        return notice.help(format!("make {title} a ClusterRole, or bind it with a RoleBinding"));
    }
    notice
        .help(format!("set `kind: {}`", role.kind()))
        .change(Change::Set { at, content: Content::Text(role.kind().to_owned()) })
}
