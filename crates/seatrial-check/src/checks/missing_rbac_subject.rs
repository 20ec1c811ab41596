//! A binding grants a role to a service account that is not there.
//!
//! ## Why
//! A subject is a name and nothing more: the API server does not look whether the account
//! exists. With a wrong name or namespace the role is granted to nobody, and whoever
//! needs it is answered `forbidden`. In a `ClusterRoleBinding` the namespace of a service
//! account must be written, else the object is refused.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: reflector, namespace: networking}
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: reflector, namespace: media}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
//! subjects: [{kind: ServiceAccount, name: reflector, namespace: media}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: reflector, namespace: networking}
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata: {name: reflector, namespace: media}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
//! subjects: [{kind: ServiceAccount, name: reflector, namespace: networking}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::references::{Relation, Scope};
use seatrial_model::{Field, Link, Object};

use crate::missing::missing;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-rbac-subject",
        title: "A binding grants a role to a service account that is not there",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.subject-namespace"],
        page: include_str!("missing_rbac_subject.rs"),
    },
    run,
};

const GROUP: &str = "rbac.authorization.k8s.io";

fn run(context: &Context<'_>, report: &mut Report) {
    let is_subject = |object: &Object, link: &Link| {
        object.group() == GROUP && link.relation == Relation::Account && !has_no_namespace(object, link)
    };
    for it in missing(context, is_subject) {
        let outcome = "the role is granted to nobody";
        // Accounts of other namespaces mostly come with what is installed there.
        let is_foreign = it.foreign_namespace().is_some() && !it.has_nearest();
        let most = if is_foreign { Severity::Info } else { Severity::Error };
        report.add(it.notice(&CHECK.info, "grants a role to", outcome, most));
    }
    for object in context.of_kind(GROUP, "ClusterRoleBinding") {
        let subjects = Field::root(object).list("subjects");
        for subject in subjects.filter(is_account_without_namespace) {
            report.add(without_namespace(context, object, &subject));
        }
    }
}

fn has_no_namespace(object: &Object, link: &Link) -> bool {
    object.kind() == "ClusterRoleBinding" && link.reference.scope == Scope::Same
}

fn is_account_without_namespace(subject: &Field<'_>) -> bool {
    let namespace = subject.key("namespace").filter(|it| !it.node().is_null());
    subject.text("kind") == Some("ServiceAccount")
        && subject.text("name").is_some_and(|it| !it.is_empty())
        && namespace.is_none_or(|it| it.as_str() == Some(""))
}

fn without_namespace(context: &Context<'_>, object: &Object, subject: &Field<'_>) -> Notice {
    let name = subject.text("name").unwrap_or_default();
    let message = format!("{} does not say which namespace ServiceAccount `{name}` is in", object.title());
    let at = subject.at("namespace");
    let notice = Notice::new(&CHECK.info, at.clone(), message)
        .severity(Severity::Error)
        .because("the API server refuses it: subjects[].namespace: Required value");
    let mut accounts = context.of_kind("", "ServiceAccount").filter(|it| it.name() == name);
    match (accounts.next().and_then(Object::namespace), accounts.next()) {
        (Some(namespace), None) => {
            let content = Content::Text(namespace.to_owned());
            let is_written = subject.key("namespace").is_some_and(|it| !it.node().is_null());
            let change =
                if is_written { Change::Set { at, content } } else { Change::Insert { at, content } };
            notice.help(format!("add `namespace: {namespace}` to the subject")).change(change)
        }
        _ => notice.help("add the `namespace` of the service account to the subject"),
    }
}
