//! The files of a build: what may be read, and reading resources from it.

use std::sync::Arc;

use seatrial_source::{EntryKind, FileId, Files, NotFetched, ReadError, RemoteSource, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream, parse};

use crate::repo_spec::RemoteName;
use crate::shared::{Read, Shared};

/// What kustomization files are called.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Most bytes of one file.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Reads a tree for one build or several.
pub struct Loader<'a> {
    /// The tree.
    pub files: &'a dyn Files,
    /// Gives a text its id; the same one for a path that was read before.
    pub register: &'a mut dyn FnMut(&TreePath, &Arc<str>) -> FileId,
    /// Whether files outside a kustomization's directory may be read
    /// (`--load-restrictor LoadRestrictionsNone`).
    pub is_unrestricted: bool,
    pub(crate) shared: Option<&'a Shared>,
    /// What was read, where that is shared.
    pub(crate) reads: Vec<Read>,
}

/// Why a path cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing is there, or it cannot be read.
    Missing(String),
    /// It leads out of the kustomization's directory, or of the tree.
    Outside(String),
    /// It is an address, and was not fetched before.
    Remote(Box<(RemoteSource, NotFetched)>),
}

/// A text with its id.
pub(crate) struct Loaded {
    pub(crate) path: TreePath,
    pub(crate) file: FileId,
    pub(crate) text: Arc<str>,
}

impl<'a> Loader<'a> {
    /// Reads a tree; a text gets its id from `register`.
    pub fn new(files: &'a dyn Files, register: &'a mut dyn FnMut(&TreePath, &Arc<str>) -> FileId) -> Self {
        Self { files, register, is_unrestricted: false, shared: None, reads: Vec::new() }
    }

    /// Takes what other builds made of the same tree, and leaves them its own.
    #[must_use]
    pub fn sharing(self, shared: &'a Shared) -> Self {
        Self { shared: Some(shared), ..self }
    }

    /// Whether files outside a kustomization's directory may be read.
    #[must_use]
    pub fn unrestricted(self, is_unrestricted: bool) -> Self {
        Self { is_unrestricted, ..self }
    }
}

