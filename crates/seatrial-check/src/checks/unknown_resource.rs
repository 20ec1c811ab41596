//! A container requests or limits a resource that does not exist.
//!
//! ## Why
//! Without a domain in front there are only `cpu`, `memory`, `ephemeral-storage` and
//! `hugepages-<size>`. Anything else, `Memory` or `gpu` or `storage`, must be the name
//! of a device plugin's resource with its domain (`nvidia.com/gpu`). The API server
//! refuses the pod: it must be a standard resource for containers.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {limits: {mem: 512Mi}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {limits: {memory: 512Mi, nvidia.com/gpu: 1}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::placeholder::is_filled_in_later;
use crate::resources::{Resources, is_hugepages};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-resource",
        title: "A container requests or limits a resource that does not exist",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.resource-name"],
        page: include_str!("unknown_resource.rs"),
    },
    run,
};

const KNOWN: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for resources in Resources::of(&template) {
            for list in ["requests", "limits"] {
                let entries = resources.field.key(list).into_iter().flat_map(|it| it.entries());
                for (name, field) in entries.filter(|(name, _)| is_unknown(name)) {
                    report.add(notice(&resources, list, &name, &field));
                }
            }
        }
    }
}

fn is_unknown(name: &str) -> bool {
    let has_domain = name.contains('/');
    !has_domain && !KNOWN.contains(&name) && !is_hugepages(name) && !is_filled_in_later(name)
}

fn notice(resources: &Resources<'_>, list: &str, name: &str, field: &Field<'_>) -> Notice {
    let message = format!("{list} of {} names `{name}`, which is no resource", resources.of);
    let notice = Notice::new(&CHECK.info, field.location(), message);
    match known(name) {
        Some(known) => notice
            .help(format!("write `{known}`"))
            .change(Change::Rename { at: field.location(), name: known.to_owned() }),
        None => notice.help(
            "name cpu, memory, ephemeral-storage, or a device plugin's resource with its domain, as nvidia.com/gpu",
        ),
    }
}

/// The resource that was meant.
fn known(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "mem" | "ram" => Some("memory"),
        "cpus" | "vcpu" => Some("cpu"),
        "storage" | "disk" | "ephemeralstorage" | "ephemeral_storage" => Some("ephemeral-storage"),
        _ => meant(&lower, KNOWN).and_then(|it| KNOWN.into_iter().find(|known| *known == it)),
    }
    .or_else(|| KNOWN.into_iter().find(|it| *it == lower))
}
