//! A powerful role is granted to accounts that anybody has.
//!
//! ## Why
//! Every pod without an account of its own runs as `default`. Whoever gets into one
//! of them, through any hole of any application, has what is granted to it; with
//! `cluster-admin` that is the cluster. The groups `system:serviceaccounts` and
//! `system:authenticated` hold every pod, and `system:unauthenticated` everybody
//! who reaches the API server.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata: {name: default-admin}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
//! subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: deployer, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
//! subjects: [{kind: ServiceAccount, name: deployer, namespace: shop}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Field, Object};

use crate::rbac::{GROUP, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "admin-rights-for-everyone",
        title: "A powerful role is granted to accounts that anybody has",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.everyone"],
        page: include_str!("admin_rights_for_everyone.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for binding in ["RoleBinding", "ClusterRoleBinding"].into_iter().flat_map(|it| context.of_kind(GROUP, it))
    {
        let Some(power) = power(context, binding) else { continue };
        for subject in Field::root(binding).list("subjects") {
            report.add_some(judge(binding, &subject, power));
        }
    }
}

/// What a binding gives away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Power {
    /// Everything, everywhere.
    Cluster,
    /// Whatever can be written in a namespace.
    Namespace,
}

fn power(context: &Context<'_>, binding: &Object) -> Option<Power> {
    let role = Field::root(binding).key("roleRef")?;
    let is_cluster_wide = binding.kind() == "ClusterRoleBinding";
    let is_everything = match (role.text("kind")?, role.text("name")?) {
        ("ClusterRole", "cluster-admin") => true,
        ("ClusterRole", "admin" | "edit") => false,
        _ if grants_everything(context, binding) => true,
        _ => return None,
    };
    Some(if is_everything && is_cluster_wide { Power::Cluster } else { Power::Namespace })
}

/// Whether the role stands in the tree and allows everything.
fn grants_everything(context: &Context<'_>, binding: &Object) -> bool {
    let roles = context.links_of(binding).iter().filter(|it| it.relation == Relation::Role);
    let objects = roles.flat_map(|it| it.resolution.places());
    let mut objects = objects.map(|place| context.world().repository.object(*place));
    objects.any(|it| rules(it).any(|rule| rule.is_everything()))
}

fn judge(binding: &Object, subject: &Field<'_>, power: Power) -> Option<Notice> {
    let name = subject.text("name")?;
    let (who, outcome) = match subject.text("kind")? {
        "ServiceAccount" if name == "default" && power == Power::Cluster => (
            "ServiceAccount `default`".to_owned(),
            "every pod of that namespace without an account runs as it",
        ),
        "Group" if is_everyone(name) => (format!("Group `{name}`"), group_outcome(name)),
        "User" if name == "system:anonymous" => {
            (format!("User `{name}`"), "it stands for everybody who gives no name")
        }
        _ => return None,
    };
    let role = Field::root(binding).keys(&["roleRef", "name"]).and_then(|it| it.as_str()).unwrap_or_default();
    let message = format!("{} grants `{role}` to {who}", binding.title());
    let help = "grant it to a service account made for what needs it, and no more than that needs";
    Some(Notice::new(&CHECK.info, subject.at("name"), message).because(outcome).help(help))
}

fn is_everyone(group: &str) -> bool {
    matches!(group, "system:authenticated" | "system:unauthenticated" | "system:serviceaccounts")
}

fn group_outcome(group: &str) -> &'static str {
    match group {
        "system:serviceaccounts" => "every pod of the cluster is in it",
        "system:authenticated" => "every user and every pod of the cluster is in it",
        _ => "everybody who reaches the API server is in it",
    }
}
