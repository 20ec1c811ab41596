//! A device or huge pages are requested in a way that is refused.
//!
//! ## Why
//! A node never hands out more devices (`nvidia.com/gpu`) or huge pages than it has.
//! So the API server wants a limit for each of them, a request that is equal to it
//! or not written, and whole numbers of devices. Huge pages also need `cpu` or
//! `memory` beside them. A pod template that says otherwise is accepted nowhere.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: train
//!     image: registry.example.com/train:1
//!     resources: {requests: {nvidia.com/gpu: 1}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: train
//!     image: registry.example.com/train:1
//!     resources: {limits: {nvidia.com/gpu: 1}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;

use crate::resources::{Resources, as_content, is_exact, is_extended, is_hugepages};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-extended-resource",
        title: "A device or huge pages are requested in a way that is refused",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["limits.extended-resource"],
        page: include_str!("invalid_extended_resource.rs"),
    },
    run,
};

const WHOLE: i128 = 1_000_000_000;

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for resources in Resources::of(&template) {
            let entries = |list: &str| resources.field.key(list).into_iter().flat_map(|it| it.entries());
            for (name, field) in entries("requests").filter(|(name, _)| is_exact(name)) {
                let fraction = fraction(&resources, &name, &field);
                report.add_some(fraction.or_else(|| unequal(&resources, &name, &field)));
            }
            for (name, field) in entries("limits").filter(|(name, _)| is_exact(name)) {
                report.add_some(fraction(&resources, &name, &field));
                report.add_some(lonely(&resources, &name, &field));
            }
        }
    }
}

fn fraction(resources: &Resources<'_>, name: &str, field: &Field<'_>) -> Option<Notice> {
    let quantity = field.as_quantity()?.ok()?;
    if !is_extended(name) || quantity.nanos() % WHOLE == 0 {
        return None;
    }
    let message =
        format!("{} asks for a part of a {name}; devices are counted in whole numbers", resources.of);
    let notice = Notice::new(&CHECK.info, field.location(), message);
    Some(notice.help("write a whole number; sharing a device is set up in its plugin"))
}

fn unequal(resources: &Resources<'_>, name: &str, request: &Field<'_>) -> Option<Notice> {
    let amount = resources.amount("requests", name)?;
    let content = as_content(request)?;
    let Some(written) = resources.field.key("limits").and_then(|it| it.key(name)) else {
        let message = format!("{} requests {name} without a limit", resources.of);
        let notice = Notice::new(&CHECK.info, request.location(), message).help("write it under `limits`");
        let at = resources.field.object().location(resources.field.path_of("limits").key(name));
        return Some(notice.change(Change::Insert { at, content }));
    };
    let limit = resources.amount("limits", name).filter(|it| it.quantity != amount.quantity)?;
    let message = format!("{} requests another amount of {name} than its limit", resources.of);
    let notice = Notice::new(&CHECK.info, request.location(), message)
        .because(format!("{} are requested, the limit is {}", amount.quantity, limit.quantity))
        .help("leave the request out, or write the same amount")
        .related(written.location(), Role::Cause, "the limit");
    Some(match as_content(&limit.field) {
        Some(content) => notice.change(Change::Set { at: request.location(), content }),
        None => notice,
    })
}

/// Huge pages with neither memory nor CPU.
fn lonely(resources: &Resources<'_>, name: &str, field: &Field<'_>) -> Option<Notice> {
    let has = |list: &str, name: &str| resources.field.key(list).is_some_and(|it| it.key(name).is_some());
    let has_other = ["requests", "limits"].iter().any(|it| has(it, "cpu") || has(it, "memory"));
    if !is_hugepages(name) || has_other {
        return None;
    }
    let message = format!("{} asks for {name} without cpu or memory", resources.of);
    Some(Notice::new(&CHECK.info, field.location(), message).help("request memory or cpu as well"))
}
