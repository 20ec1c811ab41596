//! A container may run as root.
//!
//! ## Why
//! Without `runAsNonRoot: true` a container whose image names no user runs as root. Root in
//! a container that is broken out of is root on the node. With the field the kubelet
//! refuses such an image before it starts.
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
//! securityContext: {runAsNonRoot: true}
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::partial::is_partial;
use crate::security::{Security, is_windows};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-run-as-non-root",
        title: "A container may run as root",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.run-as-root"],
        page: include_str!("missing_run_as_non_root.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates = context.pod_templates().filter(|it| !is_windows(it) && !is_partial(it));
    for template in templates {
        for container in template.containers() {
            let security = Security::of(&template, &container);
            let rule = security.effective("runAsNonRoot");
            let is_other_user = security.effective("runAsUser").is_some_and(|it| it.as_i64() != Some(0));
            let is_safe = rule.as_ref().is_some_and(|it| it.as_bool() != Some(false)) || is_other_user;
            // Only privileged rights are of use to a privileged container.
            if is_safe || security.has("privileged") {
                continue;
            }
            let message = format!("{} may run as root", container_title(&container));
            let help = "write `runAsNonRoot: true`, and a `runAsUser` if the image names no user by number";
            let at = rule.as_ref().map_or_else(|| security.place("runAsNonRoot"), Field::location);
            let notice = Notice::new(&CHECK.info, at.clone(), message).help(help);
            // Beside user 0 the container would not start.
            let is_user_zero = security.effective("runAsUser").is_some();
            let change = Change::Insert { at, content: Content::Bool(true) };
            report.add(if rule.is_none() && !is_user_zero { notice.change(change) } else { notice });
        }
    }
}
