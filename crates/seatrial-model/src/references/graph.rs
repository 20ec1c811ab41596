//! Every reference of a repository with what it leads to, in both directions.

use std::ops::Deref;

use crate::references::index::Index;
use crate::references::nearest::{Nearest, nearest, nearest_part};
use crate::references::{Reference, Resolution, references};
use crate::{Place, Repository};
use rustc_hash::FxHashMap;
use seatrial_diagnostics::UnitId;
use smol_str::SmolStr;

/// A reference and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it is written.
    pub reference: Reference,
    /// What it leads to.
    pub resolution: Resolution,
}

impl Deref for Link {
    type Target = Reference;

    fn deref(&self) -> &Reference {
        &self.reference
    }
}

/// The reference graph of a repository.
#[derive(Debug, Default)]
pub struct Graph {
    index: Index,
    links: Vec<Link>,
    /// For every unit, where each object's links start; one more at the end.
    starts: Vec<Vec<u32>>,
    referrers: FxHashMap<Place, Vec<u32>>,
}

impl Graph {
    /// Reads and resolves everything, object by object.
    pub fn build(repository: &Repository) -> Self {
        let index = Index::build(repository);
        let links = repository
            .bundles
            .iter()
            .map(|bundle| bundle.objects().iter().map(|object| links(repository, &index, object)).collect());
        let links = links.collect();
        Self::assemble(index, links)
    }

    /// Puts together what [`Graph::links_of`] gave for every object of every
    /// unit, in order; the parts may have been made in parallel.
    pub fn assemble(index: Index, parts: Vec<Vec<Vec<Link>>>) -> Self {
        let mut graph = Self { index, ..Self::default() };
        for unit in parts {
            let mut starts = Vec::with_capacity(unit.len() + 1);
            for links in unit {
                starts.push(graph.links.len() as u32);
                graph.links.extend(links);
            }
            starts.push(graph.links.len() as u32);
            graph.starts.push(starts);
        }
        for (id, link) in (0..).zip(&graph.links) {
            for place in link.resolution.places() {
                graph.referrers.entry(*place).or_default().push(id);
            }
        }
        graph
    }

    /// The links of one object.
    pub fn links_of(repository: &Repository, index: &Index, place: Place) -> Vec<Link> {
        links(repository, index, repository.object(place))
    }

    /// What an object refers to, in the order of its fields' tables.
    pub fn of(&self, place: Place) -> &[Link] {
        let Some(starts) = self.starts.get(place.unit.0 as usize) else { return &[] };
        let at = place.object.0 as usize;
        match (starts.get(at), starts.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.links[start as usize..end as usize],
            _ => &[],
        }
    }

    /// What all objects of a unit refer to.
    pub fn of_unit(&self, unit: UnitId) -> &[Link] {
        let Some(starts) = self.starts.get(unit.0 as usize) else { return &[] };
        match (starts.first(), starts.last()) {
            (Some(&start), Some(&end)) => &self.links[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Every link, in order.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The links that lead to an object, or to what it produces.
    pub fn to(&self, place: Place) -> impl Iterator<Item = &Link> {
        let ids = self.referrers.get(&place).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|&id| &self.links[id as usize])
    }

    /// The index that references are resolved against.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What was probably meant by a reference to nothing.
    pub fn nearest(&self, repository: &Repository, reference: &Reference) -> Option<Nearest> {
        nearest(&self.index, repository, reference)
    }

    /// The key, port or listener of an object that was probably meant.
    pub fn nearest_part(
        &self,
        repository: &Repository,
        reference: &Reference,
        place: Place,
    ) -> Option<SmolStr> {
        nearest_part(repository.object(place), reference)
    }
}

fn links(repository: &Repository, index: &Index, object: &crate::Object) -> Vec<Link> {
    let resolve = |reference| Link { resolution: index.resolve(repository, &reference), reference };
    references(object).into_iter().map(resolve).collect()
}
