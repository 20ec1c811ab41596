//! Everything one trial looks at: all units, their bundles, what rendering noticed.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{ObjectId, UnitId};
use seatrial_source::{Completeness, EntryKind, Ref, TreePath, normalize_url};

use crate::{Bundle, Coverage, NameGlob, Object, RenderFacts, Target, Unit};

/// An object of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// The object in that unit's bundle.
    pub object: ObjectId,
}

/// Objects that the configuration says exist elsewhere.
#[derive(Clone, Debug)]
pub struct External {
    /// An API group, or none for any.
    pub group: Option<NameGlob>,
    /// `Secret`
    pub kind: NameGlob,
    /// A namespace, or none for any.
    pub namespace: Option<NameGlob>,
    /// A name.
    pub name: NameGlob,
}

/// What version control knows of the tree's own repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// The addresses of this repository, in a comparable form.
    pub urls: Vec<String>,
    /// The names of its branches and tags, without `refs/...`, sorted; hashes resolve besides.
    pub refs: Vec<Ref>,
    /// Whether an absent ref proves something.
    pub completeness: Completeness,
    /// The directory of the tree that is the repository's top.
    pub top: TreePath,
    /// The directory whose files are all known.
    pub covered: TreePath,
    /// What stands at paths of other revisions: those that the tree's own
    /// sources ask for, as far as the revision could be read.
    pub elsewhere: BTreeMap<(String, TreePath), Option<EntryKind>>,
    /// The full hashes that the tree's own sources ask for and that are of no
    /// commit here.
    pub absent_commits: BTreeSet<String>,
    /// The names that are of tags and of no branch, as far as that is known.
    pub only_tags: BTreeSet<String>,
    /// The names that are of branches and of no tag.
    pub only_branches: BTreeSet<String>,
}

impl Origins {
    /// Whether an address is one of this repository, in whatever form.
    pub fn is_own(&self, url: &str) -> bool {
        let url = normalize_url(url);
        self.urls.iter().any(|it| normalize_url(it) == url)
    }

    /// A path that stands in a source, read from the top of the repository;
    /// none where it leads out of it.
    pub fn path(&self, written: &str) -> Option<TreePath> {
        let path = self.top.join(written.trim().trim_start_matches('/'))?;
        path.is_within(&self.top).then_some(path)
    }
}

/// All units of a tree, rendered for one target.
#[derive(Debug)]
pub struct Repository {
    /// What they are deployed to.
    pub target: Target,
    /// The units, by id.
    pub units: Vec<Unit>,
    /// Their bundles, by unit id.
    pub bundles: Vec<Bundle>,
    /// What rendering noticed.
    pub facts: RenderFacts,
    /// What was found, rendered and skipped.
    pub coverage: Coverage,
    /// Objects declared to exist elsewhere.
    pub external: Vec<External>,
    /// What version control knows; none outside a repository.
    pub origins: Option<Origins>,
}

impl Repository {
    /// The unit with this id.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// The bundle of a unit.
    pub fn bundle(&self, id: UnitId) -> &Bundle {
        &self.bundles[id.0 as usize]
    }

    /// The object at a place.
    pub fn object(&self, place: Place) -> &Object {
        self.bundle(place.unit).object(place.object)
    }

    /// Every object of every unit, in order.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.bundles.iter().flat_map(Bundle::objects)
    }

    /// Every object of a group and kind, in order.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.bundles.iter().flat_map(move |it| it.of_kind(group, kind))
    }

    /// Every object of the groups that are meant, in order.
    pub fn in_groups<'a>(
        &'a self,
        is_meant: impl Fn(&str) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = &'a Object> {
        self.bundles.iter().flat_map(move |it| it.in_groups(is_meant))
    }
}
