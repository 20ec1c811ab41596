//! Finds objects by kind and name, by labels, and by what produces them.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::references::labels::{LabelIndex, Labelled};
use crate::references::products::{Product, products};
use crate::{Object, Place, Repository, is_namespaced};

/// All objects of a repository, for finding.
#[derive(Debug, Default)]
pub struct Index {
    objects: Chains<Place>,
    products: Chains<(Place, Product)>,
    pub(super) pods: LabelIndex,
    pub(super) services: LabelIndex,
}

impl Index {
    /// Reads every object of every unit once.
    pub fn build(repository: &Repository) -> Self {
        let mut index = Self::default();
        let count = repository.bundles.iter().map(|it| it.objects().len()).sum();
        index.objects.reserve(count);
        for object in repository.objects() {
            index.add(object);
        }
        index
    }

    fn add(&mut self, object: &Object) {
        let place = Place { unit: object.unit(), object: object.id() };
        if !object.name().is_empty() {
            self.objects.push(key(object.group(), object.kind(), object.name()), place);
        }
        for product in products(object) {
            self.products.push(key(product.kind.0, product.kind.1, &product.name), (place, product));
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
        self.named(repository, group, kind, name).filter(move |&place| {
            let object = repository.object(place);
            is_namespaced(group, kind) == Some(false)
                || namespace.is_none_or(|it| object.namespace() == Some(it))
        })
    }

    /// The objects of this kind and name, in any namespace.
    pub(super) fn named<'a>(
        &'a self,
        repository: &'a Repository,
        group: &'a str,
        kind: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = Place> + 'a {
        self.objects.under(key(group, kind, name)).copied().filter(move |&place| {
            let object = repository.object(place);
            object.name() == name && object.is(group, kind)
        })
    }

    /// What is produced under this kind and name, and by which object.
    pub(super) fn produced<'a>(
        &'a self,
        group: &'a str,
        kind: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = &'a (Place, Product)> + 'a {
        let exact = self.products.under(key(group, kind, name));
        let exact = exact.filter(move |it| it.1.kind == (group, kind) && it.1.name == name && !it.1.numbered);
        let stem = name.rsplit_once('-').filter(|it| it.1.parse::<u32>().is_ok()).map(|it| it.0);
        let numbered = stem.into_iter().flat_map(move |stem| {
            let under = self.products.under(key(group, kind, stem));
            under.filter(move |it| it.1.kind == (group, kind) && it.1.name == stem && it.1.numbered)
        });
        exact.chain(numbered)
    }
}

/// Values under hashed keys, in the order they were added. Keys may clash, so
/// whoever looks something up compares it.
#[derive(Debug)]
struct Chains<T> {
    ends: FxHashMap<u64, (u32, u32)>,
    values: Vec<(T, u32)>,
}

impl<T> Default for Chains<T> {
    fn default() -> Self {
        Self { ends: FxHashMap::default(), values: Vec::new() }
    }
}

const END: u32 = u32::MAX;

impl<T> Chains<T> {
    fn reserve(&mut self, count: usize) {
        self.ends.reserve(count);
        self.values.reserve(count);
    }

    fn push(&mut self, key: u64, value: T) {
        let place = u32::try_from(self.values.len()).expect("fewer than 2^32 objects");
        self.values.push((value, END));
        let ends = self.ends.entry(key).or_insert((place, place));
        if ends.1 != place {
            self.values[ends.1 as usize].1 = place;
            ends.1 = place;
        }
    }

    fn under(&self, key: u64) -> impl Iterator<Item = &T> {
        let mut next = self.ends.get(&key).map_or(END, |it| it.0);
        std::iter::from_fn(move || {
            let (value, after) = self.values.get(next as usize)?;
            next = *after;
            Some(value)
        })
    }
}

pub(super) fn key(group: &str, kind: &str, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (group, kind, name).hash(&mut hasher);
    hasher.finish()
}
