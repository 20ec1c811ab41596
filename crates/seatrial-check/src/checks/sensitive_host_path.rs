//! A pod of an application mounts a directory of the system from its node.
//!
//! ## Why
//! Who can read `/etc`, `/root` or `/var/lib/kubelet` of a node can read its keys and the
//! Secrets of its pods; who can write to `/`, `/usr` or `/boot` owns it. An application also
//! finds different content on every node. Agents that run on every node (a `DaemonSet`), and
//! pods in the namespaces of the cluster's own tools, are left alone.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     volumeMounts: [{name: host, mountPath: /host}]
//! volumes: [{name: host, hostPath: {path: /etc}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     volumeMounts: [{name: data, mountPath: /data}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};

use crate::missing::is_of_tool;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "sensitive-host-path",
        title: "A pod of an application mounts a directory of the system from its node",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.host-path"],
        page: include_str!("sensitive_host_path.rs"),
    },
    run,
};

/// These, and everything below those that end in a slash.
const SENSITIVE: &[&str] = &[
    "/",
    "/bin/",
    "/boot/",
    "/dev",
    "/etc/",
    "/home",
    "/lib/",
    "/proc/",
    "/root/",
    "/run",
    "/sbin/",
    "/sys/",
    "/usr/",
    "/var",
    "/var/lib",
    "/var/lib/etcd/",
    "/var/lib/kubelet/",
    "/var/log",
    "/var/run",
];

/// The time, and who is trusted.
const HARMLESS: &[&str] = &[
    "/etc/localtime",
    "/etc/pki",
    "/etc/ssl",
    "/etc/ssl/certs",
    "/etc/timezone",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let object = template.object();
        if object.kind() == "DaemonSet" || object.namespace().is_some_and(is_of_tool) {
            continue;
        }
        for volume in template.volumes() {
            let Some(field) = volume.field.keys(&["hostPath", "path"]) else { continue };
            let Some(path) = field.as_str().filter(|it| is_sensitive(it)) else { continue };
            let message = format!("{} mounts {path} of its node", object.title());
            let notice = Notice::new(&CHECK.info, field.location(), message);
            report.add(notice.help("use a claim for data, a ConfigMap or Secret for configuration"));
        }
    }
}

fn is_sensitive(path: &str) -> bool {
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let is_below = |it: &str| it.len() > 1 && trimmed.starts_with(it);
    let matches = |it: &&str| {
        trimmed == it.trim_end_matches('/') || trimmed == *it || (it.ends_with('/') && is_below(it))
    };
    !path.is_empty() && !HARMLESS.contains(&trimmed) && SENSITIVE.iter().any(matches)
}
