//! The tree as builds see it: every file is read once, however many
//! kustomizations share it.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use seatrial_source::{Entry, EntryKind, Files, NotFetched, ReadError, RemoteSource, TreePath};

/// A tree that remembers what was asked of it.
pub(crate) struct Tree<'a> {
    files: &'a dyn Files,
    kinds: RwLock<FxHashMap<TreePath, Option<EntryKind>>>,
    bytes: RwLock<FxHashMap<TreePath, Result<Arc<[u8]>, ReadError>>>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Self {
        Self { files, kinds: RwLock::default(), bytes: RwLock::default() }
    }
}

impl Files for Tree<'_> {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.files.list(directory)
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        let known = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(path) {
            return known.clone();
        }
        drop(known);
        let kind = self.files.kind(path);
        self.kinds.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), kind.clone());
        kind
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let known = self.bytes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(path) {
            return known.as_ref().map(|it| it.to_vec()).map_err(Clone::clone);
        }
        drop(known);
        let read = self.files.read(path, limit);
        let kept = read.as_ref().map(|it| Arc::from(it.as_slice())).map_err(Clone::clone);
        self.bytes.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), kept);
        read
    }

    fn fetched(&self, source: &RemoteSource) -> Result<TreePath, NotFetched> {
        self.files.fetched(source)
    }
}
