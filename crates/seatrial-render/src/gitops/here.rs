//! What an address, a revision and a path of a source mean for this tree.

use seatrial_model::Origins;
use seatrial_source::TreePath;

/// The tree as sources of Argo CD and Flux name it.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    origins: Option<&'a Origins>,
    /// Every file, sorted.
    files: &'a [TreePath],
}

impl<'a> Here<'a> {
    pub(crate) fn new(origins: Option<&'a Origins>, files: &'a [TreePath]) -> Self {
        Self { origins, files }
    }

    /// Whether an address is the one of this repository.
    pub(crate) fn is_here(&self, url: &str) -> bool {
        self.origins.is_some_and(|it| it.is_own(url))
    }

    /// The names of the branches and tags of this repository.
    pub(crate) fn refs(&self) -> impl Iterator<Item = &'a str> {
        self.origins.into_iter().flat_map(|it| it.refs.iter().map(|it| it.name.as_str()))
    }

    /// Whether nothing says what repository the tree is of.
    pub(crate) fn is_unknown(&self) -> bool {
        self.origins.is_none()
    }

    /// A path from the top of the repository; none where it leads out of it. A
    /// tree that is of no repository is taken for all of one.
    pub(crate) fn path(&self, written: &str) -> Option<TreePath> {
        let Some(origins) = self.origins else {
            return TreePath::top().join(written.trim().trim_start_matches('/'));
        };
        origins.path(written)
    }

    /// A path of the tree as the repository knows it.
    pub(crate) fn shown<'p>(&self, path: &'p TreePath) -> &'p str {
        self.origins.and_then(|it| path.below(&it.top)).unwrap_or(path.as_str())
    }

    /// Whether the tree under trial stands for a revision that a source tracks:
    /// none is written, or the one that everybody calls the main line.
    pub(crate) fn is_tree(revision: &str) -> bool {
        let name = revision.trim();
        let name = name.strip_prefix("refs/heads/").unwrap_or(name);
        matches!(name, "" | "HEAD" | "main" | "master")
    }

    /// Whether a file stands at a path.
    pub(crate) fn has_file(&self, path: &TreePath) -> bool {
        self.files.binary_search(path).is_ok()
    }

    /// The files below a directory, in order.
    pub(crate) fn below(&self, directory: &TreePath) -> &'a [TreePath] {
        if directory.as_str().is_empty() {
            return self.files;
        }
        let prefix = format!("{directory}/");
        let start = self.files.partition_point(|it| it.as_str() < prefix.as_str());
        let end = start + self.files[start..].partition_point(|it| it.as_str().starts_with(&prefix));
        &self.files[start..end]
    }

    /// Whether a path is a directory with something in it.
    pub(crate) fn has_directory(&self, path: &TreePath) -> bool {
        !self.below(path).is_empty()
    }

    /// Every file of the tree, sorted.
    pub(crate) fn files(&self) -> &'a [TreePath] {
        self.files
    }
}
