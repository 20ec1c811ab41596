//! Which kustomization a file belongs to, and the part it plays there.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

use rustc_hash::FxHashMap;
use seatrial_source::TreePath;

use crate::kustomization::{Kustomization, Part};
use crate::walk::Links;

/// The owners of files and directories.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    files: FxHashMap<TreePath, (usize, Part)>,
    /// What is wrapped into policies, with everything below.
    wrapped: FxHashMap<TreePath, usize>,
    /// Directories in which an unlisted manifest is an orphan, with the
    /// kustomization that should list it.
    directories: BTreeMap<TreePath, usize>,
    /// Files that the kustomization would list if the entry were no comment.
    put_away: FxHashMap<TreePath, usize>,
}

impl Ownership {
    /// The first kustomization to name a file owns it; naming it as a resource
    /// counts before everything else.
    pub(crate) fn new(kustomizations: &[Kustomization], links: &Links) -> Self {
        let mut ownership = Self::default();
        for (at, kustomization) in kustomizations.iter().enumerate() {
            ownership.directories.entry(kustomization.directory.clone()).or_insert(at);
        }
        for (at, kustomization) in kustomizations.iter().enumerate() {
            for path in &kustomization.put_away {
                ownership.put_away.entry(links.resolve(path)).or_insert(at);
            }
            for named in &kustomization.named {
                let path = links.resolve(&named.path);
                if named.part == Part::Wrapped {
                    ownership.wrapped.entry(path).or_insert(at);
                    continue;
                }
                let owner = ownership.files.entry(path).or_insert((at, named.part));
                if named.part < owner.1 {
                    *owner = (at, named.part);
                }
            }
        }
        ownership
    }

    /// A directory that holds manifests and no kustomization, in one whose
    /// kustomization builds on the directories beside it, is left out as a whole.
    pub(crate) fn adopt(&mut self, kustomizations: &[Kustomization], directories: &BTreeSet<TreePath>) {
        let is_free = |it: &&TreePath| !self.directories.contains_key(*it);
        let listed = |kustomization: &Kustomization| {
            let resources = kustomization.named.iter().filter(|it| it.part == Part::Resource);
            let below = resources.filter(|it| it.path.parent().as_ref() == Some(&kustomization.directory));
            below.filter(|it| self.directories.contains_key(&it.path)).count()
        };
        let orphaned: Vec<(TreePath, usize)> = directories
            .iter()
            .filter(is_free)
            .filter_map(|it| Some((it.clone(), *self.directories.get(&it.parent()?)?)))
            .filter(|(_, at)| listed(&kustomizations[*at]) > 0)
            .collect();
        self.directories.extend(orphaned);
    }

    /// Says that a file exists that a kustomization lists: its neighbours are
    /// orphans unless they are listed too.
    pub(crate) fn shares(&mut self, directory: TreePath, kustomization: usize) {
        self.directories.entry(directory).or_insert(kustomization);
    }

    /// The kustomization that names a file, and as what.
    pub(crate) fn of_file(&self, path: &TreePath) -> Option<(usize, Part)> {
        let wrapped = || Some((self.wrapper(path)?, Part::Wrapped));
        self.files.get(path).copied().or_else(wrapped)
    }

    /// The kustomization whose generator of policies wraps a file or directory.
    pub(crate) fn wrapper(&self, path: &TreePath) -> Option<usize> {
        if self.wrapped.is_empty() {
            return None;
        }
        let mut above = successors(Some(path.clone()), TreePath::parent);
        above.find_map(|it| self.wrapped.get(&it).copied())
    }

    /// The kustomization that a manifest of this directory should be listed in.
    pub(crate) fn of_directory(&self, directory: &TreePath) -> Option<usize> {
        self.directories.get(directory).copied()
    }

    /// The kustomization in which a file is commented out.
    pub(crate) fn put_away(&self, path: &TreePath) -> Option<usize> {
        self.put_away.get(path).copied()
    }

    /// The directories that belong to kustomizations, sorted.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &TreePath> {
        self.directories.keys()
    }
}
