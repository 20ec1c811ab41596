//! An entry of a project's lists of kinds can fit no kind.
//!
//! ## Why
//! `clusterResourceWhitelist` and its like name groups and kinds as patterns. A
//! group that no API can have (a colon at its end, a version behind it) or a kind
//! in small letters fits nothing: what was to be allowed stays forbidden, and a
//! sync ends with `resource … is not permitted in project`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team, namespace: argocd}
//! spec:
//!   clusterResourceWhitelist: [{group: "rbac.authorization.k8s.io:", kind: ClusterRole}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team, namespace: argocd}
//! spec:
//!   clusterResourceWhitelist: [{group: rbac.authorization.k8s.io, kind: ClusterRole}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unmatched-kind",
        title: "An entry of a project's lists of kinds can fit no kind",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["argo.project"],
        page: include_str!("argocd_unmatched_kind.rs"),
    },
    run,
};

const LISTS: [&str; 4] = [
    "clusterResourceWhitelist",
    "clusterResourceBlacklist",
    "namespaceResourceWhitelist",
    "namespaceResourceBlacklist",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for project in context.of_kind("argoproj.io", "AppProject") {
        let Some(spec) = Field::root(project).key("spec") else { continue };
        for list in LISTS {
            for entry in spec.list(list) {
                report.add_some(group(project, list, &entry));
                report.add_some(kind(project, list, &entry));
            }
        }
    }
}

/// A pattern of groups holds what groups hold, and signs of patterns.
fn group(project: &Object, list: &str, entry: &Field<'_>) -> Option<Notice> {
    let field = entry.key("group")?;
    let group = field.as_str().filter(|it| is_literal(it))?;
    let is_sign = |it: char| "*?[]{},!^\\".contains(it);
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '.' | '-');
    if group.chars().all(|it| is_part(it) || is_sign(it)) {
        return None;
    }
    let meant = group.split(['/', ':']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let message =
        format!("`{list}` of AppProject {} names group `{group}`, which no API has", project.name());
    let notice = Notice::new(&CHECK.info, field.location(), message);
    if meant.is_empty() || !meant.chars().all(is_part) {
        return Some(
            notice.help("name the group alone: `apps`, `rbac.authorization.k8s.io`, or `*` for all"),
        );
    }
    let content = Content::Text(meant.clone());
    Some(
        notice
            .help(format!("name the group `{meant}`"))
            .change(Change::Set { at: field.location(), content }),
    )
}

/// Kinds begin with a capital letter.
fn kind(project: &Object, list: &str, entry: &Field<'_>) -> Option<Notice> {
    let field = entry.key("kind")?;
    let kind =
        field.as_str().filter(|it| is_literal(it) && it.starts_with(|c: char| c.is_ascii_lowercase()))?;
    let message = format!(
        "`{list}` of AppProject {} names kind `{kind}`, and kinds begin with a capital letter",
        project.name()
    );
    let notice = Notice::new(&CHECK.info, field.location(), message).severity(Severity::Warning);
    Some(notice.help("write the kind as manifests write it: `ClusterRole`"))
}
