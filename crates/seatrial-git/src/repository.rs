//! A repository on disk: where its tree begins, and what git knows about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_source::{Commit, Completeness, Files, Ref, RevisionError, Revisions, TreePath};

use crate::ignore::IgnoreRules;
use crate::refs;
use crate::revision_files::RevisionFiles;
use crate::store::{OBJECT_DAMAGED, Store, broken};
use crate::tracked::Tracked;

/// A longer expression is not one that a person wrote.
const REVISION_BYTES_MAX: usize = 1 << 10;

/// A git repository with a work tree.
pub struct Repository {
    top: PathBuf,
    store: Arc<Store>,
    rules: IgnoreRules,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Repository").field("top", &self.top).finish_non_exhaustive()
    }
}

impl Repository {
    /// The repository whose work tree holds `start`; none when no directory at
    /// or above it has a `.git`. A `.git` that cannot be read is an error, not
    /// a reason to look further up: the tree below it is not the outer one's.
    pub fn discover(start: &Path) -> Result<Option<Self>, RevisionError> {
        let Ok(start) = start.canonicalize() else { return Ok(None) };
        let top = start.ancestors().find(|directory| directory.join(".git").symlink_metadata().is_ok());
        top.map(Self::open).transpose()
    }

    fn open(top: &Path) -> Result<Self, RevisionError> {
        let store = Arc::new(Store::open(top)?);
        let tracked = store.with(Tracked::read)?;
        let rules = IgnoreRules::new(top, Arc::clone(&store), tracked);
        Ok(Self { top: top.to_owned(), store, rules })
    }

    /// The top of the work tree, with all links resolved.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Whether index or HEAD hold this file, or a file below this directory.
    pub fn is_tracked(&self, path: &TreePath) -> bool {
        self.rules.is_tracked(path)
    }
}

impl Revisions for Repository {
    fn refs(&self) -> Result<Vec<Ref>, RevisionError> {
        self.store.with(refs::all).map_err(|_| broken("its refs are damaged"))
    }

    fn remotes(&self) -> Vec<String> {
        self.store.with(refs::remotes)
    }

    fn completeness(&self) -> Completeness {
        self.store.with(refs::completeness)
    }

    fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        self.store.with(|repository| {
            let id = commit_id(repository, revision)?;
            Ok(Commit(id.to_hex().to_string()))
        })
    }

    fn files(&self, commit: &Commit) -> Result<Box<dyn Files>, RevisionError> {
        let tree = self.store.with(|repository| {
            let id = commit_id(repository, &commit.0)?;
            let tree = repository.find_commit(id).and_then(|commit| Ok(commit.tree_id()?.detach()));
            let tree = tree.map_err(|_| broken(OBJECT_DAMAGED))?;
            repository.find_header(tree).map_err(|_| broken(OBJECT_DAMAGED))?;
            Ok(tree)
        })?;
        Ok(Box::new(RevisionFiles::new(Arc::clone(&self.store), tree)))
    }

    fn is_ignored(&self, path: &TreePath, is_directory: bool) -> bool {
        self.rules.is_ignored(path, is_directory)
    }
}

/// The commit that an expression names.
fn commit_id(repository: &gix::Repository, revision: &str) -> Result<gix::ObjectId, RevisionError> {
    let unknown = || RevisionError::Unknown { name: revision.to_owned() };
    if revision.is_empty() || revision.len() > REVISION_BYTES_MAX {
        return Err(unknown());
    }
    let named = repository.rev_parse_single(revision).map_err(|_| {
        // A ref to an object that is not there is damage, not a slip of the pen.
        let mut found = repository.find_reference(revision).ok();
        let target = found.as_mut().and_then(|found| found.follow_to_object().ok());
        let is_damage = target.is_some_and(|target| target.object().is_err());
        if is_damage { broken(OBJECT_DAMAGED) } else { unknown() }
    })?;
    let object = named.object().map_err(|_| broken(OBJECT_DAMAGED))?;
    let commit = object.peel_to_kind(gix::objs::Kind::Commit).map_err(|_| unknown())?;
    Ok(commit.id)
}
