//! Entries of `images` that two kustomizations write differently for one base
//! that is only to be had from another host: one of the two fits nothing.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{Location, Notice, Role, UnitId};
use seatrial_kustomize::{Problem, ProblemKind};
use seatrial_source::{Span, TreePath};

use super::problems::{Context, is_gap};
use super::{Built, Kustomizations};
use crate::checks::UNMATCHED_OVERRIDE;

/// An entry that no container is known to run.
struct Entry<'a> {
    name: &'a str,
    path: &'a TreePath,
    span: Span,
    unit: UnitId,
    built: &'a Built,
}

impl Kustomizations {
    /// Names without the registry that others have for the same base.
    pub(super) fn images_unlike_others(&self, context: &Context<'_>) -> Vec<Notice> {
        let with_gap = self.units().filter(|(_, built)| built.build.problems.iter().any(is_gap));
        let entries: Vec<Entry<'_>> = with_gap.flat_map(|(unit, built)| unmatched(unit, built)).collect();
        let mut qualified: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
        for entry in &entries {
            if let Some(name) = without_host(entry.name) {
                qualified.entry(name).or_default().push(entry);
            }
        }
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for entry in entries.iter().filter(|it| without_host(it.name).is_none()) {
            let others = qualified.get(entry.name).into_iter().flatten();
            let Some(other) = others.into_iter().find(|it| shares_base(it, entry)) else { continue };
            if told.insert((entry.path, entry.span)) {
                found.push(notice(entry, other, context));
            }
        }
        found
    }
}

fn unmatched(unit: UnitId, built: &Built) -> impl Iterator<Item = Entry<'_>> {
    let unused = built.build.problems.iter().filter(|it| it.kind == ProblemKind::Unused);
    unused.filter_map(move |it| Some(Entry { name: image(it)?, path: &it.path, span: it.span?, unit, built }))
}

fn image(problem: &Problem) -> Option<&str> {
    Some(problem.message.strip_prefix("no image is called '")?.trim_end_matches('\''))
}

/// What stands behind the registry, where there is one.
fn without_host(name: &str) -> Option<&str> {
    name.split_once('/').filter(|(host, _)| host.contains(['.', ':'])).map(|(_, rest)| rest)
}

/// Whether both build on a kustomization that is neither's own.
fn shares_base(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    let bases = |it: &Entry<'_>| it.built.build.files.iter().skip(1).cloned().collect::<BTreeSet<_>>();
    !bases(one).is_disjoint(&bases(other))
}

fn notice(entry: &Entry<'_>, other: &Entry<'_>, context: &Context<'_>) -> Notice {
    let (name, qualified) = (entry.name, other.name);
    let message = format!("`images` names `{name}` here and `{qualified}` in `{}`", other.path);
    Notice::new(&UNMATCHED_OVERRIDE, Location::text(entry.span), message)
        .in_unit(entry.unit)
        .because("both are for what the same base brings, so one of the two fits no container")
        .help(format!("name the image as the base has it, probably `{qualified}`"))
        .related(Location::text(other.span), Role::Reference, "the other name")
        .at_most(context.severity_of(entry.unit))
}
