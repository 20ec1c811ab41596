//! A container forbids privilege escalation and asks for more than that.
//!
//! ## Why
//! `allowPrivilegeEscalation: false` sets `no_new_privs` for the process. A privileged
//! container, or one that adds `CAP_SYS_ADMIN`, has those rights from the start, so
//! the two contradict each other: the API server refuses the pod.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: agent
//!     image: registry.example.com/agent:1
//!     securityContext: {privileged: true, allowPrivilegeEscalation: false}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: agent
//!     image: registry.example.com/agent:1
//!     securityContext: {privileged: true}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};

use crate::security::Security;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "contradictory-privilege-escalation",
        title: "A container forbids privilege escalation and asks for more than that",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["security.contradiction"],
        page: include_str!("contradictory_privilege_escalation.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let security = Security::of(&template, &container);
            let forbidden = security.own("allowPrivilegeEscalation").filter(|it| it.as_bool() == Some(false));
            let Some(forbidden) = forbidden else { continue };
            // Only this spelling is looked for; without the prefix it is accepted.
            let mut added = security.capabilities("add").into_iter();
            let added = added.find(|it| it.as_str() == Some("CAP_SYS_ADMIN"));
            let privileged = security.own("privileged").filter(|it| it.as_bool() == Some(true));
            let Some(cause) = privileged.or(added) else { continue };
            let what = if cause.as_bool().is_some() { "is privileged" } else { "adds `CAP_SYS_ADMIN`" };
            let title = container_title(&container);
            let message = format!("{title} {what} and has `allowPrivilegeEscalation: false`");
            report.add(
                Notice::new(&CHECK.info, forbidden.location(), message)
                    .help("take the rights away, or remove `allowPrivilegeEscalation`")
                    .related(cause.location(), Role::Cause, "the rights")
                    .change(Change::Remove { at: forbidden.location() }),
            );
        }
    }
}
