//! What a check sees, and where it reports.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Notice, UnitId};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Graph, Link, Object, Place, Repository, Unit, UnitRole};
use seatrial_policy::Family;
use seatrial_profile::ClusterProfile;
use seatrial_schema::{FieldError, Value};
use seatrial_source::Span;
use seatrial_yaml::FieldPath;

use crate::address_pools::AddressPools;
use crate::admission::{Admission, Around, Refusal};
use crate::defaulted::default_of;
use crate::dns::Services;
use crate::image_names::OwnedImages;
use crate::limit_ranges::LimitRanges;
use crate::pinned::Pinned;
use crate::placeholder::{open_word, tokens_of_names};
use crate::policy_halves::{PolicyHalves, known_kinds};
use crate::rbac::Plurals;
use crate::review::{Review, Reviews};
use crate::selection::Index;
use crate::tree_state::TreeState;

/// What several checks look things up in, each built once for a repository when
/// it is first asked for.
#[derive(Debug)]
pub struct Indexes<'a> {
    repository: &'a Repository,
    pods: OnceLock<Index<'a>>,
    services: OnceLock<Index<'a>>,
    hosts: OnceLock<Services<'a>>,
    plurals: OnceLock<Plurals<'a>>,
    limit_ranges: OnceLock<LimitRanges<'a>>,
    reviews: OnceLock<Reviews>,
    tree_state: OnceLock<TreeState<'a>>,
    admission: OnceLock<Admission<'a>>,
    owned_images: OnceLock<OwnedImages<'a>>,
    address_pools: OnceLock<AddressPools<'a>>,
    policy_halves: OnceLock<PolicyHalves<'a>>,
    pinned: OnceLock<Pinned<'a>>,
    known_kinds: OnceLock<BTreeSet<String>>,
    tokens: OnceLock<FxHashSet<&'a str>>,
}

impl<'a> Indexes<'a> {
    /// Indexes of the pods, Services and custom resources of every unit.
    pub fn of(repository: &'a Repository) -> Self {
        Self {
            repository,
            pods: OnceLock::new(),
            services: OnceLock::new(),
            hosts: OnceLock::new(),
            plurals: OnceLock::new(),
            limit_ranges: OnceLock::new(),
            reviews: OnceLock::new(),
            tree_state: OnceLock::new(),
            admission: OnceLock::new(),
            owned_images: OnceLock::new(),
            address_pools: OnceLock::new(),
            policy_halves: OnceLock::new(),
            pinned: OnceLock::new(),
            known_kinds: OnceLock::new(),
            tokens: OnceLock::new(),
        }
    }

    /// Builds what nearly every run of all checks asks for, while something else
    /// is still in the way of the checks.
    pub fn prepare(&self) {
        self.pods();
        self.services();
        self.hosts();
        self.plurals();
        self.limit_ranges();
        self.reviews();
        self.admission();
        self.owned_images();
        self.policy_halves();
    }

    /// Policies that stand in the tree and say nothing here, with their places and why.
    pub fn policies_not_evaluated(&self) -> Vec<(Span, String)> {
        self.admission().not_evaluated(self.around())
    }

    fn around(&self) -> Around<'_, 'a> {
        Around { repository: self.repository, state: self.tree_state(), reviews: self.reviews() }
    }

