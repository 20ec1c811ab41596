//! A place where the text stops making sense, before it is a [`Problem`].

use std::borrow::Cow;

use crate::ProblemKind;

/// Why scanner or parser cannot go on.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ProblemKind,
    pub(crate) message: Cow<'static, str>,
    /// The bytes to point at.
    pub(crate) at: (usize, usize),
    pub(crate) related: Option<(usize, usize)>,
    /// Where the broken construct begins: reading goes on after this line.
    pub(crate) from: usize,
    /// Whether it is about a directive, and so about the document to come.
    pub(crate) in_directive: bool,
}

impl Fault {
    pub(crate) fn syntax(start: usize, end: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: ProblemKind::Syntax,
            message: message.into(),
            at: (start, end),
            related: None,
            from: start,
            in_directive: false,
        }
    }

    /// The construct around it began earlier, at its opening bracket or quote.
    pub(crate) fn opened_at(mut self, start: usize, end: usize) -> Self {
        self.related = Some((start, end));
        self.from = self.from.min(start);
        self
    }

    pub(crate) fn from(mut self, start: usize) -> Self {
        self.from = start;
        self
    }

    pub(crate) fn in_directive(mut self) -> Self {
        self.in_directive = true;
        self
    }

    pub(crate) fn of_kind(mut self, kind: ProblemKind) -> Self {
        self.kind = kind;
        self
    }
}
