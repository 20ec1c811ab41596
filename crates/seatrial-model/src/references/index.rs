//! Finds objects by kind and name, by labels, and by what produces them.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use seatrial_diagnostics::UnitId;

use crate::references::labels::{LabelIndex, Labelled};
use crate::references::products::{Product, products};
use crate::{Object, Place, Repository, is_namespaced};

/// All objects of a repository, for finding.
#[derive(Debug, Default)]
pub struct Index {
    objects: Shelf<()>,
    products: Shelf<Product>,
    pub(super) pods: LabelIndex,
    pub(super) services: LabelIndex,
}

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// In one unit.
    Unit(UnitId),
    /// Everywhere.
    All,
}

impl Index {
    /// Reads every object of every unit once.
    pub fn build(repository: &Repository) -> Self {
        let mut index = Self::default();
        let count = repository.bundles.iter().map(|it| it.objects().len()).sum();
        index.objects.entries.reserve(count);
        for object in repository.objects() {
            index.add(object);
        }
        index.objects.sort();
        index.products.sort();
        index
    }

    /// Whether a reference by name may lead to one of several units, as far as can be
    /// told from the names that there are. For little: nothing is kept.
    pub fn may_be_ambiguous(repository: &Repository) -> bool {
        if repository.bundles.len() < 2 {
            return false;
        }
        let mut units: FxHashMap<u64, UnitId> = FxHashMap::default();
        units.reserve(repository.objects().count());
        repository.objects().any(|object| {
            let made = products(object);
            let names = made.iter().map(|it| it.name.as_str()).chain([object.name()]);
            let mut keys = names.filter(|name| !name.is_empty()).map(|name| key("", "", name));
            let mut is_elsewhere = |key| *units.entry(key).or_insert(object.unit()) != object.unit();
            // What is numbered has names that are not written anywhere.
            made.iter().any(|it| it.numbered) || keys.any(&mut is_elsewhere)
        })
    }

    fn add(&mut self, object: &Object) {
        let place = Place { unit: object.unit(), object: object.id() };
        if !object.name().is_empty() {
            self.objects.entries.push((key(object.group(), object.kind(), object.name()), place, ()));
        }
        for product in products(object) {
            let key = key(product.kind.0, product.kind.1, &product.name);
            self.products.entries.push((key, place, product));
        }
        if let Some(labels) = Labelled::Pods.labels(object) {
            self.pods.add(object, labels);
        }
        if let Some(labels) = Labelled::Services.labels(object) {
            self.services.add(object, labels);
        }
    }

    /// The objects of this kind and name; of this namespace where one is given.
    pub fn find<'a>(
        &'a self,
        repository: &'a Repository,
        group: &'a str,
        kind: &'a str,
        namespace: Option<&'a str>,
        name: &'a str,
    ) -> impl Iterator<Item = Place> + 'a {
        self.named(repository, Reach::All, (group, kind), name).filter(move |&place| {
            let object = repository.object(place);
            is_namespaced(group, kind) == Some(false)
                || namespace.is_none_or(|it| object.namespace() == Some(it))
        })
    }

    /// The objects of this kind and name, in any namespace.
    pub(super) fn named<'a>(
        &'a self,
        repository: &'a Repository,
        reach: Reach,
        (group, kind): (&'a str, &'a str),
        name: &'a str,
    ) -> impl Iterator<Item = Place> + 'a {
        self.objects.under(key(group, kind, name), reach).iter().map(|it| it.1).filter(move |&place| {
            let object = repository.object(place);
            object.name() == name && object.is(group, kind)
        })
    }

    /// What is produced under this kind and name, and by which object.
    pub(super) fn produced<'a>(
        &'a self,
        reach: Reach,
        kind: (&'a str, &'a str),
        name: &'a str,
    ) -> impl Iterator<Item = (Place, &'a Product)> + 'a {
        let stem = name.rsplit_once('-').filter(|it| it.1.parse::<u32>().is_ok()).map(|it| it.0);
        let names = [(Some(name), false), (stem, true)];
        names.into_iter().filter_map(|(name, numbered)| Some((name?, numbered))).flat_map(
            move |(name, numbered)| {
                let under = self.products.under(key(kind.0, kind.1, name), reach).iter();
                let meant = move |it: &Product| it.kind == kind && it.name == name && it.numbered == numbered;
                under.filter(move |it| meant(&it.2)).map(|it| (it.1, &it.2))
            },
        )
    }
}

/// Things under hashed keys, sorted by key and place. Keys may clash, so
/// whoever looks something up compares it.
#[derive(Debug)]
struct Shelf<T> {
    entries: Vec<(u64, Place, T)>,
    /// Where the entries whose keys begin with each run of bits start.
    starts: Vec<u32>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), starts: Vec::new() }
    }
}

impl<T> Shelf<T> {
    fn sort(&mut self) {
        self.entries.sort_by_key(|it| (it.0, it.1));
        let bits = self.entries.len().max(2).ilog2();
        self.starts = vec![0; (1 << bits) + 1];
        for (key, ..) in &self.entries {
            self.starts[(key >> (64 - bits)) as usize + 1] += 1;
        }
        for at in 1..self.starts.len() {
            self.starts[at] += self.starts[at - 1];
        }
    }

    fn under(&self, key: u64, reach: Reach) -> &[(u64, Place, T)] {
        let (low, high) = match reach {
            Reach::Unit(unit) => (unit, unit),
            Reach::All => (UnitId(0), UnitId(u32::MAX)),
        };
        let begins_alike = self.begins_alike(key);
        let start = begins_alike.partition_point(|it| (it.0, it.1.unit) < (key, low));
        let rest = &begins_alike[start..];
        &rest[..rest.partition_point(|it| (it.0, it.1.unit) <= (key, high))]
    }

    fn begins_alike(&self, key: u64) -> &[(u64, Place, T)] {
        let bits = self.starts.len().max(2).ilog2();
        let at = (key >> (64 - bits)) as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.entries[start as usize..end as usize],
            _ => &[],
        }
    }
}

fn key(group: &str, kind: &str, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (group, kind, name).hash(&mut hasher);
    hasher.finish()
}
