//! A pod of an application shares a namespace of its node.
//!
//! ## Why
//! With `hostPID` a pod sees and may signal every process of its node, with `hostIPC` it
//! shares their memory, with `hostNetwork` it is bound by no `NetworkPolicy` and listens on the
//! node's own addresses. Agents that run on every node (a `DaemonSet`), and pods in the
//! namespaces of the cluster's own tools, are left alone.
//!
//! ## Bad
//! ```yaml pod-spec
//! hostNetwork: true
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
//!     ports: [{containerPort: 8080}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;

use crate::missing::is_of_tool;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "host-namespace",
        title: "A pod of an application shares a namespace of its node",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.host-namespace"],
        page: include_str!("host_namespace.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_expected(it)) {
        for name in ["hostNetwork", "hostPID", "hostIPC"] {
            let Some(field) = template.spec.key(name).filter(|it| it.as_bool() == Some(true)) else {
                continue;
            };
            let message = format!("{} has `{name}`", template.object().title());
            report.add(
                Notice::new(&CHECK.info, field.location(), message)
                    .help("remove it; a Service or a `hostPort` opens a single port")
                    .change(Change::Remove { at: field.location() }),
            );
        }
    }
}

fn is_expected(template: &PodTemplate<'_>) -> bool {
    template.object().kind() == "DaemonSet" || template.object().namespace().is_some_and(is_of_tool)
}
