//! A role lets its holder gain further rights.
//!
//! ## Why
//! Some rights are as good as all: whoever reads the Secrets of every namespace has
//! the tokens in them, `impersonate` acts as anybody, `bind` and `escalate` make
//! roles beyond one's own, `pods/exec` and `nodes/proxy` run programs in every pod,
//! and who changes admission webhooks changes every object that is created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: operator}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps, secrets]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: operator, namespace: shop}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps, secrets]
//!     verbs: [get, list, watch]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;

use crate::rbac::{GROUP, Rule, is_aggregated, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "escalating-rule",
        title: "A role lets its holder gain further rights",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Strict,
        families: &["rbac.escalation"],
        page: include_str!("escalating_rule.rs"),
    },
    run,
};

/// A right that leads to others.
struct Right {
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    /// In words that follow "may".
    words: &'static str,
}

const RIGHTS: &[Right] = &[
    Right {
        group: "",
        resources: &["secrets"],
        verbs: &["get", "list", "watch"],
        words: "read the Secrets of every namespace",
    },
    Right {
        group: "",
        resources: &["users", "groups", "serviceaccounts"],
        verbs: &["impersonate"],
        words: "act as somebody else",
    },
    Right {
        group: GROUP,
        resources: &["roles", "clusterroles"],
        verbs: &["bind", "escalate"],
        words: "grant rights that it does not have",
    },
    Right {
        group: "",
        resources: &["pods/exec", "pods/attach"],
        verbs: &["create", "get"],
        words: "run programs in every pod",
    },
    Right {
        group: "",
        resources: &["nodes/proxy"],
        verbs: &["get", "create"],
        words: "run programs in every pod through the kubelets",
    },
    Right {
        group: "",
        resources: &["serviceaccounts/token"],
        verbs: &["create"],
        words: "make tokens of every service account",
    },
    Right {
        group: "admissionregistration.k8s.io",
        resources: &["mutatingwebhookconfigurations"],
        verbs: &["create", "update", "patch"],
        words: "change every object that is created",
    },
];

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.of_kind(GROUP, "ClusterRole").filter(|it| !is_aggregated(it)) {
        for rule in rules(role).filter(|it| !names_objects(it)) {
            for right in RIGHTS {
                report.add_some(judge(role, &rule, right));
            }
        }
    }
}

/// A rule about single objects is what it should be.
fn names_objects(rule: &Rule<'_>) -> bool {
    rule.field.list("resourceNames").next().is_some()
}

fn judge(role: &Object, rule: &Rule<'_>, right: &Right) -> Option<Notice> {
    let field = rule.resources().find(|it| it.as_str().is_some_and(|it| right.resources.contains(&it)))?;
    if !rule.has("apiGroups", &[right.group]) || !rule.has("verbs", right.verbs) {
        return None;
    }
    // A star among the verbs, which holds `impersonate`, is told by another check.
    let is_rare = matches!(right.verbs, ["impersonate"] | ["bind", "escalate"]);
    if is_rare && rule.has_star("verbs") {
        return None;
    }
    let message = format!("who has {} may {}", role.title(), right.words);
    Some(Notice::new(&CHECK.info, field.location(), message).help(
        "allow it in single namespaces with a Role, or for single objects with `resourceNames`, if that is enough",
    ))
}
