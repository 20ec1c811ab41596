//! What is wrong with a text, and where a person would change it.

use seatrial_source::Span;

/// The family of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The text does not have the form of the dialect.
    Syntax,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// A key that Kubernetes' tools refuse: null, a mapping, a sequence.
    Key,
    /// A value that cannot be read as its tag says or has no form in JSON.
    Value,
    /// `<<` with something other than mappings.
    Merge,
    /// An alias to an anchor that is not defined before it.
    UndefinedAlias,
    /// An alias inside the node that it names.
    RecursiveAlias,
    /// Aliases that multiply the document beyond what the Go libraries allow.
    ExcessiveAliasing,
    /// Nesting deeper than [`Limits::depth`](crate::Limits::depth).
    Depth,
    /// More bytes or nodes than [`Limits`](crate::Limits) allow.
    Size,
    /// A character that may not stand in the text.
    Encoding,
}

/// One thing that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its family.
    pub kind: ProblemKind,
    /// The place to edit.
    pub span: Span,
    /// What is wrong: a lower-case phrase without a place.
    pub message: String,
    /// Another place that explains it: the first of two equal keys, the
    /// bracket that was opened.
    pub related: Option<Span>,
    fatal: bool,
}

impl Problem {
    /// A problem for which the Go program refuses the document.
    pub(crate) fn fatal(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), related: None, fatal: true }
    }

    /// A problem that the Go program passes over silently.
    pub(crate) fn silent(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { fatal: false, ..Self::fatal(kind, span, message) }
    }

    pub(crate) fn related(mut self, span: Option<Span>) -> Self {
        self.related = span;
        self
    }

    /// Whether the Go program would refuse the document because of it.
    pub fn is_fatal(&self) -> bool {
        self.fatal
    }
}
