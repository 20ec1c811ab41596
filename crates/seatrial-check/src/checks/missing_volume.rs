//! A container mounts a volume that its pod does not have.
//!
//! ## Why
//! Every name under `volumeMounts` (and `volumeDevices`) must be the name of an
//! entry of the pod's `volumes`, or of a `volumeClaimTemplates` entry of its
//! `StatefulSet`. The API server refuses the whole object otherwise:
//! `spec.template.spec.containers[0].volumeMounts[0].name: Not found`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     image: nginx:1.27
//!     volumeMounts: [{name: content, mountPath: /usr/share/nginx/html}]
//! volumes: [{name: html, emptyDir: {}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     image: nginx:1.27
//!     volumeMounts: [{name: html, mountPath: /usr/share/nginx/html}]
//! volumes: [{name: html, emptyDir: {}}]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;

use crate::partial::is_partial;
use crate::slip::meant;
use crate::volumes::Volumes;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-volume",
        title: "A container mounts a volume that its pod does not have",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.volume"],
        page: include_str!("missing_volume.rs"),
    },
    run,
};

/// Names of volumes that are shown.
const SHOWN_MAX: usize = 10;
/// More pairs than this of a mount and a volume are not held against each other.
const PAIRS_MAX: usize = 200_000;

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_partial(it)) {
        let volumes = Volumes::of(&template);
        let mounts = template.containers().flat_map(|it| {
            let devices = it.field.list("volumeDevices");
            it.field.list("volumeMounts").chain(devices).collect::<Vec<_>>()
        });
        let dangling: Vec<Field<'_>> =
            mounts.filter_map(|it| it.key("name")).filter(|name| is_unknown(name, &volumes)).collect();
        let names: FxHashSet<&str> = dangling.iter().filter_map(Field::as_str).collect();
        // Volumes without a name are told, and the mounts are right as soon as they have one.
        if names.len() > volumes.nameless() {
            let pairs = names.len().saturating_mul(volumes.names().len());
            let searched = if pairs > PAIRS_MAX { &[] } else { volumes.names() };
            for name in dangling {
                let near = name.as_str().and_then(|it| meant(it, searched.iter().map(String::as_str)));
                report.add(notice(&template, &name, volumes.names(), near));
            }
        }
    }
}

fn is_unknown(name: &Field<'_>, volumes: &Volumes) -> bool {
    name.as_str().is_some_and(|it| !it.is_empty() && !volumes.has(it) && !volumes.is_meant(it))
}

fn notice(template: &PodTemplate<'_>, name: &Field<'_>, names: &[String], near: Option<&str>) -> Notice {
    let volume = name.as_str().unwrap_or_default();
    let title = template.object().title();
    let notice =
        Notice::new(&CHECK.info, name.location(), format!("{title} has no volume `{volume}` to mount"));
    let list = template.spec.at("volumes");
    match near {
        Some(near) => notice
            .help(format!("mount `{near}`"))
            .related(list, Role::Definition, "the volumes of the pod")
            .change(Change::Set { at: name.location(), content: Content::Text(near.to_owned()) }),
        None if names.is_empty() => {
            notice.help(format!("add a volume `{volume}` under `volumes` of the pod"))
        }
        None => notice.help(format!("add a volume `{volume}`, or mount one of: {}", shown(names))).related(
            list,
            Role::Definition,
            "the volumes of the pod",
        ),
    }
}

fn shown(names: &[String]) -> String {
    match names.get(..SHOWN_MAX) {
        Some(first) if names.len() > SHOWN_MAX => {
            format!("{} and {} more", first.join(", "), names.len() - SHOWN_MAX)
        }
        _ => names.join(", "),
    }
}
