//! Objects of Flux wait for each other.
//!
//! ## Why
//! A Kustomization or `HelmRelease` with `dependsOn` is not applied before those it names are
//! ready. When the chain leads back to it, none of them is ever applied: `dependency ... is
//! not ready`, for good.
//!
//! ## Bad
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, dependsOn: [{name: infra}]}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: infra, namespace: flux-system}
//! spec: {path: ./infra, dependsOn: [{name: apps}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, dependsOn: [{name: infra}]}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: infra, namespace: flux-system}
//! spec: {path: ./infra}
//! ```

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Link, Object, Place};
use seatrial_yaml::FieldPath;

use crate::flux::deploys;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-dependency-cycle",
        title: "Objects of Flux wait for each other",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.dependsOn"],
        page: include_str!("flux_dependency_cycle.rs"),
    },
    run,
};

/// An entry of `dependsOn`, and what it leads to.
type Step<'a> = (&'a Link, Place);

fn run(context: &Context<'_>, report: &mut Report) {
    let waiting: Vec<Place> = context.objects().filter(|it| deploys(it)).map(place).collect();
    let steps: FxHashMap<Place, Vec<Step<'_>>> = waiting.iter().map(|&it| (it, steps(context, it))).collect();
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for &start in &waiting {
        if let Some(cycle) = cycle_from(start, &steps, &mut told) {
            report.add(notice(context, &cycle));
        }
    }
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}

fn steps<'a>(context: &Context<'a>, from: Place) -> Vec<Step<'a>> {
    let depends_on = FieldPath::root().key("spec").key("dependsOn");
    let links = context.graph().of(from).iter().filter(|it| it.path.starts_with(&depends_on));
    let near = |link: &'a Link| {
        let places = link.resolution.places();
        let own = places.iter().find(|it| it.unit == from.unit).or(places.first());
        own.map(|&to| (link, to))
    };
    links.filter_map(near).collect()
}

/// A cycle that can be reached from an object; nobody is looked at twice.
fn cycle_from<'a>(
    start: Place,
    steps: &FxHashMap<Place, Vec<Step<'a>>>,
    told: &mut FxHashSet<Place>,
) -> Option<Vec<Step<'a>>> {
    // The way so far: an object, and which of its steps is next.
    let mut way: Vec<(Place, usize)> = Vec::new();
    if told.insert(start) {
        way.push((start, 0));
    }
    let mut on_way: FxHashSet<Place> = [start].into_iter().collect();
    while let Some((at, next)) = way.last_mut() {
        let Some((_, to)) = steps.get(at).and_then(|it| it.get(*next)) else {
            on_way.remove(at);
            way.pop();
            continue;
        };
        *next += 1;
        if on_way.contains(to) {
            let from = way.iter().position(|(it, _)| it == to)?;
            let taken = way[from..].iter().filter_map(|(it, next)| steps.get(it)?.get(next - 1).copied());
            return Some(taken.collect());
        }
        if told.insert(*to) {
            on_way.insert(*to);
            way.push((*to, 0));
        }
    }
    None
}

fn notice(context: &Context<'_>, cycle: &[Step<'_>]) -> Notice {
    let repository = context.world().repository;
    let title = |at: Place| repository.object(at).title();
    let (first, _) = cycle[0];
    let own = title(first.from);
    let message = match cycle {
        [_] => format!("{own} waits for itself"),
        [_, (other, _)] => format!("{own} and {} wait for each other", title(other.from)),
        _ => format!("{own} waits for what waits for it"),
    };
    let way: Vec<String> = cycle.iter().map(|(_, to)| title(*to)).collect();
    let notice = Notice::new(&CHECK.info, first.location(), message)
        .because(format!("{own} waits for {}", way.join(", which waits for ")))
        .help("remove one of these from `dependsOn`: none of them is ever applied");
    let others = cycle[1..].iter().take(RELATED_MAX);
    others
        .fold(notice, |notice, (link, _)| notice.related(link.location(), Role::Cause, "and this one waits"))
}

const RELATED_MAX: usize = 5;