impl Loader<'_> {
    /// Whether a directory has a kustomization file.
    pub(crate) fn has_kustomization(&self, directory: &TreePath) -> bool {
        !self.kustomizations(directory).is_empty()
    }

    fn kustomizations(&self, directory: &TreePath) -> Vec<TreePath> {
        let paths = NAMES.into_iter().filter_map(|name| directory.join(name));
        let is_file = |path: &TreePath| {
            matches!(self.files.kind(path), Some(EntryKind::File { .. } | EntryKind::Symlink { .. }))
        };
        paths.filter(is_file).collect()
    }

    /// The kustomization file of a directory.
    pub(crate) fn kustomization(&mut self, directory: &TreePath) -> Result<Loaded, Refusal> {
        let mut found = self.kustomizations(directory);
        // What may not be read is as good as not there.
        found.retain(|path| self.may_read(directory, path));
        match found.as_slice() {
            [] => Err(Refusal::Missing(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                directory.as_str()
            ))),
            [only] => self.text(only),
            _ => Err(Refusal::Missing(format!(
                "Found multiple kustomization files under: {}",
                directory.as_str()
            ))),
        }
    }

    /// A directory that is named from a root.
    pub(crate) fn directory(&self, root: &TreePath, name: &str) -> Result<TreePath, Refusal> {
        if let Some(remote) = RemoteName::read(name) {
            return self.fetched_directory(&remote, name);
        }
        if name.starts_with('/') {
            return Err(Refusal::Outside(format!("new root '{name}' cannot be absolute")));
        }
        let Some(path) = root.join(name) else {
            return Err(out_of_tree(name));
        };
        match self.files.kind(&path) {
            // What the directory names is looked for where it really is.
            Some(EntryKind::Directory) => Ok(self.files.real(&path)),
            Some(_) => {
                Err(Refusal::Missing(format!("'{name}' must be a directory so that it can be a build root")))
            }
            // What is called like a file is looked at as one.
            None if !is_called_like_manifest(name) && self.leads_out(&path) => Err(out_of_tree(name)),
            None => Err(Refusal::Missing(format!(
                "must build at directory: not a valid directory: '{name}' doesn't exist"
            ))),
        }
    }

    /// A directory of a repository that was fetched before.
    fn fetched_directory(&self, remote: &RemoteName, name: &str) -> Result<TreePath, Refusal> {
        if remote.is_file() {
            return Err(Refusal::Missing(format!("'{name}' is a file")));
        }
        let top = self.fetched(remote)?;
        let path = top.join(&remote.path).filter(|path| path.is_within(&top));
        match path.as_ref().map(|path| self.files.kind(path)) {
            Some(Some(EntryKind::Directory)) => Ok(path.unwrap_or(top)),
            Some(Some(_)) => Err(Refusal::Missing(format!(
                "'{name}' refers to file '{}'; expecting directory",
                remote.path
            ))),
            _ => Err(Refusal::Missing(format!("'{}' doesn't exist in {}", remote.path, remote.source))),
        }
    }

    /// The top of the repository that a name leads into, when it was fetched.
    pub(crate) fn repository(&self, remote: &RemoteName) -> Option<TreePath> {
        if remote.is_file() { None } else { self.fetched(remote).ok() }
    }

    fn fetched(&self, remote: &RemoteName) -> Result<TreePath, Refusal> {
        let found = self.files.fetched(&remote.source);
        found.map_err(|why| Refusal::Remote(Box::new((remote.source.clone(), why))))
    }

    /// A file that is named from a root.
    pub(crate) fn file(&mut self, root: &TreePath, name: &str) -> Result<Loaded, Refusal> {
        self.path(root, name).and_then(|path| self.text(&path))
    }

    /// A file of the tree that may not be read from there.
    pub(crate) fn file_anyway(&mut self, root: &TreePath, name: &str) -> Option<Loaded> {
        let was_unrestricted = std::mem::replace(&mut self.is_unrestricted, true);
        let found = self.file(root, name).ok();
        self.is_unrestricted = was_unrestricted;
        found
    }

    /// A file of the tree, if a root may read it.
    pub(crate) fn file_of(&mut self, root: &TreePath, path: &TreePath) -> Result<Loaded, Refusal> {
        if !self.may_read(root, path) {
            return Err(outside(path.as_str(), root));
        }
        match self.files.kind(path) {
            None => Err(Refusal::Missing(format!("'{}' doesn't exist", path.as_str()))),
            Some(_) => self.text(path),
        }
    }

    /// The bytes of a file that need not be text.
    pub(crate) fn bytes(&mut self, root: &TreePath, name: &str) -> Result<Vec<u8>, Refusal> {
        let path = self.path(root, name)?;
        self.files.read(&path, FILE_BYTES_MAX).map_err(|error| refusal(name, &error))
    }

    fn path(&self, root: &TreePath, name: &str) -> Result<TreePath, Refusal> {
        if let Some(remote) = RemoteName::file(name) {
            return self.fetched(&remote);
        }
        if name.starts_with('/') {
            return Err(outside(name, root));
        }
        let Some(path) = root.join(name) else {
            return Err(out_of_tree(name));
        };
        match self.files.kind(&path) {
            None if self.leads_out(&path) && self.is_unrestricted => return Err(out_of_tree(name)),
            None if self.leads_out(&path) => {
                return Err(outside_by_link(name, root, "out of the tree"));
            }
            None => return Err(Refusal::Missing(format!("'{name}' doesn't exist"))),
            Some(EntryKind::Directory) => {
                return Err(Refusal::Missing(format!("'{name}' must resolve to a file")));
            }
            Some(_) => {}
        }
        if self.may_read(root, &path) {
            return Ok(path);
        }
        if path.is_within(root) {
            let target = format!("to '{}'", self.files.real(&path));
            return Err(outside_by_link(name, root, &target));
        }
        Err(outside(name, root))
    }

    /// Whether links on the way of a path lead out of the tree.
    fn leads_out(&self, path: &TreePath) -> bool {
        self.files.read(path, 0) == Err(ReadError::Outside)
    }

    /// Whether a root may read a file: where links lead counts.
    fn may_read(&self, root: &TreePath, path: &TreePath) -> bool {
        self.is_unrestricted
            || path.is_within(root) && self.files.real(path).is_within(&self.files.real(root))
    }

    fn text(&mut self, path: &TreePath) -> Result<Loaded, Refusal> {
        let bytes = self.files.read(path, FILE_BYTES_MAX).map_err(|error| refusal(path.as_str(), &error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Refusal::Missing(format!("'{}' is not UTF-8", path.as_str())))?;
        let text: Arc<str> = text.into();
        let file = self.made(path, &text);
        Ok(Loaded { path: path.clone(), file, text })
    }

    /// Gives a text its id, also one that is no file.
    pub(crate) fn made(&mut self, path: &TreePath, text: &Arc<str>) -> FileId {
        let file = (self.register)(path, text);
        if self.shared.is_some() {
            self.reads.push(Read { path: path.clone(), text: Arc::clone(text), file });
        }
        file
    }

    /// The documents of a text, as Kustomize reads resources.
    pub(crate) fn stream(&self, loaded: &Loaded) -> Arc<Stream> {
        self.parsed(loaded, Dialect::GoYaml3)
    }

    /// A text, parsed now if nobody has yet.
    pub(crate) fn parsed(&self, loaded: &Loaded, dialect: Dialect) -> Arc<Stream> {
        let known = self.shared.and_then(|it| it.stream(loaded.file, &loaded.text, dialect));
        let parsed = || Arc::new(parse(loaded.file, Arc::clone(&loaded.text), dialect, &Limits::default()));
        known.unwrap_or_else(parsed)
    }
}

fn is_called_like_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

fn outside(name: &str, root: &TreePath) -> Refusal {
    Refusal::Outside(format!("security; file '{name}' is not in or below '{}'", root.as_str()))
}

/// The same for a link that lies inside. What upstream says stands in front.
fn outside_by_link(name: &str, root: &TreePath, target: &str) -> Refusal {
    let root = root.as_str();
    Refusal::Outside(format!("security; file '{name}' is not in or below '{root}': it is a link {target}"))
}

fn out_of_tree(name: &str) -> Refusal {
    Refusal::Outside(format!("'{name}' leads out of the repository"))
}

fn refusal(name: &str, error: &ReadError) -> Refusal {
    match error {
        ReadError::Outside => Refusal::Outside(format!("'{name}' leads outside the tree")),
        other => Refusal::Missing(format!("'{name}': {other}")),
    }
}
