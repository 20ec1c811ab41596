//! What is wrong with a build, each with its line.

use seatrial_source::{Span, TreePath};

/// The families of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The kustomization file cannot be read as one.
    Kustomization,
    /// A field that a kustomization does not have.
    UnknownField,
    /// A file or directory that is named and not there.
    Missing,
    /// A path that leads out of what may be read.
    Outside,
    /// Something that is only to be had from elsewhere.
    Remote,
    /// Two kustomizations that build on each other.
    Cycle,
    /// A resource that cannot be read.
    Resource,
    /// Two objects with one identity.
    Duplicate,
    /// A patch that cannot be read, finds no object, or fails.
    Patch,
    /// A generator that fails.
    Generator,
    /// A chart that cannot be rendered.
    Chart,
    /// Any other transformer that fails.
    Transformer,
    /// A replacement that fails.
    Replacement,
    /// A program or container that would have to run.
    Unsupported,
    /// A deprecated field.
    Deprecated,
    /// An entry that changes nothing.
    Unused,
    /// A list that is written without a value.
    Empty,
    /// A prefix or suffix that all names have already.
    Doubled,
    /// A patch that would fail on any object, and is put to none.
    Broken,
    /// A patch that adds what is there, and loses what that held.
    Lossy,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its family.
    pub kind: ProblemKind,
    /// The file it is in.
    pub path: TreePath,
    /// The bytes to look at.
    pub span: Option<Span>,
    /// What Kustomize would say, or ours where it says nothing.
    pub message: String,
    /// Whether `kustomize build` stops there.
    pub is_fatal: bool,
}

impl Problem {
    pub(crate) fn new(
        kind: ProblemKind,
        path: &TreePath,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Self {
        let is_fatal = !matches!(
            kind,
            ProblemKind::Deprecated
                | ProblemKind::Unused
                | ProblemKind::Empty
                | ProblemKind::Doubled
                | ProblemKind::Broken
                | ProblemKind::Lossy
        );
        Self { kind, path: path.clone(), span, message: message.into(), is_fatal }
    }
}
