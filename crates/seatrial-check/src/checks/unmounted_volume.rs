//! A pod has a volume that no container mounts.
//!
//! ## Why
//! The kubelet sets it up before the first container starts: a missing claim, Secret or
//! `ConfigMap` keeps the pod from starting although nobody would read it. Often the
//! mount was forgotten, and what should be kept is written to the container's own disk.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: web, image: web:1}]
//! volumes: [{name: data, emptyDir: {}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: web, image: web:1, volumeMounts: [{name: data, mountPath: /data}]}]
//! volumes: [{name: data, emptyDir: {}}]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;

use crate::partial::is_partial;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unmounted-volume",
        title: "A pod has a volume that no container mounts",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["storage.unmounted"],
        page: include_str!("unmounted_volume.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_partial(it) && it.containers().next().is_some()) {
        let used = used(&template);
        for volume in template.volumes() {
            let Some(name) = volume.name().filter(|it| !used.contains(it)) else { continue };
            let message = format!("no container of {} mounts the volume {name}", template.object().title());
            let notice = Notice::new(&CHECK.info, volume.field.at("name"), message);
            report.add(notice.help("mount it, or take it out"));
        }
    }
}

fn used<'a>(template: &PodTemplate<'a>) -> FxHashSet<&'a str> {
    let mut used = FxHashSet::default();
    for container in template.containers() {
        used.extend(container.volume_mounts().filter_map(|it| it.name()));
        used.extend(container.field.list("volumeDevices").filter_map(|it| it.node().get("name")?.as_str()));
    }
    used
}
