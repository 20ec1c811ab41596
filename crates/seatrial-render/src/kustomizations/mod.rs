//! The kustomizations of a tree: built as `kustomize build` does, and what they
//! make turned into a text like any other.

mod charts;
mod edits;
mod graph;
mod inflations;
mod make;
pub(crate) mod problems;
pub(crate) mod provenance;
mod tree;
mod uneven;
mod unlike;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::UnitId;
use seatrial_helm::HelmVersion;
use seatrial_kustomize::{Additions, Build};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};
use seatrial_yaml::Stream;

use crate::kustomization::Part;
use crate::overlay;
use crate::template::Refusal;
use crate::unit_text::UnitText;
use crate::walk::Links;

pub use charts::HelmCharts;
pub(crate) use graph::{Service, reached, standings};
pub(crate) use inflations::Inflations;
pub(crate) use make::Maker;
use tree::Frozen;
pub(crate) use tree::Tree;
pub(crate) use uneven::of_built as uneven_patches;

/// Changes the text of each object behind the build, as Flux puts variables in.
pub(crate) type Substitute = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// A kustomization that is to be built.
#[derive(Clone)]
pub(crate) struct Ask {
    /// Its directory.
    pub(crate) directory: TreePath,
    /// The path that the text it makes is kept under; nobody sees it.
    pub(crate) place: TreePath,
    /// What somebody adds to its file.
    pub(crate) additions: Additions,
    /// What is done to the text of each object.
    pub(crate) substitute: Option<Substitute>,
    /// Whether nobody adds anything.
    pub(crate) is_plain: bool,
    /// What it is to others.
    pub(crate) service: Service,
    /// Whether files outside its directory may be read, as for Flux.
    pub(crate) is_unrestricted: bool,
}

impl fmt::Debug for Ask {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ask({})", self.place)
    }
}

impl Ask {
    /// Whether it is a component that nothing here takes in: what it looks for
    /// stands in those who will.
    fn is_component(&self) -> bool {
        self.service == Service::Component
    }

    /// A directory as `kustomize build` builds it.
    pub(crate) fn plain(directory: TreePath) -> Self {
        let place = directory.join("(built)").expect("a name stays inside");
        Self {
            directory,
            place,
            additions: Additions::default(),
            substitute: None,
            is_plain: true,
            service: Service::Own,
            is_unrestricted: false,
        }
    }

    /// A directory with what an object of Argo CD or Flux adds to it; the label
    /// tells it from others in the same directory.
    pub(crate) fn with(directory: TreePath, label: &str, additions: Additions) -> Self {
        let label = label.replace('/', ":");
        let place = directory.join(&format!("(built for {label})")).expect("a name stays inside");
        Self { place, additions, is_plain: false, ..Self::plain(directory) }
    }
}

/// A kustomization that was built.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) ask: Ask,
    pub(crate) build: Build,
    /// The texts that were read for it, sorted.
    reads: Vec<FileId>,
    /// What it makes, document by document the objects of the build; none for
    /// one that is only judged through others.
    pub(crate) made: Option<Arc<Stream>>,
}

/// All kustomizations that were built.
#[derive(Debug, Default)]
pub(crate) struct Kustomizations {
    all: Vec<Built>,
    /// By the text that each makes.
    by_text: FxHashMap<FileId, usize>,
    by_unit: BTreeMap<UnitId, Vec<usize>>,
    /// What was read, for building again.
    tree: Frozen,
    links: Links,
    /// Where files are listed, and what for.
    listed: FxHashMap<Span, Part>,
    /// What charts made in them.
    inflations: Inflations,
}

impl Built {
    /// Whether all of its objects are there, as they would be applied.
    fn is_complete(&self) -> bool {
        self.build.problems.iter().all(|it| !it.is_fatal)
    }
}

impl Kustomizations {
    /// Takes in what was built; gives its place here.
    pub(crate) fn add(&mut self, built: Built) -> usize {
        let at = self.all.len();
        self.by_text.extend(built.made.iter().map(|it| (it.file(), at)));
        self.all.push(built);
        at
    }

