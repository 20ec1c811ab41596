//! A rule of a role allows whatever there is.
//!
//! ## Why
//! A star stands for everything there is, and for everything that will be: a
//! resource that is installed later is covered without anybody deciding so. With
//! `verbs: ["*"]` on `roles`, `bind` and `escalate` are included, and with them
//! every other right. Custom and external metrics have no names to list.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: operator}
//! rules:
//!   - apiGroups: [""]
//!     resources: ["*"]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: operator}
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, services]
//!     verbs: [get, list, watch]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;

use crate::rbac::{Rule, is_aggregated, is_role, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wildcard-rule",
        title: "A rule of a role allows whatever there is",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Strict,
        families: &["rbac.wildcard"],
        page: include_str!("wildcard_rule.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it) && !is_aggregated(it)) {
        for rule in rules(role).filter(|it| !is_of_metrics(it)) {
            report.add_some(judge(role, &rule));
        }
    }
}

/// Whether a rule is about metrics only: each is a resource, with a name that
/// nobody knows beforehand, and can but be read.
fn is_of_metrics(rule: &Rule<'_>) -> bool {
    let mut groups = rule.groups().peekable();
    groups.peek().is_some()
        && groups.all(|it| matches!(it, "custom.metrics.k8s.io" | "external.metrics.k8s.io"))
}

/// One notice for a rule, about the first list with a star.
fn judge(role: &Object, rule: &Rule<'_>) -> Option<Notice> {
    let (list, what) =
        [("resources", "every resource"), ("verbs", "every verb"), ("apiGroups", "every API group")]
            .into_iter()
            .find(|(list, _)| rule.has_star(list))?;
    let title = role.title();
    let message = if rule.is_everything() {
        format!("{title} allows everything")
    } else {
        format!("{title} allows {what} in one of its rules")
    };
    let star = rule.field.list(list).find(|it| it.as_str() == Some("*"))?;
    let notice = Notice::new(&CHECK.info, star.location(), message).help("list what is needed");
    // In the own group of an operator, all verbs are what it is for.
    let is_mild = list == "verbs" && !rule.groups().any(|it| it.is_empty() || it.ends_with("k8s.io"));
    Some(if is_mild { notice.severity(Severity::Info) } else { notice })
}
