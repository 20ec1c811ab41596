//! A container adds or drops a capability that does not exist.
//!
//! ## Why
//! Capabilities are named without the prefix `CAP_`. containerd puts it in front, so
//! that `CAP_NET_ADMIN` becomes `CAP_CAP_NET_ADMIN`, which the kernel does not know:
//! older runtimes do not start the container, newer ones pass over it with a warning
//! in their log. The container runs without the right it was to have, or with the one
//! it was to lose. The API server accepts any text.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: vpn
//!     image: registry.example.com/vpn:1
//!     securityContext: {capabilities: {add: [CAP_NET_ADMIN]}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: vpn
//!     image: registry.example.com/vpn:1
//!     securityContext: {capabilities: {add: [NET_ADMIN]}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::Container;

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::security::Security;
use crate::slip::meant;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-capability",
        title: "A container adds or drops a capability that does not exist",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["security.capability"],
        page: include_str!("unknown_capability.rs"),
    },
    run,
};

const KNOWN: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let security = Security::of(&template, &container);
            for (list, verb) in [("add", "adds"), ("drop", "drops")] {
                for field in security.capabilities(list) {
                    report.add_some(judge(&container, verb, &field));
                }
            }
        }
    }
}

fn judge(container: &Container<'_>, verb: &str, field: &Field<'_>) -> Option<Notice> {
    let text = field.as_str()?;
    let upper = text.to_ascii_uppercase();
    if KNOWN.contains(&upper.as_str()) || is_filled_in_later(text) || placeholder(text).is_some() {
        return None;
    }
    let message = format!("{} {verb} `{text}`, which is no capability", container_title(container));
    let notice = Notice::new(&CHECK.info, field.location(), message);
    let short = upper.strip_prefix("CAP_").unwrap_or(&upper);
    let known = KNOWN.iter().copied().find(|it| *it == short);
    let Some(known) = known.or_else(|| meant(short, KNOWN.iter().copied())) else {
        return Some(notice.help("name one of those in capabilities(7), without the prefix `CAP_`"));
    };
    let change = Change::Set { at: field.location(), content: Content::Text(known.to_owned()) };
    Some(notice.help(format!("write `{known}`")).change(change))
}
