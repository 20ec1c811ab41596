//! Every reference of a repository with what it leads to, in both directions.

use std::ops::Deref;

use crate::references::extract::read;
use crate::references::grants::{Grant, grant};
use crate::references::index::Index;
use crate::references::nearest::{Nearest, nearest, nearest_part};
use crate::references::{Reference, Resolution, references};
use crate::{Place, Repository};
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
    /// What is referred to and by which link, sorted.
    referrers: Vec<(Place, u32)>,
}

impl Graph {
    /// Reads and resolves everything, object by object.
    pub fn build(repository: &Repository) -> Self {
        let mut graph = Self { index: Index::build(repository), ..Self::default() };
        let mut buffer = Vec::new();
        for bundle in &repository.bundles {
            let mut starts = Vec::with_capacity(bundle.objects().len() + 1);
            for object in bundle.objects() {
                starts.push(graph.links.len() as u32);
                read(object, &mut buffer);
                for reference in buffer.drain(..) {
                    let resolution = graph.index.resolve(repository, &reference);
                    graph.links.push(Link { reference, resolution });
                }
            }
            starts.push(graph.links.len() as u32);
            graph.starts.push(starts);
        }
        graph.turned()
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
        graph.turned()
    }

    /// With the links readable from their other end.
    fn turned(mut self) -> Self {
        for (id, link) in (0..).zip(&self.links) {
            self.referrers.extend(link.resolution.places().iter().map(|place| (*place, id)));
        }
        self.referrers.sort_unstable();
        self
    }

    /// The links of one object.
    pub fn links_of(repository: &Repository, index: &Index, place: Place) -> Vec<Link> {
        let resolve = |reference| Link { resolution: index.resolve(repository, &reference), reference };
        references(repository.object(place)).into_iter().map(resolve).collect()
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
        let start = self.referrers.partition_point(|it| it.0 < place);
        let referrers = self.referrers[start..].iter().take_while(move |it| it.0 == place);
        referrers.map(|&(_, id)| &self.links[id as usize])
    }

    /// The index that references are resolved against.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Whether a reference into another namespace needs a `ReferenceGrant`.
    pub fn grant(&self, repository: &Repository, link: &Link) -> Grant {
        grant(repository, link)
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
