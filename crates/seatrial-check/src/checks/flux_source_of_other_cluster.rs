//! An object of Flux names a source that only another cluster has.
//!
//! ## Why
//! A repository for several clusters has a tree of Kustomizations for each. A source is an
//! object like others: one that is applied to the first cluster is not there in the second,
//! and a `HelmRelease` that was copied over waits for it for good.
//!
//! A cluster is what one set of files has applied, however long the way. It is told where
//! the cluster's other objects find all of their sources in it.
//!
//! ## Bad
//! ```yaml file:main/flux.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: main, namespace: flux-system}
//! spec: {path: ./main/apps}
//! ```
//! ```yaml file:main/apps/all.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: HelmRepository
//! metadata: {name: ingress, namespace: flux-system}
//! ```
//! ```yaml file:nas/flux.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: nas, namespace: flux-system}
//! spec: {path: ./nas/apps}
//! ```
//! ```yaml file:nas/apps/all.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: HelmRepository
//! metadata: {name: common, namespace: flux-system}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: a, namespace: flux-system}
//! spec: {chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: common}}}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: b, namespace: flux-system}
//! spec: {chart: {spec: {chart: b, sourceRef: {kind: HelmRepository, name: common}}}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: c, namespace: flux-system}
//! spec: {chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: ingress}}}}
//! ```
//! ```text deliveries
//! Kustomization main main/apps
//! Kustomization nas nas/apps
//! ```
//!
//! ## Good
//! ```yaml file:nas/flux.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: nas, namespace: flux-system}
//! spec: {path: ./nas/apps}
//! ```
//! ```yaml file:nas/apps/all.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: HelmRepository
//! metadata: {name: ingress, namespace: flux-system}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: c, namespace: flux-system}
//! spec: {chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: ingress}}}}
//! ```
//! ```text deliveries
//! Kustomization nas nas/apps
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness, UnitId};
use seatrial_model::references::Relation;
use seatrial_model::{Field, Link, Object, Place, Repository};

use crate::flux::deploys;
use crate::gitops::deployed::deployed;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-source-of-other-cluster",
        title: "An object of Flux names a source that only another cluster has",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.source"],
        page: include_str!("flux_source_of_other_cluster.rs"),
    },
    run,
};

/// Units inside each other.
const DEPTH_MAX: usize = 8;
/// With fewer objects that find their source, a cluster is not known well enough.
const SETTLED_MIN: usize = 2;

/// A reference to a source, and whether its own cluster has that.
struct Need<'a> {
    link: &'a Link,
    object: &'a Object,
    is_own: bool,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let above: BTreeMap<UnitId, UnitId> =
        deployed(repository, deploys).iter().map(|it| (it.unit.id, it.by.unit())).collect();
    let clusters: BTreeSet<UnitId> = above.keys().filter_map(|it| cluster(&above, *it)).collect();
    if clusters.len() < 2 {
        return;
    }
    let mut needs: BTreeMap<UnitId, Vec<Need<'_>>> = BTreeMap::new();
    for (object, link) in context.links().filter(|it| it.1.relation == Relation::Source && deploys(it.0)) {
        let Some(own) = cluster(&above, object.unit()) else { continue };
        let there: Vec<UnitId> = link.resolution.places().iter().map(|it| it.unit).collect();
        let of_cluster = |unit: &UnitId| cluster(&above, *unit).or(clusters.get(unit).copied());
        // What nobody applies may be applied by hand to any cluster.
        if there.is_empty() || there.iter().any(|it| of_cluster(it).is_none()) {
            continue;
        }
        // An instance of Flux makes the one that its cluster begins with.
        let makes = |it: &Place| repository.object(*it).is("fluxcd.controlplane.io", "FluxInstance");
        if link.resolution.places().iter().any(makes) {
            continue;
        }
        let is_own = there.iter().any(|it| of_cluster(it) == Some(own));
        needs.entry(own).or_default().push(Need { link, object, is_own });
    }
    for needs in needs.values() {
        let astray: Vec<&Need<'_>> = needs.iter().filter(|it| !it.is_own).collect();
        let names: BTreeSet<Option<&str>> = astray.iter().map(|it| it.link.name()).collect();
        if names.len() == 1 && needs.len() - astray.len() >= SETTLED_MIN {
            report.add(notice(repository, &astray));
        }
    }
}

/// The unit with which everything begins that leads to a unit.
fn cluster(above: &BTreeMap<UnitId, UnitId>, unit: UnitId) -> Option<UnitId> {
    let mut at = *above.get(&unit)?;
    for _ in 0..DEPTH_MAX {
        match above.get(&at) {
            Some(next) if *next != at => at = *next,
            _ => break,
        }
    }
    Some(at)
}

fn notice(repository: &Repository, astray: &[&Need<'_>]) -> Notice {
    let Need { link, object, .. } = astray[0];
    let source = repository.object(link.resolution.places()[0]);
    let message = format!("{} names {}, which its own cluster does not have", object.title(), source.title());
    let place = Field::root(source).key("metadata").map(|it| it.at("name"));
    let notice = Notice::new(&CHECK.info, link.location(), message)
        .because("all other sources that objects of the cluster name are applied to it")
        .help(format!("add {} to what is applied to this cluster", source.title()));
    let notice = match place {
        Some(place) => notice.related(place, Role::Definition, "this is applied to another cluster"),
        None => notice,
    };
    astray[1..]
        .iter()
        .take(RELATED_MAX)
        .fold(notice, |notice, it| notice.related(it.link.location(), Role::Reference, "this names it, too"))
}

const RELATED_MAX: usize = 5;