    fn tokens(&self) -> &FxHashSet<&'a str> {
        self.tokens.get_or_init(|| tokens_of_names(self.repository))
    }

    fn pods(&self) -> &Index<'a> {
        self.pods.get_or_init(|| Index::pods(self.repository))
    }

    fn services(&self) -> &Index<'a> {
        self.services.get_or_init(|| Index::services(self.repository))
    }

    fn hosts(&self) -> &Services<'a> {
        self.hosts.get_or_init(|| Services::of(self.repository))
    }

    fn plurals(&self) -> &Plurals<'a> {
        self.plurals.get_or_init(|| Plurals::of(self.repository))
    }

    fn limit_ranges(&self) -> &LimitRanges<'a> {
        self.limit_ranges.get_or_init(|| LimitRanges::of(self.repository))
    }

    fn reviews(&self) -> &Reviews {
        self.reviews.get_or_init(|| Reviews::of(self.repository))
    }

    fn tree_state(&self) -> &TreeState<'a> {
        self.tree_state.get_or_init(|| TreeState::of(self.repository))
    }

    fn admission(&self) -> &Admission<'a> {
        self.admission.get_or_init(|| Admission::of(self.repository, self.tree_state()))
    }

    fn owned_images(&self) -> &OwnedImages<'a> {
        self.owned_images.get_or_init(|| OwnedImages::of(self.repository))
    }

    fn address_pools(&self) -> &AddressPools<'a> {
        self.address_pools.get_or_init(|| AddressPools::of(self.repository))
    }

    fn policy_halves(&self) -> &PolicyHalves<'a> {
        self.policy_halves.get_or_init(|| PolicyHalves::of(self.repository))
    }

    fn pinned(&self) -> &Pinned<'a> {
        self.pinned.get_or_init(|| Pinned::of(self.repository))
    }

    fn known_kinds(&self) -> &BTreeSet<String> {
        self.known_kinds.get_or_init(|| known_kinds(self.repository))
    }
}

/// The references between all objects, read when somebody first asks for them.
#[derive(Debug)]
pub struct References<'a> {
    repository: &'a Repository,
    graph: OnceLock<Graph>,
}

impl<'a> References<'a> {
    /// Those of a repository.
    pub fn of(repository: &'a Repository) -> Self {
        Self { repository, graph: OnceLock::new() }
    }

    /// Those that were read already.
    pub fn known(repository: &'a Repository, graph: Graph) -> Self {
        Self { repository, graph: graph.into() }
    }

    /// Those that were read, where anybody asked.
    pub fn into_known(self) -> Option<Graph> {
        self.graph.into_inner()
    }
}

impl Deref for References<'_> {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        // Not in parallel: whoever waits for a part could take up a check that asks, too.
        self.graph.get_or_init(|| Graph::build(self.repository))
    }
}

/// Everything that is the same for every check of a run.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// All units and what rendering noticed.
    pub repository: &'a Repository,
    /// The references between all objects.
    pub graph: &'a References<'a>,
    /// The target cluster.
    pub profile: &'a ClusterProfile,
    /// What several checks look things up in.
    pub indexes: &'a Indexes<'a>,
}

/// How much of the world one call is about.
#[derive(Clone, Copy, Debug)]
enum Scope<'a> {
    Bundle(&'a Unit),
    Repository,
}

