//! A rule of a role is refused.
//!
//! ## Why
//! The API server refuses a role whose rule has no verbs, names no API group or no
//! resource, or mixes resources with `nonResourceURLs`. The core group has the empty
//! name and must be written, `apiGroups: [""]`. Paths outside resources are in no
//! namespace, so that a Role cannot allow them.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - resources: [pods]
//!     verbs: [get]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods]
//!     verbs: [get]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Object;

use crate::rbac::{Rule, base, is_role, known, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-role-rule",
        title: "A rule of a role is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["rbac.rule"],
        page: include_str!("invalid_role_rule.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it)) {
        for rule in rules(role) {
            report.add_some(of_paths(role, &rule).or_else(|| of_resources(role, &rule)));
        }
    }
}

fn is_empty(rule: &Rule<'_>, list: &str) -> bool {
    let written = rule.field.key(list).filter(|it| !it.node().is_null());
    written.is_none_or(|it| it.node().is_sequence() && it.items().next().is_none())
}

/// A rule about paths outside resources.
fn of_paths(role: &Object, rule: &Rule<'_>) -> Option<Notice> {
    if is_empty(rule, "nonResourceURLs") {
        return None;
    }
    let at = rule.field.at("nonResourceURLs");
    let title = role.title();
    if role.kind() == "Role" {
        let message = format!("{title} allows `nonResourceURLs`, which are in no namespace");
        let help = "make it a ClusterRole, and bind that with a ClusterRoleBinding";
        return Some(Notice::new(&CHECK.info, at, message).help(help));
    }
    let is_mixed = !is_empty(rule, "resources") || !is_empty(rule, "apiGroups");
    is_mixed.then(|| {
        let message = format!("{title} mixes resources and `nonResourceURLs` in one rule");
        Notice::new(&CHECK.info, at, message).help("make two rules of it")
    })
}

fn of_resources(role: &Object, rule: &Rule<'_>) -> Option<Notice> {
    let is_about_paths = !is_empty(rule, "nonResourceURLs");
    let wanted: &[&str] = if is_about_paths { &["verbs"] } else { &["verbs", "apiGroups", "resources"] };
    let list = wanted.iter().find(|list| is_empty(rule, list))?;
    let at = rule.field.at(list);
    let notice =
        Notice::new(&CHECK.info, at.clone(), format!("{} has a rule without `{list}`", role.title()));
    Some(match *list {
        "apiGroups" => with_group(notice, rule),
        "verbs" => notice.help("list what it allows: `verbs: [get, list, watch]`"),
        _ => notice.help("list what it is about: `resources: [pods]`"),
    })
}

/// The group can be filled in where all resources are of one group only.
fn with_group(notice: Notice, rule: &Rule<'_>) -> Notice {
    let group_of = |name: &str| {
        let mut groups = known().filter(|it| it.name == base(name)).map(|it| it.group);
        let first = groups.next()?;
        groups.next().is_none().then_some(first)
    };
    let mut groups = rule.resources().map(|it| it.as_str().and_then(group_of));
    let first = groups.next().flatten().filter(|first| groups.all(|it| it == Some(first)));
    let Some(group) = first else {
        return notice.help("add the API group of the resources; `\"\"` is the core group");
    };
    let at = rule.field.at("apiGroups");
    let content = Content::List(vec![Content::Text(group.to_owned())]);
    let change = if rule.field.key("apiGroups").is_some() {
        Change::Set { at, content }
    } else {
        Change::Insert { at, content }
    };
    notice.help(format!("add `apiGroups: [\"{group}\"]`")).change(change)
}
