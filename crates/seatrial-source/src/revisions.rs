//! What a version control system knows about the tree.

use std::fmt;

use crate::{Files, TreePath};

/// A commit's full hash in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(pub String);

impl fmt::Display for Commit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A name for a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The full name: `refs/heads/main`, `refs/tags/v1`, `refs/remotes/origin/main`.
    pub name: String,
    /// What it points at, tags peeled; none when only the name is known.
    pub commit: Option<Commit>,
}

/// How much of the remote repository this clone can speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Neither shallow nor limited to one branch: a ref that is absent here is absent.
    Complete,
    /// Shallow, or a single branch: an absent ref proves nothing.
    Partial,
}

/// Why a revision could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// No ref, hash or expression of this name.
    #[error("no revision `{name}` in this repository")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The repository's own data is damaged or of an unknown form.
    #[error("the git repository cannot be read: {message}")]
    Broken {
        /// What went wrong, in fixed words: nothing that was read is quoted.
        message: String,
    },
}

/// A repository's refs, history and rules, without a checkout.
pub trait Revisions: Send + Sync {
    /// Every ref, sorted by name.
    fn refs(&self) -> Result<Vec<Ref>, RevisionError>;

    /// The addresses of the remotes, sorted.
    fn remotes(&self) -> Vec<String>;

    /// Whether an absent ref proves something.
    fn completeness(&self) -> Completeness;

    /// The commit that an expression such as `main~3` names.
    fn resolve(&self, revision: &str) -> Result<Commit, RevisionError>;

    /// The tree of a commit.
    fn files(&self, commit: &Commit) -> Result<Box<dyn Files>, RevisionError>;

    /// Whether git's rules ignore the path and neither index nor HEAD tracks it.
    /// A directory is ignored when nothing below it is tracked.
    fn is_ignored(&self, path: &TreePath, is_directory: bool) -> bool;
}
