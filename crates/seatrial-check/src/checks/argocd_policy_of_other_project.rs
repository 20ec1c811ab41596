//! A policy of an `AppProject` is about a role of another project.
//!
//! ## Why
//! The policies of a role in an `AppProject` speak of that role: of `proj:PROJECT:ROLE`.
//! A rule that begins otherwise, as it does after a project was copied or renamed, allows
//! the role nothing. Whoever changes the project by the command line or the web interface
//! of Argo CD is refused: there it counts as invalid.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   sourceRepos: ["*"]
//!   roles:
//!     - name: viewer
//!       policies: ["p, proj:bank:viewer, applications, get, bank/*, allow"]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   sourceRepos: ["*"]
//!   roles:
//!     - name: viewer
//!       policies: ["p, proj:shop:viewer, applications, get, shop/*, allow"]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::{ARGO, is_literal};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-policy-of-other-project",
        title: "A policy of an AppProject is about a role of another project",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["argo.policy"],
        page: include_str!("argocd_policy_of_other_project.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for project in context.of_kind(ARGO, "AppProject").filter(|it| is_literal(it.name())) {
        let spec = Field::root(project).key("spec");
        for role in spec.iter().flat_map(|it| it.list("roles")) {
            let Some(name) = role.text("name").filter(|it| is_literal(it)) else { continue };
            // A role's policies are mostly copied together.
            let mut policies = role.list("policies");
            report.add_some(policies.find_map(|it| judge(project, name, &it)));
        }
    }
}

fn judge(project: &Object, role: &str, policy: &Field<'_>) -> Option<Notice> {
    let text = policy.as_str().filter(|it| is_literal(it))?;
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [rule, subject, _, _, _, _] = parts[..] else { return None };
    let meant = format!("proj:{}:{role}", project.name());
    if rule != "p" || subject == meant {
        return None;
    }
    let message = format!("a policy of role {role} of {} is about `{subject}`", project.title());
    let notice = Notice::new(&CHECK.info, policy.location(), message);
    let notice = notice.because(format!("it allows {role} nothing, which Argo CD knows as `{meant}`"));
    Some(notice.help(format!("write `{meant}`, and this project in front of what the role may do")))
}
