//! A pod mounts the socket of a container runtime.
//!
//! ## Why
//! Whoever can write to this socket can start any container on the node, with any
//! rights. Kubernetes has not used Docker since 1.24: on most nodes there is no
//! `docker.sock`, and a program that needs it does not work. Builds have tools that
//! need neither. Agents that run on every node (a `DaemonSet`) are left alone.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: ci
//!     image: registry.example.com/ci:1
//!     volumeMounts: [{name: docker, mountPath: /var/run/docker.sock}]
//! volumes: [{name: docker, hostPath: {path: /var/run/docker.sock}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: ci
//!     image: registry.example.com/ci:1
//!     env: [{name: BUILDKIT_HOST, value: "tcp://buildkitd:1234"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "runtime-socket-mounted",
        title: "A pod mounts the socket of a container runtime",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["security.runtime-socket"],
        page: include_str!("runtime_socket_mounted.rs"),
    },
    run,
};

const SOCKETS: &[&str] =
    &["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock", "podman.sock"];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| it.object().kind() != "DaemonSet") {
        of_template(&template, report);
    }
}

fn of_template(template: &PodTemplate<'_>, report: &mut Report) {
    for volume in template.volumes() {
        let Some(path) = volume.field.keys(&["hostPath", "path"]) else { continue };
        let Some(text) = path.as_str() else { continue };
        let socket = text.trim_end_matches('/').rsplit('/').next().filter(|it| SOCKETS.contains(it));
        let is_mounted = template
            .containers()
            .any(|it| it.volume_mounts().any(|it| it.name().is_some() && it.name() == volume.name()));
        if socket.is_none() || !text.starts_with('/') || !is_mounted {
            continue;
        }
        let message =
            format!("{} mounts the socket of a container runtime: {text}", template.object().title());
        let notice = Notice::new(&CHECK.info, path.location(), message);
        let notice = if socket == Some("docker.sock") {
            notice.because("nodes run containerd or CRI-O; without Docker the path is empty")
        } else {
            notice
        };
        report.add(notice.help("build images with BuildKit or Kaniko, ask the API server for what runs"));
    }
}
