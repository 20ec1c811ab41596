//! Which paths git tracks: those in the index and those in HEAD.

use std::collections::HashMap;

use gix::bstr::ByteSlice;
use gix::index::entry::Flags;
use gix::index::extension::Tree as CachedTree;
use gix::objs::TreeRefIter;
use seatrial_source::RevisionError;

use crate::store::broken;

/// A tree object can name itself many times over; nobody tracks this many files.
const PATHS_MAX: usize = 4_000_000;
/// Longer paths cannot be checked out.
pub(crate) const PATH_BYTES_MAX: usize = 4096;

/// The tracked paths, sorted.
#[derive(Default)]
pub(crate) struct Tracked {
    paths: Vec<Box<[u8]>>,
    /// Submodules, and directories that a sparse index does not unfold:
    /// whatever lies below them is tracked, by whom we cannot see.
    opaque: Vec<Box<[u8]>>,
    /// Ignore files that a sparse checkout left out of the work tree.
    unchecked_rules: HashMap<Box<[u8]>, gix::ObjectId>,
}

impl Tracked {
    /// What the index and HEAD hold. Missing objects are no error: a partial
    /// clone lacks them, and the index usually knows the paths anyway.
    pub(crate) fn read(repository: &gix::Repository) -> Result<Self, RevisionError> {
        let index = repository.try_index().map_err(|_| broken("the index is damaged"))?;
        let mut tracked = Self::default();
        if let Some(index) = &index {
            tracked.add_index(index);
        }
        let cached = index.as_ref().and_then(|index| index.tree());
        if let Ok(head) = repository.head_tree_id() {
            tracked.add_tree(repository, head.detach(), cached);
        }
        tracked.paths.sort_unstable();
        tracked.paths.dedup();
        tracked.opaque.sort_unstable();
        tracked.opaque.dedup();
        Ok(tracked)
    }

    fn add_index(&mut self, index: &gix::index::State) {
        self.paths.reserve(index.entries().len());
        for entry in index.entries() {
            let path = entry.path(index);
            if entry.mode.is_dir_for_pattern_matching() {
                self.opaque.push(path.trim_end_with(|it| it == '/').into());
            } else if entry.flags.contains(Flags::SKIP_WORKTREE) && is_rules_file(path) {
                self.unchecked_rules.insert(path.as_bytes().into(), entry.id);
            }
            self.paths.push(path.trim_end_with(|it| it == '/').into());
        }
    }

    /// Adds what HEAD holds, passing over directories that the index knows to
    /// be the same: after a checkout that is all of it.
    fn add_tree(&mut self, repository: &gix::Repository, root: gix::ObjectId, cached: Option<&CachedTree>) {
        let mut pending: Vec<(Vec<u8>, gix::ObjectId, Option<&CachedTree>)> =
            vec![(Vec::new(), root, cached)];
        while let Some((directory, id, cached)) = pending.pop() {
            let is_known = cached.is_some_and(|cached| cached.num_entries.is_some() && cached.id == id);
            if is_known || directory.len() > PATH_BYTES_MAX || self.paths.len() > PATHS_MAX {
                continue;
            }
            let Ok(tree) = repository.find_tree(id) else { continue };
            for entry in TreeRefIter::from_bytes(&tree.data, id.kind()).map_while(Result::ok) {
                let path = [directory.as_slice(), entry.filename].concat();
                if entry.mode.is_tree() {
                    let below = cached.and_then(|cached| child(cached, entry.filename));
                    pending.push(([path.as_slice(), b"/"].concat(), entry.oid.to_owned(), below));
                    continue;
                }
                if entry.mode.is_commit() {
                    self.opaque.push(path.as_slice().into());
                }
                self.paths.push(path.into());
            }
        }
    }

    /// Whether this file, or a file below this directory, is tracked.
    pub(crate) fn contains(&self, path: &str) -> bool {
        let path = path.as_bytes();
        if path.is_empty() {
            return !self.paths.is_empty();
        }
        if self.paths.binary_search_by(|known| (**known).cmp(path)).is_ok() {
            return true;
        }
        let below = [path, b"/"].concat();
        let next = self.paths.partition_point(|known| **known < *below);
        self.paths.get(next).is_some_and(|known| known.starts_with(&below)) || self.is_within_opaque(path)
    }

    fn is_within_opaque(&self, path: &[u8]) -> bool {
        if self.opaque.is_empty() {
            return false;
        }
        path.find_iter(b"/")
            .any(|end| self.opaque.binary_search_by(|known| (**known).cmp(&path[..end])).is_ok())
    }

    /// The object of an ignore file that is tracked but not checked out.
    pub(crate) fn unchecked_rules(&self, path: &str) -> Option<gix::ObjectId> {
        self.unchecked_rules.get(path.as_bytes()).copied()
    }
}

fn is_rules_file(path: &[u8]) -> bool {
    path == b".gitignore" || path.ends_with(b"/.gitignore")
}

fn child<'a>(cached: &'a CachedTree, name: &[u8]) -> Option<&'a CachedTree> {
    cached.children.iter().find(|child| child.name.as_slice() == name)
}