/// What a check sees: the world, and the part of it that this call is about.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    world: &'a World<'a>,
    scope: Scope<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn bundle(world: &'a World<'a>, unit: &'a Unit) -> Self {
        Self { world, scope: Scope::Bundle(unit) }
    }

    pub(crate) fn repository(world: &'a World<'a>) -> Self {
        Self { world, scope: Scope::Repository }
    }

    /// The whole world.
    pub fn world(&self) -> &'a World<'a> {
        self.world
    }

    /// The references between all objects.
    pub fn graph(&self) -> &'a Graph {
        self.world.graph
    }

    /// The pods that the templates of every unit make, by label.
    pub(crate) fn pods(&self) -> &'a Index<'a> {
        self.world.indexes.pods()
    }

    /// Where images have an owner or a registry.
    pub(crate) fn owned_images(&self) -> &'a OwnedImages<'a> {
        self.world.indexes.owned_images()
    }

    /// The addresses that `MetalLB` may give to Services.
    pub(crate) fn address_pools(&self) -> &'a AddressPools<'a> {
        self.world.indexes.address_pools()
    }

    /// The halves of policies that the whole tree has.
    pub(crate) fn policy_halves(&self) -> &'a PolicyHalves<'a> {
        self.world.indexes.policy_halves()
    }

    /// The releases of operators that the tree installs.
    pub(crate) fn pinned(&self) -> &'a Pinned<'a> {
        self.world.indexes.pinned()
    }

    /// The names of all kinds that there are; gathered when they are first asked for.
    pub(crate) fn known_kinds(&self) -> &'a BTreeSet<String> {
        self.world.indexes.known_kinds()
    }

    /// The Services of every unit, by their own labels.
    pub(crate) fn services(&self) -> &'a Index<'a> {
        self.world.indexes.services()
    }

    /// The Services of every unit, as hosts.
    pub(crate) fn hosts(&self) -> &'a Services<'a> {
        self.world.indexes.hosts()
    }

    /// What the tree calls custom resources.
    pub(crate) fn plurals(&self) -> &'a Plurals<'a> {
        self.world.indexes.plurals()
    }

    /// What the tree's `LimitRange` objects fill in.
    pub(crate) fn limit_ranges(&self) -> &'a LimitRanges<'a> {
        self.world.indexes.limit_ranges()
    }

    /// What the tree states for its own objects.
    pub(crate) fn tree_state(&self) -> &'a TreeState<'a> {
        self.world.indexes.tree_state()
    }

    /// What policies of a family have against the objects of a unit.
    pub(crate) fn refusals(&self, family: Family) -> impl Iterator<Item = &'a Refusal> + use<'a> {
        let World { indexes, .. } = *self.world;
        let unit = match self.scope {
            Scope::Bundle(unit) => Some(unit.id),
            Scope::Repository => None,
        };
        unit.into_iter().flat_map(move |unit| indexes.admission().refusals(indexes.around(), unit, family))
    }

    /// A refusal of an object as grave as it is where policies of the tree may
    /// change the object before.
    pub(crate) fn weigh(&self, object: &Object, notice: Notice) -> Notice {
        let World { indexes, .. } = *self.world;
        indexes.admission().changes(indexes.around(), object).weigh(notice)
    }

    /// What the API server would say to an object.
    pub(crate) fn review_of(&self, object: &Object) -> &'a Review {
        self.world.indexes.reviews().answer(self.world.repository, object)
    }

    /// Who gives a field its default, where an object does not write it.
    pub(crate) fn default_of(&self, object: &Object, path: &FieldPath) -> Option<String> {
        if path.is_empty() || object.at(path).is_some() {
            return None;
        }
        let World { indexes, repository, .. } = *self.world;
        if let Some(held) = indexes.reviews().held(repository, object) {
            return default_of(object, &held.value, path, "the definition of the kind");
        }
        let (value, _) = indexes.tree_state().decoded(object)?;
        default_of(object, &value, path, "the API server")
    }

    /// What the server warns of where the repository's definitions give an
    /// object's version up.
    pub(crate) fn deprecation_of(&self, object: &Object) -> Option<&'a str> {
        self.world.indexes.reviews().deprecation(self.world.repository, object)
    }

    /// The versions that the repository's definitions serve an object's kind in.
    pub(crate) fn defined_versions(&self, object: &Object) -> BTreeSet<String> {
        self.world.indexes.reviews().defined_versions(self.world.repository, object)
    }

    /// The kind that is surely meant by one that its group does not have.
    pub(crate) fn kind_meant(&self, object: &Object) -> Option<&'a str> {
        self.world.indexes.reviews().kind_meant(object)
    }

    /// The group and version of a kind of Kubernetes, of whose group an object's
    /// is a slip.
    pub(crate) fn group_meant(&self, object: &Object) -> Option<String> {
        self.world.indexes.reviews().group_meant(object)
    }

    /// What the rules behind the types say of an object with other values in some
    /// places.
    pub(crate) fn errors_with(&self, object: &Object, values: &[(&FieldPath, Value)]) -> Vec<FieldError> {
        self.world.indexes.reviews().errors_with(object, values)
    }

    /// Whether no definition of a kind can be of an object's group.
    pub(crate) fn is_no_group(&self, object: &Object) -> bool {
        self.world.indexes.reviews().is_no_group(object)
    }

    /// The version that the target serves a kind in: `policy/v1`; also of a
    /// group that took the kind over.
    pub(crate) fn serving(&self, group: &str, kind: &str) -> Option<String> {
        self.world.indexes.reviews().serving(group, kind)
    }

    /// The objects this call is about; for the repository, those of every
    /// unit that is judged by itself.
    pub fn objects(&self) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let repository = self.world.repository;
        match self.scope {
            Scope::Bundle(unit) => Box::new(repository.bundle(unit.id).objects().iter()),
            Scope::Repository => Box::new(
                self.judged_units().flat_map(move |unit| repository.bundle(unit.id).objects().iter()),
            ),
        }
    }

    /// The units that are judged by themselves.
    pub fn judged_units(&self) -> impl Iterator<Item = &'a Unit> + use<'a> {
        self.world.repository.units.iter().filter(|unit| unit.role != UnitRole::Base)
    }

    /// The objects of a group and kind this call is about.
    pub fn of_kind(&self, group: &'a str, kind: &'a str) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let repository = self.world.repository;
        match self.scope {
            Scope::Bundle(unit) => Box::new(repository.bundle(unit.id).of_kind(group, kind)),
            Scope::Repository => Box::new(
                self.judged_units().flat_map(move |unit| repository.bundle(unit.id).of_kind(group, kind)),
            ),
        }
    }

    /// The templates of pods in the objects this call is about.
    pub fn pod_templates(&self) -> Box<dyn Iterator<Item = PodTemplate<'a>> + 'a> {
        let repository = self.world.repository;
        match self.scope {
            Scope::Bundle(unit) => {
                Box::new(repository.bundle(unit.id).workloads().filter_map(PodTemplate::of))
            }
            Scope::Repository => Box::new(
                self.judged_units()
                    .flat_map(move |unit| repository.bundle(unit.id).workloads())
                    .filter_map(PodTemplate::of),
            ),
        }
    }

    /// Whether a text holds a word that something else is put in for, as names of the
    /// tree show, where it is told.
    pub(crate) fn is_completed(&self, text: &str) -> bool {
        open_word(text).is_some_and(|it| self.world.indexes.tokens().contains(it))
    }

    /// The references that an object makes, with what they lead to.
    pub fn links_of(&self, object: &Object) -> &'a [Link] {
        self.world.graph.of(Place { unit: object.unit(), object: object.id() })
    }

    /// Every reference of the objects this call is about, with its object.
    pub fn links(&self) -> impl Iterator<Item = (&'a Object, &'a Link)> + use<'a> {
        let graph = self.world.graph;
        self.objects().flat_map(move |object| {
            let place = Place { unit: object.unit(), object: object.id() };
            graph.of(place).iter().map(move |link| (object, link))
        })
    }

    /// The unit an object belongs to.
    pub fn unit(&self, id: UnitId) -> &'a Unit {
        self.world.repository.unit(id)
    }

    /// Whether the objects of this call's unit only complete others.
    pub fn is_partial(&self) -> bool {
        match self.scope {
            Scope::Bundle(unit) => self.world.repository.facts.partial.contains(&unit.id),
            Scope::Repository => false,
        }
    }
}

/// Where checks put what they notice.
#[derive(Debug, Default)]
pub struct Report {
    notices: Vec<Notice>,
}

impl Report {
    /// Adds a notice.
    pub fn add(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// Adds a notice if there is one.
    pub fn add_some(&mut self, notice: Option<Notice>) {
        self.notices.extend(notice);
    }

    /// Adds a notice if there is one.
    pub fn add_if(&mut self, notice: Option<Notice>) {
        self.notices.extend(notice);
    }

    /// All notices in the order they were added.
    pub fn into_notices(self) -> Vec<Notice> {
        self.notices
    }
}
