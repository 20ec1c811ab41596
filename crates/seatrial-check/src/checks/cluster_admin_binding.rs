//! A binding grants `cluster-admin`.
//!
//! ## Why
//! The role allows everything in every namespace, now and in versions to come, and
//! `kubectl auth can-i` no longer tells what is needed. A program that is given
//! it hands the cluster to whoever gets hold of its token.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata: {name: runner}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
//! subjects: [{kind: ServiceAccount, name: runner, namespace: ci}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: runner, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
//! subjects: [{kind: ServiceAccount, name: runner, namespace: ci}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::rbac::GROUP;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "cluster-admin-binding",
        title: "A binding grants `cluster-admin`",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Strict,
        families: &["rbac.cluster-admin"],
        page: include_str!("cluster_admin_binding.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for binding in ["RoleBinding", "ClusterRoleBinding"].into_iter().flat_map(|it| context.of_kind(GROUP, it))
    {
        let Some(role) = Field::root(binding).key("roleRef") else { continue };
        if role.text("kind") != Some("ClusterRole") || role.text("name") != Some("cluster-admin") {
            continue;
        }
        let notice =
            Notice::new(&CHECK.info, role.at("name"), format!("{} grants `cluster-admin`", binding.title()));
        let notice = notice.help("grant a role that lists what is needed");
        report.add(match binding.kind() {
            "RoleBinding" => notice.severity(Severity::Info).because("inside its namespace only"),
            _ => notice,
        });
    }
}
