//! A binding of a role is refused.
//!
//! ## Why
//! The API server refuses a binding whose `roleRef` is no Role or `ClusterRole`, whose
//! subject is no `ServiceAccount`, User or Group, or that lacks a name. A service account
//! has no `apiGroup`; users, groups and roles have `rbac.authorization.k8s.io`. A
//! `ClusterRoleBinding` cannot grant a Role, which lives in one namespace.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: readers, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
//! subjects:
//!   - {apiGroup: rbac.authorization.k8s.io, kind: ServiceAccount, name: web, namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: readers, namespace: shop}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
//! subjects:
//!   - {kind: ServiceAccount, name: web, namespace: shop}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;
use crate::rbac::GROUP;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-role-binding",
        title: "A binding of a role is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.roleref"],
        page: include_str!("invalid_role_binding.rs"),
    },
    run,
};

const SUBJECTS: &[&str] = &["ServiceAccount", "User", "Group"];

fn run(context: &Context<'_>, report: &mut Report) {
    let roles: FxHashSet<&str> = context.of_kind(GROUP, "ClusterRole").map(Object::name).collect();
    for binding in ["RoleBinding", "ClusterRoleBinding"].into_iter().flat_map(|it| context.of_kind(GROUP, it))
    {
        let root = Field::root(binding);
        match root.key("roleRef").filter(|it| it.node().is_mapping()) {
            Some(role) => report.add_some(of_role(&roles, binding, &role)),
            // Without subjects either, it is a patch of another.
            None if root.key("subjects").is_none() => {}
            None => {
                let message = format!("{} grants no role", binding.title());
                report.add(Notice::new(&CHECK.info, root.at("roleRef"), message).help("add a `roleRef`"));
            }
        }
        for subject in root.list("subjects").filter(|it| it.node().is_mapping()) {
            report.add_some(of_subject(binding, &subject));
        }
    }
}

/// `roles` are the names of all `ClusterRole` objects.
fn of_role(roles: &FxHashSet<&str>, binding: &Object, role: &Field<'_>) -> Option<Notice> {
    let kinds: &[&str] =
        if binding.kind() == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    let is_there = || role.text("name").is_some_and(|it| roles.contains(it));
    of_kind(binding, role, kinds, "grants a role")
        .map(|notice| match (kinds, role.key("kind")) {
            ([only], Some(kind)) if is_there() => {
                let content = Content::Text((*only).to_owned());
                notice.help(format!("write `{only}`")).change(Change::Set { at: kind.location(), content })
            }
            _ => notice,
        })
        .or_else(|| of_group(binding, role, GROUP, "its role"))
        .or_else(|| of_name(binding, role, "grants a role"))
}

fn of_subject(binding: &Object, subject: &Field<'_>) -> Option<Notice> {
    let group = if subject.text("kind") == Some("ServiceAccount") { "" } else { GROUP };
    of_kind(binding, subject, SUBJECTS, "has a subject")
        .or_else(|| of_group(binding, subject, group, "its subject"))
        .or_else(|| of_name(binding, subject, "has a subject"))
}

fn of_kind(binding: &Object, field: &Field<'_>, kinds: &[&str], acts: &str) -> Option<Notice> {
    let written = field.text("kind").unwrap_or_default();
    if kinds.contains(&written) || is_filled_in_later(written) {
        return None;
    }
    let (title, at) = (binding.title(), field.at("kind"));
    let notice = if written.is_empty() {
        Notice::new(&CHECK.info, at.clone(), format!("{title} {acts} without a `kind`"))
    } else {
        Notice::new(&CHECK.info, at.clone(), format!("{title} {acts} of kind `{written}`, which cannot be"))
    };
    let notice = notice.help(format!("the kind is one of {}", kinds.join(", ")));
    let near = kinds.iter().find(|it| it.eq_ignore_ascii_case(written) && field.key("kind").is_some());
    Some(match near {
        Some(near) => notice.change(Change::Set { at, content: Content::Text((*near).to_owned()) }),
        None => notice,
    })
}

/// An absent or empty group is filled in by the server.
fn of_group(binding: &Object, field: &Field<'_>, wanted: &str, what: &str) -> Option<Notice> {
    let group = field.key("apiGroup")?;
    let written = group.as_str().filter(|it| !it.is_empty() && *it != wanted && !is_filled_in_later(it))?;
    let message = format!("{} gives {what} the API group `{written}`", binding.title());
    let notice = Notice::new(&CHECK.info, group.location(), message);
    Some(if wanted.is_empty() {
        let help = "leave `apiGroup` out: service accounts are in the core group";
        notice.help(help).change(Change::Remove { at: group.location() })
    } else {
        let content = Content::Text(wanted.to_owned());
        notice.help(format!("write `{wanted}`")).change(Change::Set { at: group.location(), content })
    })
}

fn of_name(binding: &Object, field: &Field<'_>, acts: &str) -> Option<Notice> {
    let name = field.key("name").filter(|it| !it.node().is_null());
    let is_absent = name.is_none_or(|it| it.as_str() == Some(""));
    is_absent.then(|| {
        let message = format!("{} {acts} without a `name`", binding.title());
        Notice::new(&CHECK.info, field.at("name"), message).help("add the name")
    })
}
