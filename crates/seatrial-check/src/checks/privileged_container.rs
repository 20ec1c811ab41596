//! A container is privileged, and nothing shows what for.
//!
//! ## Why
//! A privileged container has every capability and every device of its node: whoever
//! takes it over has the node, and with it the Secrets of all its pods. Agents that
//! look after nodes need that; an application does not. This check is silent for pods
//! of a `DaemonSet`, with host namespaces or host directories, that build images, set
//! kernel parameters or mount file systems.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {privileged: true}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::Container;

use crate::security::{Security, is_node_agent, is_windows};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "privileged-container",
        title: "A container is privileged, and nothing shows what for",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["security.privileged"],
        page: include_str!("privileged_container.rs"),
    },
    run,
};

/// Words in an image's or container's name, or in its command, that tell what
/// the rights are for.
const REASONS: &[&str] = &[
    "agent",
    "buildah",
    "buildkit",
    "cgroup",
    "chaos",
    "containerd",
    "csi",
    "device",
    "dind",
    "docker",
    "ebpf",
    "fuse",
    "ganesha",
    "geesefs",
    "gpu",
    "iptables",
    "istio",
    "k3s",
    "kaniko",
    "kata",
    "kind",
    "kvm",
    "libvirt",
    "losetup",
    "modprobe",
    "mount",
    "nfs",
    "ovn",
    "ovs",
    "podman",
    "qemu",
    "runner",
    "s3fs",
    "storage",
    "sysbox",
    "sysctl",
    "systemd",
    "tailscale",
    "tuning",
    "ulimit",
    "usb",
    "vcluster",
    "vpn",
    "wireguard",
    "zigbee",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        if is_node_agent(&template)
            || is_windows(&template)
            || template.spec.key("runtimeClassName").is_some()
        {
            continue;
        }
        for container in template.containers() {
            let privileged = Security::of(&template, &container).own("privileged");
            let Some(field) = privileged.filter(|it| it.as_bool() == Some(true)) else { continue };
            if is_explained(&container) {
                continue;
            }
            let message = format!("{} is privileged", container_title(&container));
            let at = field.location();
            report.add(
                Notice::new(&CHECK.info, at.clone(), message)
                    .because(
                        "the pod shares nothing of its node, so that nothing shows what the rights are for",
                    )
                    .help("take it away, or add the one capability that is needed")
                    .change(Change::Set { at, content: Content::Bool(false) }),
            );
        }
    }
}

fn is_explained(container: &Container<'_>) -> bool {
    let words = ["command", "args"].into_iter().flat_map(|it| container.field.list(it));
    let words = words.filter_map(|it| it.as_str());
    let mut texts = words.chain(container.image()).chain(container.name());
    let has_devices = container.field.key("volumeDevices").is_some();
    has_devices || texts.any(|text| REASONS.iter().any(|reason| text.to_ascii_lowercase().contains(reason)))
}