    /// The place of a directory that was built as it is.
    pub(crate) fn at(&self, directory: &TreePath) -> Option<usize> {
        self.all.iter().position(|it| it.ask.is_plain && it.ask.directory == *directory)
    }

    /// Makes a text of what stands at a place.
    pub(crate) fn print(&mut self, at: usize, maker: &Maker<'_>, sources: &mut SourceMap) -> FileId {
        let file = maker.print(&mut self.all[at], sources);
        self.by_text.insert(file, at);
        file
    }

    /// What stands at a place.
    pub(crate) fn built(&self, at: usize) -> &Built {
        &self.all[at]
    }

    /// Keeps what it takes to build again.
    pub(crate) fn keep(&mut self, tree: Frozen, links: &Links, listed: FxHashMap<Span, Part>) {
        self.listed = listed;
        self.tree = tree;
        self.links = links.clone();
    }

    /// Takes in what their charts made; the texts of these become sources.
    pub(crate) fn load_charts(&mut self, files: &dyn Files, sources: &mut SourceMap) {
        let builds = self.all.iter().map(|it| &it.build);
        self.inflations = Inflations::of(builds, HelmVersion::default(), files, sources);
    }

    /// What charts made in them.
    pub(crate) fn inflations(&self) -> &Inflations {
        &self.inflations
    }

    /// Learns which units they became.
    pub(crate) fn name(&mut self, ids: &[(UnitId, usize)]) {
        for &(unit, at) in ids {
            self.by_unit.entry(unit).or_default().push(at);
        }
    }

    /// Whether a text was made by a kustomization.
    pub(crate) fn has_made(&self, file: FileId) -> bool {
        self.by_text.contains_key(&file)
    }

    /// The kustomizations of a unit.
    fn of_unit(&self, unit: UnitId) -> impl Iterator<Item = &Built> {
        self.by_unit.get(&unit).into_iter().flatten().map(|&at| &self.all[at])
    }

    /// The units with the kustomization each was made of; one that was made of
    /// several stands here as often.
    fn units(&self) -> impl Iterator<Item = (UnitId, &Built)> {
        self.by_unit.iter().flat_map(move |(&unit, all)| all.iter().map(move |&at| (unit, &self.all[at])))
    }

    /// Whether a unit was built in full.
    pub(crate) fn is_complete(&self, unit: UnitId) -> bool {
        self.of_unit(unit).all(Built::is_complete)
    }

    /// What a unit would apply.
    pub(crate) fn text_of(&self, unit: UnitId) -> UnitText {
        let mut all = UnitText { refusals: self.refusals_of(unit), ..UnitText::default() };
        for built in self.of_unit(unit) {
            if !all.text.is_empty() {
                all.text.push_str("---\n");
                all.origins.push(Vec::new());
            }
            let (text, origins) = overlay::lines(&built.build);
            all.text.push_str(&text);
            // Behind the last line break stands no line.
            all.origins.extend(origins.into_iter().take(text.lines().count()));
        }
        all
    }

    /// What Kustomize would refuse of a unit.
    pub(crate) fn refusals_of(&self, unit: UnitId) -> Vec<Refusal> {
        let problems = self.of_unit(unit).flat_map(|it| &it.build.problems).filter(|it| it.is_fatal);
        problems.map(|it| Refusal { message: it.message.clone(), at: it.span }).collect()
    }

    /// The kustomization files that took part in a build.
    pub(crate) fn files(&self) -> FxHashSet<&TreePath> {
        self.all.iter().flat_map(|it| &it.build.files).collect()
    }

    /// The charts that builds inflate, each with the directory of the first that
    /// is no base.
    pub(crate) fn inflated(&self) -> BTreeMap<&TreePath, &TreePath> {
        let mut found = BTreeMap::new();
        let own = self.all.iter().filter(|it| it.ask.service == Service::Own);
        for built in own.chain(&self.all) {
            for chart in &built.build.charts {
                found.entry(chart).or_insert(&built.ask.directory);
            }
        }
        found
    }

    /// The texts that were made.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.all.iter().filter_map(|it| it.made.as_ref()).chain(self.inflations.streams())
    }
}
