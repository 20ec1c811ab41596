//! The checks: pure functions from rendered objects to notices, one file each.
//!
//! Nothing here reads a file. A check declares how much it looks at
//! ([`Level`]) and gets a [`Context`] of that size.

mod address_pools;
mod admission;
mod certificates;
mod checks;
mod claims;
mod context;
mod custom_kinds;
mod databases;
mod defaulted;
mod dns;
mod env_sources;
mod environments;
mod flux;
mod gitops;
mod hashed;
mod image;
mod image_demands;
mod image_names;
mod ingress_nginx;
mod inlined;
mod known_slips;
mod lending;
mod limit_ranges;
mod makers;
mod missing;
mod moved;
mod names;
mod neighbours;
mod node_labels;
mod official_images;
mod optional;
mod partial;
mod pinned;
mod placeholder;
mod pod_classes;
mod policies;
mod policy_halves;
mod policy_kinds;
mod ports;
mod probes;
mod quantities;
mod rbac;
mod releases;
mod resource_slips;
mod resources;
mod review;
mod scaling;
mod secrets;
mod security;
mod selection;
mod slip;
mod storage;
mod titles;
mod tree_state;
mod unjudged;
mod volumes;

pub use checks::ALL;
pub use context::{Context, Indexes, References, Report, World};
pub use custom_kinds::{Definitions, Settled, Undefined, kinds_without_rules, undefined_kinds};
pub use gitops::{asked_commits, asked_elsewhere};
pub use optional::{Need, awaits_value, judges_optional, need_of};
pub use unjudged::unjudged_rules;

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice};
use seatrial_model::{Place, Repository, Unit, UnitRole};

use crate::placeholder::awaits_person;

/// One check: what it says of itself, and its code.
#[derive(Debug)]
pub struct Check {
    /// Name, weight, page.
    pub info: CheckInfo,
    /// Looks at the context and reports.
    pub run: fn(&Context<'_>, &mut Report),
}

/// What every check says of itself, in the order of their ids.
pub fn infos() -> impl Iterator<Item = &'static CheckInfo> {
    ALL.iter().map(|check| &check.info)
}

/// Whether a check passes on what the API server says. Another check that tells
/// of the same field tells more.
pub fn is_from_server(info: &CheckInfo) -> bool {
    ["missing-field", "refused-value", "unknown-field", "wrong-type"].contains(&info.id)
}

/// The checks that are wanted, in the order of their ids.
pub fn wanted(is_wanted: impl Fn(&CheckInfo) -> bool) -> Vec<&'static Check> {
    ALL.iter().copied().filter(|check| is_wanted(&check.info)).collect()
}

/// Runs those of the checks that look at one object or one bundle on a unit. A
/// unit that serves others is incomplete by design, so only single objects are
/// judged.
pub fn run_unit<'a>(world: &'a World<'a>, unit: &'a Unit, checks: &[&Check]) -> Vec<Notice> {
    let mut report = Report::default();
    let context = Context::bundle(world, unit);
    let is_incomplete = partial::is_incomplete(world.repository, unit.id);
    let is_partial = world.repository.facts.partial.contains(&unit.id);
    for check in checks {
        if is_partial && !partial::judges_parts(&check.info) {
            continue;
        }
        // What is absent may stand in the part that nobody could render.
        if is_incomplete && partial::tells_absence(&check.info) && !partial::weighs_what_is_lost(&check.info)
        {
            continue;
        }
        // A check that looks at one object at a time gets them all at once: most
        // look at a few kinds, and the unit knows where these are.
        let runs = match check.info.level {
            Level::Object => true,
            Level::Bundle => unit.role != UnitRole::Base,
            Level::Repository => false,
        };
        if runs {
            (check.run)(&context, &mut report);
        }
    }
    let mut notices = report.into_notices();
    notices.retain(|it| !is_of_lone_patch(world.repository, it) && !awaits_person(world.repository, it));
    notices
}

/// Runs a check that looks at the whole repository.
pub fn run_repository<'a>(world: &'a World<'a>, check: &Check) -> Vec<Notice> {
    let mut report = Report::default();
    (check.run)(&Context::repository(world), &mut report);
    let mut notices = report.into_notices();
    if partial::tells_absence(&check.info) {
        // What is absent may stand in the part that nobody could render.
        notices.retain(|it| match it.at {
            Location::Field { unit, .. } => !partial::is_in_doubt(world.repository, unit, &check.info),
            Location::Text { .. } => true,
        });
        notices.retain(|it| !is_of_lone_patch(world.repository, it));
    }
    notices.retain(|it| !awaits_person(world.repository, it));
    notices
}

/// Whether a notice says that a patch lacks something which the object it
/// completes, and the names that the build gives, may have.
fn is_of_lone_patch(repository: &Repository, notice: &Notice) -> bool {
    let Location::Field { unit, object, .. } = &notice.at else { return false };
    partial::tells_absence(notice.check)
        && review::is_lone_patch(repository, repository.object(Place { unit: *unit, object: *object }))
}
