//! Runs the checks on what was rendered, and knows what belongs to a workload.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rayon::prelude::*;
use seatrial_check::{Indexes, References, World, run_repository, run_unit, wanted};
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity};
use seatrial_model::references::{ExternalReason, Index, Relation};
use seatrial_model::{Bundle, Graph, Link, Place, Repository, Resolution};
use seatrial_profile::ClusterProfile;
use seatrial_render::Rendering;
use seatrial_source::Span;

use crate::absorb::absorb;
use crate::optional;

/// Runs of more checks ask for nearly everything that can be looked up, so that
/// it is prepared in parallel; a few may get by without.
const FEW_CHECKS: usize = 12;

/// What the checks noticed.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// Every check's notices, by unit, then those about the repository.
    pub(crate) notices: Vec<Notice>,
    /// What refers to what, where a check asked.
    graph: OnceLock<Graph>,
    /// What references are resolved against, where the graph was not asked for.
    index: OnceLock<Index>,
    /// Whether anything may be taken for granted about what an object refers to.
    may_assume: OnceLock<bool>,
    /// Policies of the tree that say nothing here, with their places and why.
    pub(crate) not_evaluated: Vec<(Span, String)>,
}

/// Whether so few checks are wanted that they may not ask for everything.
pub(crate) fn are_few(is_wanted: impl Fn(&CheckInfo) -> bool) -> bool {
    wanted(is_wanted).len() <= FEW_CHECKS
}

impl Judgement {
    /// Resolves the references and runs the checks that are wanted.
    pub(crate) fn new(rendering: &Rendering, is_wanted: impl Fn(&CheckInfo) -> bool) -> Self {
        let repository = &rendering.repository;
        let checks = wanted(&is_wanted);
        let indexes = Indexes::of(repository);
        let are_few = checks.len() <= FEW_CHECKS;
        let references = if are_few {
            References::of(repository)
        } else {
            let (graph, ()) = rayon::join(|| graph(repository), || indexes.prepare());
            References::known(repository, graph)
        };
        let mut profile = ClusterProfile::standard();
        profile.kubernetes = repository.target.kubernetes;
        let world = World { repository, graph: &references, profile: &profile, indexes: &indexes };
        let may_assume = OnceLock::new();
        let units = || {
            let units = repository.units.par_iter().with_max_len(1);
            units.map(|unit| run_unit(&world, unit, &checks)).collect::<Vec<_>>()
        };
        let whole = || {
            let checks = checks.par_iter().filter(|check| check.info.level == Level::Repository);
            checks.map(|check| run_repository(&world, check)).collect::<Vec<_>>()
        };
        // Of more checks the graph says so itself.
        let names = || are_few.then(|| may_assume.get_or_init(|| Self::may_assume_in(repository)));
        let (units, (whole, _)) = rayon::join(units, || rayon::join(whole, names));
        let broken: BTreeSet<Place> = rendering.broken.iter().copied().collect();
        let all = units.into_iter().chain(whole).flatten();
        let mut notices = absorb(all.filter_map(|notice| believable(notice, &broken)).collect());
        notices.extend(optional::notices(rendering, is_wanted));
        let not_evaluated = indexes.policies_not_evaluated();
        let graph = references.into_known().map_or_else(OnceLock::new, OnceLock::from);
        Self { notices, graph, index: OnceLock::new(), may_assume, not_evaluated }
    }

    /// What refers to what.
    pub(crate) fn graph(&self, repository: &Repository) -> &Graph {
        self.graph.get_or_init(|| graph(repository))
    }

    /// The objects that an object refers to or that refer to it, and what
    /// those produce. The namespace that all share is left out.
    pub(crate) fn neighbours(&self, repository: &Repository, place: Place) -> Vec<Place> {
        let graph = self.graph(repository);
        let counts = |link: &&Link| link.relation != Relation::Namespace;
        let from = graph.of(place).iter().filter(counts);
        let to = graph.to(place).filter(counts);
        let all: BTreeSet<Place> =
            from.flat_map(|link| link.resolution.places()).copied().chain(to.map(|link| link.from)).collect();
        all.into_iter().filter(|&other| other != place).collect()
    }

    /// What is taken for granted about an object: things it refers to that
    /// exist elsewhere, and what is said of its unit.
    pub(crate) fn assumptions(&self, repository: &Repository, place: Place) -> Vec<String> {
        let of_unit = repository.unit(place.unit).assumptions.iter().cloned();
        let read;
        let links = if let Some(graph) = self.graph.get() {
            graph.of(place)
        } else if !self.may_assume(repository) {
            &[][..]
        } else {
            read = Graph::links_of(repository, self.index(repository), place);
            &read
        };
        let lines: BTreeSet<String> = links.iter().filter_map(assumption).chain(of_unit).collect();
        lines.into_iter().collect()
    }

    /// Whether [`assumption`] may tell of a link.
    fn may_assume(&self, repository: &Repository) -> bool {
        *self.may_assume.get_or_init(|| Self::may_assume_in(repository))
    }

    fn may_assume_in(repository: &Repository) -> bool {
        !repository.external.is_empty() || Index::may_be_ambiguous(repository)
    }

    fn index(&self, repository: &Repository) -> &Index {
        self.index.get_or_init(|| Index::build(repository))
    }
}

/// The reference graph, read object by object in parallel.
pub(crate) fn graph(repository: &Repository) -> Graph {
    let index = Index::build(repository);
    let links = |bundle: &Bundle| {
        let objects = bundle.objects().par_iter();
        let places = objects.map(|object| Place { unit: object.unit(), object: object.id() });
        places.map(|place| Graph::links_of(repository, &index, place)).collect()
    };
    let parts = repository.bundles.par_iter().map(links).collect();
    Graph::assemble(index, parts)
}

fn assumption(link: &Link) -> Option<String> {
    let name = link.name()?;
    let object = format!("{} {name}", link.kinds.title());
    match &link.resolution {
        Resolution::External(ExternalReason::Declared) => {
            Some(format!("{object} exists outside the tree, as seatrial.toml says"))
        }
        Resolution::Ambiguous { places } => {
            Some(format!("{object} is one of the {} that the tree defines", places.len()))
        }
        _ => None,
    }
}

/// Checks that say something of a whole file, whatever stands in it.
const ABOUT_FILES: [&str; 1] = ["orphan-manifest"];

/// In a document that the tools refuse, what seems absent may only be unread:
/// nothing is said about its objects, and nothing is proven by them.
fn believable(mut notice: Notice, broken: &BTreeSet<Place>) -> Option<Notice> {
    let is_broken = |at: &Location| match at {
        Location::Field { unit, object, .. } => broken.contains(&Place { unit: *unit, object: *object }),
        Location::Text { .. } => false,
    };
    if is_broken(&notice.at) && !ABOUT_FILES.contains(&notice.check.id) {
        return None;
    }
    if notice.related.iter().any(|related| is_broken(&related.at)) {
        notice.severity = notice.severity.min(Severity::Warning);
    }
    Some(notice)
}
