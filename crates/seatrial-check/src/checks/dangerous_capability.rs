//! A container adds a capability that is nearly root on the node.
//!
//! ## Why
//! `SYS_ADMIN` can mount, `SYS_MODULE` can load code into the kernel, `SYS_PTRACE` reads other
//! processes, `DAC_READ_SEARCH` reads any file, `NET_ADMIN` changes the network, `ALL` is
//! everything. Whoever takes the container over has that too. Pods that look after their
//! node (a `DaemonSet`, host namespaces or directories) are left alone.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {capabilities: {add: [SYS_ADMIN]}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness};

use crate::security::{Security, is_node_agent};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "dangerous-capability",
        title: "A container adds a capability that is nearly root on the node",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.capability"],
        page: include_str!("dangerous_capability.rs"),
    },
    run,
};

const DANGEROUS: &[&str] = &[
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_node_agent(it)) {
        for container in template.containers() {
            for field in Security::of(&template, &container).capabilities("add") {
                let upper = field.as_str().unwrap_or_default().to_ascii_uppercase();
                let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
                if !DANGEROUS.contains(&name) {
                    continue;
                }
                let message = format!("{} adds the capability {name}", container_title(&container));
                report.add(
                    Notice::new(&CHECK.info, field.location(), message)
                        .help("remove it, or add the narrowest one that is needed")
                        .change(Change::Remove { at: field.location() }),
                );
            }
        }
    }
}
