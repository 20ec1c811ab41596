//! A patch is put over nearly all objects of a kind, and one was left out.
//!
//! ## Why
//! An overlay that names each object it patches has to be told of every new one. What was
//! forgotten keeps the value that all of them had in the base: an application of staging in
//! the production overlay, and nothing fails.
//!
//! Told where the patch names four objects and more of a kind, and few of the kind still
//! have the value that the patch replaces in all others.
//!
//! ## Bad
//! ```yaml file:overlays/production/kustomization.yaml
//! resources: [../../base]
//! patches:
//! - {path: production.yaml, target: {kind: ApplicationSet, name: a}}
//! - {path: production.yaml, target: {kind: ApplicationSet, name: b}}
//! - {path: production.yaml, target: {kind: ApplicationSet, name: c}}
//! - {path: production.yaml, target: {kind: ApplicationSet, name: d}}
//! ```
//! ```text uneven
//! overlays/production/kustomization.yaml production.yaml ApplicationSet production staging 4 e
//! ```
//!
//! ## Good
//! ```yaml file:overlays/production/kustomization.yaml
//! resources: [../../base]
//! patches:
//! - {path: production.yaml, target: {kind: ApplicationSet}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{UnevenPatch, Unpatched};

use crate::gitops::{Standing, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unpatched-sibling",
        title: "A patch is put over nearly all objects of a kind, and one was left out",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.overlay-missing-patch", "render.kustomize.sibling"],
        page: include_str!("unpatched_sibling.rs"),
    },
    run,
};

/// As many objects must be patched for each that is not.
const PATCHED_FOR_EACH: usize = 4;
const RELATED_MAX: usize = 5;

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    for patch in &world.repository.facts.uneven_patches {
        let left_out: Vec<&Unpatched> = patch.unpatched.iter().filter(|it| is_meant(world, it)).collect();
        if !left_out.is_empty() && left_out.len() * PATCHED_FOR_EACH <= patch.patched {
            report.add(notice(patch, &left_out));
        }
    }
}

/// Whether the patch would make sense for an object.
fn is_meant(world: &World<'_>, object: &Unpatched) -> bool {
    let leads_nowhere = || {
        let directory = object.directory.as_deref();
        directory.and_then(|it| standing(world, it)).is_some_and(|it| it.1 == Standing::Nothing)
    };
    object.is_read && !leads_nowhere()
}

fn notice(patch: &UnevenPatch, left_out: &[&Unpatched]) -> Notice {
    let UnevenPatch { kind, value, before, .. } = patch;
    let names: Vec<&str> = left_out.iter().map(|it| it.name.as_str()).collect();
    let message = format!(
        "`{}` is not put over {kind} {}, which keeps `{before}` where the others get `{value}`",
        patch.patch,
        names.join(", ")
    );
    let notice = Notice::new(&CHECK.info, Location::text(patch.entry), message)
        .because(format!("{} objects of this kind have `{value}` in `{}`", patch.patched, patch.field))
        .help(format!("add an entry under `patches` for it, or let one entry aim at every {kind}"));
    let related = left_out.iter().take(RELATED_MAX);
    related.fold(notice, |notice, it| {
        notice.related(Location::text(it.at), Role::Base, format!("{kind} {} has `{before}`", it.name))
    })
}
