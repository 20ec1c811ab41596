//! Argo CD Applications deploy each other.
//!
//! ## Why
//! An Application that deploys Applications owns them: deleting it deletes what they hold.
//! When one of these deploys the first one again, each is managed by the other. Both are
//! shown as parts of each other, pruning one prunes its owner, and the cascade ends with
//! everything deleted. An Application that only deploys itself is a habit, and left alone.
//!
//! ## Bad
//! ```yaml file:argocd/root.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: root, namespace: argocd}
//! spec: {source: {path: apps}}
//! ```
//! ```yaml file:apps/team.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: team, namespace: argocd}
//! spec: {source: {path: argocd}}
//! ```
//! ```text deliveries
//! Application root apps
//! Application team argocd
//! ```
//!
//! ## Good
//! ```yaml file:argocd/root.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: root, namespace: argocd}
//! spec: {source: {path: apps}}
//! ```
//! ```yaml file:apps/team.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: team, namespace: argocd}
//! spec: {source: {path: team}}
//! ```
//! ```yaml file:team/web.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web, namespace: team}
//! ```
//! ```text deliveries
//! Application root apps
//! Application team team
//! ```

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Repository};

use crate::gitops::deployed::{Deployed, deployed};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-application-cycle",
        title: "Argo CD Applications deploy each other",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.cycle"],
        page: include_str!("argocd_application_cycle.rs"),
    },
    run,
};

type Name<'a> = (Option<&'a str>, &'a str);

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all = deployed(repository, |it| it.is("argoproj.io", "Application"));
    let by_name: FxHashMap<Name<'_>, usize> =
        all.iter().enumerate().rev().map(|(at, it)| (name(it.by), at)).collect();
    let steps: Vec<Vec<usize>> = all.iter().map(|it| inner(repository, *it, &by_name)).collect();
    let mut told: FxHashSet<usize> = FxHashSet::default();
    for start in 0..all.len() {
        if told.contains(&start) {
            continue;
        }
        let Some(cycle) = way_back(start, &steps) else { continue };
        told.extend(&cycle);
        let cycle: Vec<&Object> = cycle.iter().map(|&it| all[it].by).collect();
        report.add(notice(&cycle));
    }
}

fn name(app: &Object) -> Name<'_> {
    (app.namespace(), app.name())
}

/// The Applications that one deploys, but for itself.
fn inner(repository: &Repository, it: Deployed<'_>, by_name: &FxHashMap<Name<'_>, usize>) -> Vec<usize> {
    let apps = repository.bundle(it.unit.id).of_kind("argoproj.io", "Application");
    let others = apps.filter(|app| name(app) != name(it.by));
    others.filter_map(|app| by_name.get(&name(app)).copied()).collect()
}

/// The shortest way from an Application back to it.
fn way_back(start: usize, steps: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut before: FxHashMap<usize, usize> = FxHashMap::default();
    let mut waiting = std::collections::VecDeque::from([start]);
    while let Some(at) = waiting.pop_front() {
        for &next in &steps[at] {
            if next == start {
                let mut way = vec![at];
                let mut from = at;
                while from != start {
                    from = *before.get(&from)?;
                    way.push(from);
                }
                way.reverse();
                return Some(way);
            }
            if let std::collections::hash_map::Entry::Vacant(slot) = before.entry(next) {
                slot.insert(at);
                waiting.push_back(next);
            }
        }
    }
    None
}

/// Others of a cycle that are pointed at.
const RELATED_MAX: usize = 5;

fn notice(cycle: &[&Object]) -> Notice {
    let place = |it: &Object| -> Location {
        let source = Field::root(it).keys(&["spec", "source", "path"]);
        source.map_or_else(|| Field::root(it).at("spec"), |it| it.location())
    };
    let own = cycle[0].title();
    let message = match cycle {
        [_, other] => format!("{own} and {} deploy each other", other.title()),
        _ => format!("{own} is deployed by what it deploys"),
    };
    let way: Vec<String> = cycle[1..].iter().chain(&cycle[..1]).map(|it| it.title()).collect();
    let notice = Notice::new(&CHECK.info, place(cycle[0]), message)
        .because(format!("{own} deploys {}", way.join(", which deploys ")))
        .help("keep the Applications that deploy others in a directory that none of these deploys");
    let others = cycle[1..].iter().take(RELATED_MAX);
    others.fold(notice, |notice, it| notice.related(place(it), Role::Application, "and this one deploys on"))
}
