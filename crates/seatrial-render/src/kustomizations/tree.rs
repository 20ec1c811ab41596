//! The tree as builds see it: every file is read once, however many
//! kustomizations share it.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use seatrial_source::{Entry, EntryKind, Files, NotFetched, ReadError, RemoteSource, TreePath};

/// What files hold, by path.
type Contents = FxHashMap<TreePath, Result<Arc<[u8]>, ReadError>>;

/// A tree that remembers what was asked of it.
pub(crate) struct Tree<'a> {
    files: &'a dyn Files,
    kinds: RwLock<FxHashMap<TreePath, Option<EntryKind>>>,
    reals: RwLock<FxHashMap<TreePath, TreePath>>,
    bytes: RwLock<Contents>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Self {
        Self { files, kinds: RwLock::default(), reals: RwLock::default(), bytes: RwLock::default() }
    }
}

impl Tree<'_> {
    /// Puts a text into the tree that stands in no file, and the directory around it.
    pub(crate) fn put(&self, path: &TreePath, text: &str) {
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        for directory in std::iter::successors(path.parent(), TreePath::parent) {
            if matches!(self.files.kind(&directory), Some(EntryKind::Directory)) {
                break;
            }
            kinds.insert(directory, Some(EntryKind::Directory));
        }
        kinds.insert(path.clone(), Some(EntryKind::File { size: text.len() as u64 }));
        let mut bytes = self.bytes.write().unwrap_or_else(PoisonError::into_inner);
        bytes.insert(path.clone(), Ok(text.as_bytes().into()));
    }

    /// All that was asked, with the answers.
    pub(crate) fn freeze(self) -> Frozen {
        Frozen {
            kinds: self.kinds.into_inner().unwrap_or_else(PoisonError::into_inner),
            reals: self.reals.into_inner().unwrap_or_else(PoisonError::into_inner),
            bytes: self.bytes.into_inner().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// What a tree once answered, for doing the same again.
#[derive(Debug, Default)]
pub(crate) struct Frozen {
    kinds: FxHashMap<TreePath, Option<EntryKind>>,
    reals: FxHashMap<TreePath, TreePath>,
    bytes: Contents,
}

/// The same tree with another text in one of its files.
pub(crate) struct Edited<'a> {
    pub(crate) tree: &'a Frozen,
    pub(crate) path: &'a TreePath,
    pub(crate) text: &'a str,
}

impl Files for Frozen {
    fn list(&self, _directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        Err(ReadError::Missing)
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        self.kinds.get(path)?.clone()
    }

    fn real(&self, path: &TreePath) -> TreePath {
        self.reals.get(path).unwrap_or(path).clone()
    }

    fn read(&self, path: &TreePath, _limit: u64) -> Result<Vec<u8>, ReadError> {
        let known = self.bytes.get(path).ok_or(ReadError::Missing)?;
        known.as_ref().map(|it| it.to_vec()).map_err(Clone::clone)
    }
}

impl Files for Edited<'_> {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.tree.list(directory)
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        self.tree.kind(path)
    }

    fn real(&self, path: &TreePath) -> TreePath {
        self.tree.real(path)
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        if path == self.path { Ok(self.text.as_bytes().to_vec()) } else { self.tree.read(path, limit) }
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

    fn real(&self, path: &TreePath) -> TreePath {
        let known = self.reals.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(path) {
            return known.clone();
        }
        drop(known);
        let real = self.files.real(path);
        self.reals.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), real.clone());
        real
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
