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
use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
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
        for twice in twice(template.volumes().map(|it| it.field), "name") {
            let name = twice.second.as_str().unwrap_or_default();
            report.add(notice(&twice, format!("{title} has two volumes named {name}")));
        }
        for container in template.containers() {
            let own = container.name().unwrap_or_default();
            for twice in twice(container.volume_mounts().map(|it| it.field), "mountPath") {
                let path = twice.second.as_str().unwrap_or_default();
                report
                    .add(notice(&twice, format!("container {own} of {title} mounts two volumes at {path}")));
            }
        }
    }
}

/// The fields of this name that hold what an earlier one holds, with that one.
fn twice<'a>(items: impl Iterator<Item = Field<'a>>, name: &str) -> Vec<Twice<'a>> {
    let mut known: FxHashMap<&'a str, (Field<'a>, Field<'a>)> = FxHashMap::default();
    let mut found = Vec::new();
    for item in items {
        let Some(field) = item.key(name) else { continue };
        let Some(text) = field.as_str() else { continue };
        if let Some((earlier, first)) = known.get(text) {
            let is_same = earlier.node().to_json() == item.node().to_json();
            found.push(Twice { first: first.clone(), second: field, item, is_same });
        } else {
            known.insert(text, (item, field));
        }
    }
    found
}

/// Something that stands twice in a list.
struct Twice<'a> {
    first: Field<'a>,
    second: Field<'a>,
    /// The whole second one.
    item: Field<'a>,
    /// Whether the two are equal.
    is_same: bool,
}

fn notice(twice: &Twice<'_>, message: String) -> Notice {
    let notice = Notice::new(&CHECK.info, twice.second.location(), message).related(
        twice.first.location(),
        Role::Definition,
        "the first",
    );
    if !twice.is_same {
        return notice.help("rename or remove one of the two");
    }
    notice.help("remove one of the two: they are equal").change(Change::Remove { at: twice.item.location() })
}
