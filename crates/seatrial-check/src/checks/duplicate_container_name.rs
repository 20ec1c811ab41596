//! Two containers of a pod have the same name.
//!
//! ## Why
//! Names are how the kubelet, probes and patches tell containers apart, init
//! containers included. The API server refuses the pod template:
//! `spec.template.spec.containers[1].name: Duplicate value`.
//!
//! ## Bad
//! ```yaml pod-spec
//! initContainers: [{name: web, image: busybox}]
//! containers: [{name: web, image: nginx}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! initContainers: [{name: setup, image: busybox}]
//! containers: [{name: web, image: nginx}]
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-container-name",
        title: "Two containers of a pod have the same name",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.duplicate"],
        page: include_str!("duplicate_container_name.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let mut known: FxHashMap<&str, Location> = FxHashMap::default();
        for container in template.containers() {
            let Some(name) = container.name() else { continue };
            let at = container.field.at("name");
            if let Some(first) = known.get(name) {
                let message = format!("{} has two containers named {name}", template.object().title());
                let notice = Notice::new(&CHECK.info, at, message).help("rename or remove one of the two");
                report.add(notice.related(first.clone(), Role::Definition, "the first"));
            } else {
                known.insert(name, at);
            }
        }
    }
}
