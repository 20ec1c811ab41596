//! The files of a commit, read from the object database: nothing is checked out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind as Mode;
use seatrial_source::{Entry, EntryKind, Files, ReadError, TreePath};

use crate::store::{OBJECT_DAMAGED, Store};

/// As many links as Linux follows on one way.
const LINKS_MAX: usize = 40;
/// A longer link text is no path.
const LINK_BYTES_MAX: u64 = 4096;
/// A tree object of this size has about a million entries.
const TREE_BYTES_MAX: u64 = 32 << 20;

/// The tree of a commit.
pub(crate) struct RevisionFiles {
    store: Arc<Store>,
    root: gix::ObjectId,
    trees: RwLock<HashMap<gix::ObjectId, Arc<[Node]>>>,
}

/// One name in a tree object.
#[derive(Clone)]
struct Node {
    name: Arc<str>,
    /// Not UTF-8: the name is what comes closest, and finds nothing.
    is_lossy: bool,
    mode: Mode,
    id: gix::ObjectId,
}

impl RevisionFiles {
    pub(crate) fn new(store: Arc<Store>, root: gix::ObjectId) -> Self {
        Self { store, root, trees: RwLock::default() }
    }

    /// What stands at a path, links followed as a file system does.
    fn find(&self, path: &TreePath) -> Result<(Mode, gix::ObjectId), ReadError> {
        self.find_named(path).map(|(mode, id, _)| (mode, id))
    }

    /// The same, with the names on the way there.
    fn find_named(&self, path: &TreePath) -> Result<(Mode, gix::ObjectId, Vec<String>), ReadError> {
        let mut trees = vec![self.root];
        let mut names = Vec::new();
        let mut pending: Vec<String> = path.parts().rev().map(str::to_owned).collect();
        let mut links = 0;
        while let Some(part) = pending.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." if trees.len() == 1 => return Err(ReadError::Outside),
                ".." => {
                    trees.pop();
                    names.pop();
                    continue;
                }
                _ => {}
            }
            let node = self.node(trees[trees.len() - 1], &part)?;
            match node.mode {
                Mode::Tree => {
                    trees.push(node.id);
                    names.push(part);
                }
                Mode::Link if links == LINKS_MAX => return Err(failed("too many links")),
                Mode::Link => {
                    links += 1;
                    let target = self.link(node.id)?;
                    if target.starts_with('/') {
                        return Err(ReadError::Outside);
                    }
                    pending.extend(target.split('/').rev().map(str::to_owned));
                }
                _ if !pending.is_empty() => return Err(ReadError::Missing),
                mode => {
                    names.push(part);
                    return Ok((mode, node.id, names));
                }
            }
        }
        Ok((Mode::Tree, trees[trees.len() - 1], names))
    }

    fn node(&self, tree: gix::ObjectId, name: &str) -> Result<Node, ReadError> {
        let nodes = self.tree(tree)?;
        let at = nodes.binary_search_by(|node| (*node.name).cmp(name)).map_err(|_| ReadError::Missing)?;
        if nodes[at].is_lossy { Err(ReadError::Missing) } else { Ok(nodes[at].clone()) }
    }

    fn tree(&self, id: gix::ObjectId) -> Result<Arc<[Node]>, ReadError> {
        let known = self.trees.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let nodes = nodes(&self.object(id, gix::objs::Kind::Tree, TREE_BYTES_MAX)?, id.kind())?;
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(trees.entry(id).or_insert(nodes)))
    }

    fn link(&self, id: gix::ObjectId) -> Result<String, ReadError> {
        let target = self.object(id, gix::objs::Kind::Blob, LINK_BYTES_MAX)?;
        String::from_utf8(target).map_err(|_| ReadError::Missing)
    }

    /// An object's bytes; its size is asked for before it is decoded.
    fn object(&self, id: gix::ObjectId, kind: gix::objs::Kind, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.store.with(|repository| {
            let header = repository.find_header(id).map_err(|_| failed(OBJECT_DAMAGED))?;
            if header.kind() != kind {
                return Err(failed("an object is not of the kind that its tree says"));
            }
            if header.size() > limit {
                return Err(ReadError::TooLarge { limit });
            }
            let bytes = repository.find_object(id).map_err(|_| failed(OBJECT_DAMAGED))?.detach().data;
            if bytes.len() as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(bytes) }
        })
    }

    fn kind_of(&self, mode: Mode, id: gix::ObjectId) -> EntryKind {
        match mode {
            Mode::Tree => EntryKind::Directory,
            Mode::Link => EntryKind::Symlink { target: self.link(id).unwrap_or_default() },
            Mode::Commit => EntryKind::Other,
            Mode::Blob | Mode::BlobExecutable => {
                // An object that is not there has no size; reading it says so.
                let header = self.store.with(|repository| repository.find_header(id).ok());
                EntryKind::File { size: header.map_or(0, |header| header.size()) }
            }
        }
    }
}

impl Files for RevisionFiles {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        let (Mode::Tree, id) = self.find(directory)? else { return Err(ReadError::NotAFile) };
        let nodes = self.tree(id)?;
        let entry = |node: &Node| {
            let path = directory.join(&node.name)?;
            let is_directory = matches!(node.mode, Mode::Tree | Mode::Commit);
            let kind = if node.is_lossy {
                EntryKind::Unnameable { is_directory }
            } else {
                self.kind_of(node.mode, node.id)
            };
            Some(Entry { path, kind })
        };
        Ok(nodes.iter().filter_map(entry).collect())
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        let (mode, id) = self.find(path).ok()?;
        Some(self.kind_of(mode, id))
    }

    fn real(&self, path: &TreePath) -> TreePath {
        self.find_named(path).map_or_else(|_| path.clone(), |(_, _, names)| TreePath::new(&names.join("/")))
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.find(path)? {
            (Mode::Blob | Mode::BlobExecutable, id) => self.object(id, gix::objs::Kind::Blob, limit),
            _ => Err(ReadError::NotAFile),
        }
    }
}

/// The entries of a tree object, sorted by name. A name that no checkout would
/// write is not there, as on disk.
fn nodes(bytes: &[u8], hash: gix::hash::Kind) -> Result<Arc<[Node]>, ReadError> {
    let mut nodes = Vec::new();
    for entry in TreeRefIter::from_bytes(bytes, hash) {
        let entry = entry.map_err(|_| failed(OBJECT_DAMAGED))?;
        let name = String::from_utf8_lossy(entry.filename);
        if !is_file_name(&name) {
            continue;
        }
        let is_lossy = matches!(name, Cow::Owned(_));
        nodes.push(Node { name: name.into(), is_lossy, mode: entry.mode.kind(), id: entry.oid.to_owned() });
    }
    nodes.sort_by(|a, b| (&a.name, a.is_lossy).cmp(&(&b.name, b.is_lossy)));
    nodes.dedup_by(|b, a| a.name == b.name);
    Ok(nodes.into())
}

fn is_file_name(name: &str) -> bool {
    let is_reserved = name.is_empty() || name == "." || name == ".." || name.eq_ignore_ascii_case(".git");
    !is_reserved && !name.contains(['/', '\0'])
}

fn failed(message: &str) -> ReadError {
    ReadError::Failed { message: message.to_owned() }
}
