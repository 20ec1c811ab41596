//! A process may get more rights than it was started with.
//!
//! ## Why
//! Without `allowPrivilegeEscalation: false` a program with the setuid bit, such as `sudo` or
//! `mount`, runs with root's rights although the container runs as another user. Hardly any
//! service needs that, and the Pod Security Standard `restricted` forbids it.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {allowPrivilegeEscalation: false}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};

use crate::partial::is_partial;
use crate::security::{Security, is_windows};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "allowed-privilege-escalation",
        title: "A process may get more rights than it was started with",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.privilege-escalation"],
        page: include_str!("allowed_privilege_escalation.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates = context.pod_templates().filter(|it| !is_windows(it) && !is_partial(it));
    for template in templates {
        for container in template.containers() {
            let security = Security::of(&template, &container);
            let rule = security.own("allowPrivilegeEscalation");
            let is_forbidden = rule.as_ref().is_some_and(|it| it.as_bool() != Some(true));
            // There the field would be refused.
            let mut added = security.capabilities("add").into_iter();
            let has_all = security.has("privileged") || added.any(|it| it.as_str() == Some("CAP_SYS_ADMIN"));
            if is_forbidden || has_all {
                continue;
            }
            let message = format!("{} allows privilege escalation", container_title(&container));
            let at = security.place("allowPrivilegeEscalation");
            let content = Content::Bool(false);
            let change = match rule {
                Some(_) => Change::Set { at: at.clone(), content },
                None => Change::Insert { at: at.clone(), content },
            };
            let help = "write `allowPrivilegeEscalation: false`";
            report.add(Notice::new(&CHECK.info, at, message).help(help).change(change));
        }
    }
}
