//! Which kustomizations only serve others, and which are built with which.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_source::TreePath;

use crate::kustomization::{Kustomization, Part};
use crate::walk::Links;

/// What a kustomization is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Nothing that is deployed builds on it.
    Own,
    /// It is judged through those that build on it.
    Served,
    /// A component, which is nothing by itself.
    Component,
}

/// The standing of each, in their order. What only an example builds on stands
/// for itself.
pub(crate) fn standings(
    kustomizations: &[Kustomization],
    links: &Links,
    is_example: impl Fn(&TreePath) -> bool,
) -> Vec<Service> {
    let by_directory: FxHashMap<&TreePath, usize> =
        kustomizations.iter().enumerate().map(|(at, it)| (&it.directory, at)).collect();
    let bases = |at: usize| {
        let named = kustomizations[at].named.iter().filter(|it| it.part == Part::Resource);
        let found = named.filter_map(|it| by_directory.get(&links.resolve(&it.path)).copied());
        found.filter(move |&base| base != at).collect::<Vec<usize>>()
    };
    let bases: Vec<Vec<usize>> = (0..kustomizations.len()).map(bases).collect();
    let named: FxHashSet<usize> = bases.iter().flatten().copied().collect();
    let is_root = |at: &usize| {
        !named.contains(at)
            && !kustomizations[*at].is_component
            && !is_example(&kustomizations[*at].directory)
    };
    let mut waiting: Vec<usize> = (0..kustomizations.len()).filter(is_root).collect();
    let mut served: FxHashSet<usize> = FxHashSet::default();
    while let Some(at) = waiting.pop() {
        waiting.extend(bases[at].iter().copied().filter(|&base| served.insert(base)));
    }
    let standing = |at: usize| match () {
        () if kustomizations[at].is_component => Service::Component,
        () if served.contains(&at) => Service::Served,
        () => Service::Own,
    };
    (0..kustomizations.len()).map(standing).collect()
}

/// The directories that take part in the builds of some.
pub(crate) fn reached<'k>(
    kustomizations: &'k [Kustomization],
    links: &Links,
    is_built: impl Fn(&TreePath) -> bool,
) -> FxHashSet<&'k TreePath> {
    let by_directory: FxHashMap<&TreePath, &Kustomization> =
        kustomizations.iter().map(|it| (&it.directory, it)).collect();
    let mut waiting: Vec<&Kustomization> =
        kustomizations.iter().filter(|it| is_built(&it.directory)).collect();
    let mut found: FxHashSet<&TreePath> = waiting.iter().map(|it| &it.directory).collect();
    while let Some(it) = waiting.pop() {
        let named = it.named.iter().filter(|it| it.part == Part::Resource);
        let below = named.filter_map(|it| by_directory.get(&links.resolve(&it.path)));
        waiting.extend(below.filter(|it| found.insert(&it.directory)));
    }
    found
}
