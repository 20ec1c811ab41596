//! A volume or a mount stands twice.
//!
//! ## Why
//! Volumes of a pod have names of their own, and a path of a container holds one
//! mount. The API server refuses anything else: `volumes[1].name: Duplicate value`,
//! `volumeMounts[1].mountPath: must be unique`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     volumeMounts: [{name: a, mountPath: /data}, {name: b, mountPath: /data}]
//! volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     volumeMounts: [{name: a, mountPath: /data}, {name: a, mountPath: /cache, subPath: cache}]
//! volumes: [{name: a, emptyDir: {}}]
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-volume",
        title: "A volume or a mount stands twice",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.duplicate"],
        page: include_str!("duplicate_volume.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let title = template.object().title();
        for (first, second) in twice(template.volumes().map(|it| it.field), "name") {
            let name = second.as_str().unwrap_or_default();
            report.add(notice(&first, &second, format!("{title} has two volumes named {name}")));
        }
        for container in template.containers() {
            let own = container.name().unwrap_or_default();
            for (first, second) in twice(container.volume_mounts().map(|it| it.field), "mountPath") {
                let path = second.as_str().unwrap_or_default();
                let message = format!("container {own} of {title} mounts two volumes at {path}");
                report.add(notice(&first, &second, message));
            }
        }
    }
}

/// The fields of this name that hold what an earlier one holds, with that one.
fn twice<'a>(items: impl Iterator<Item = Field<'a>>, name: &str) -> Vec<(Field<'a>, Field<'a>)> {
    let mut known: FxHashMap<&'a str, Field<'a>> = FxHashMap::default();
    let mut found = Vec::new();
    for field in items.filter_map(|it| it.key(name)) {
        let Some(text) = field.as_str() else { continue };
        if let Some(first) = known.get(text) {
            found.push((first.clone(), field));
        } else {
            known.insert(text, field);
        }
    }
    found
}

fn notice(first: &Field<'_>, second: &Field<'_>, message: String) -> Notice {
    Notice::new(&CHECK.info, second.location(), message).help("rename or remove one of the two").related(
        first.location(),
        Role::Definition,
        "the first",
    )
}
