//! Runs the checks on what was rendered, and knows what belongs to a workload.

use std::collections::BTreeSet;

use rayon::prelude::*;
use seatrial_check::World;
use seatrial_diagnostics::Notice;
use seatrial_model::references::{ExternalReason, Index};
use seatrial_model::{Graph, Place, Repository, Resolution};
use seatrial_profile::ClusterProfile;
use seatrial_render::Rendering;

/// What the checks noticed, and the references they went by.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// Every check's notices, by unit, then those about the repository.
    pub(crate) notices: Vec<Notice>,
    graph: Graph,
}

impl Judgement {
    /// Runs every check.
    pub(crate) fn new(rendering: &Rendering) -> Self {
        let repository = &rendering.repository;
        let graph = graph(repository);
        let profile = ClusterProfile::standard();
        let world = World { repository, graph: &graph, profile: &profile };
        let (units, whole) = rayon::join(
            || repository.units.par_iter().map(|unit| seatrial_check::run_unit(&world, unit)).collect::<Vec<_>>(),
            || seatrial_check::run_repository(&world),
        );
        Self { notices: units.into_iter().flatten().chain(whole).collect(), graph }
    }

    /// The objects that an object refers to or that refer to it.
    pub(crate) fn neighbours(&self, place: Place) -> Vec<Place> {
        let from = self.graph.of(place).iter().flat_map(|link| link.resolution.places().iter().copied());
        let to = self.graph.to(place).map(|link| link.reference.from);
        from.chain(to).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What is taken for granted about an object.
    pub(crate) fn assumptions(&self, place: Place) -> Vec<String> {
        let declared = |resolution: &Resolution| *resolution == Resolution::External(ExternalReason::Declared);
        let links = self.graph.of(place).iter().filter(|link| declared(&link.resolution));
        let names: BTreeSet<String> =
            links.filter_map(|link| Some(format!("{} {}", link.kinds.title(), link.name()?))).collect();
        names.into_iter().map(|name| format!("{name} exists outside the tree, as seatrial.toml says")).collect()
    }
}

/// The references of all objects, read and resolved unit by unit in parallel.
fn graph(repository: &Repository) -> Graph {
    let index = Index::build(repository);
    let parts: Vec<Vec<_>> = repository
        .bundles
        .par_iter()
        .map(|bundle| {
            let places = bundle.objects().iter().map(|it| Place { unit: it.unit(), object: it.id() });
            places.map(|place| Graph::links_of(repository, &index, place)).collect()
        })
        .collect();
    Graph::assemble(index, parts)
}
