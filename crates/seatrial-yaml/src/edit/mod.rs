//! Changes of a text by field path that leave everything else as it is:
//! comments, order, quotes, indentation, anchors, line breaks.
//!
//! [`edit`] answers with bytes to replace. Each answer is proven before it is
//! given: the edited text is read again, only the field meant may differ, and
//! every comment outside of what is taken away still stands. What cannot be
//! proven is refused with a reason.
//!
//! ```
//! use seatrial_source::FileId;
//! use seatrial_yaml::{Dialect, Limits, parse};
//! use seatrial_yaml::edit::{Content, Operation, apply, edit};
//!
//! let text = "spec:\n  replicas: 1 # for now\n";
//! let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
//! let root = stream.document_root(0).expect("one document");
//! let set = Operation::Set { path: "spec.replicas".parse()?, content: Content::Int(3) };
//! let edits = edit(root, &set)?;
//! assert_eq!(apply(text, &edits).as_deref(), Some("spec:\n  replicas: 3 # for now\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod change_block;
mod change_flow;
mod children;
mod content;
mod ground;
mod plan;
mod proof;
mod replace;
mod scalar;
mod style;
mod target;
mod write_block;
mod write_flow;

use std::fmt;

use seatrial_source::Span;

use crate::{FieldPath, Node};

pub use apply::apply;
pub use content::Content;

/// What should be different.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Give a field that is written another value.
    Set {
        /// The field.
        path: FieldPath,
        /// Its new value.
        content: Content,
    },
    /// Add a field that is absent or null, with the mappings above it that are
    /// absent too. An index adds an item before the one that has it, or at the
    /// end of the list.
    Insert {
        /// The field to add.
        path: FieldPath,
        /// Its value.
        content: Content,
    },
    /// Take a field away, with the comments in its lines; those on lines of
    /// their own stay. The last one leaves `{}` or `[]`.
    Remove {
        /// The field.
        path: FieldPath,
    },
    /// Give a mapping's entry another key.
    Rename {
        /// The entry.
        path: FieldPath,
        /// Its new key.
        name: String,
    },
}

/// Bytes to replace in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a change is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, in a short phrase.
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

/// The edits that carry out an operation, in the order of the text and apart
/// from each other. None are needed where the text says so already.
///
/// The path starts at `root`: the root of a document, or any node below.
pub fn edit(root: Node<'_>, operation: &Operation) -> Result<Vec<Edit>, Refusal> {
    let stream = root.stream();
    if !stream.is_accepted() {
        return Err(Refusal::new("the file has problems of its own"));
    }
    if ground::has_wide_breaks(stream) {
        return Err(Refusal::new("the file breaks lines with U+0085, U+2028 or U+2029"));
    }
    let mut refusal = None;
    for manner in Manner::IN_TURN {
        let Some(plan) = plan::of(root, operation, manner)? else { return Ok(Vec::new()) };
        if manner != Manner::Usual && !plan.is_apt {
            continue;
        }
        match proof::prove(stream, &plan.edits, &plan.difference) {
            Ok(()) => return Ok(plan.edits),
            Err(unproven) => refusal = Some(unproven),
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::new("the edit cannot be written")))
}

/// How an edit is written: the next manner is tried where one does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Usual,
    /// The last line gets the break that it lacks: a block scalar may need it.
    Closed,
    /// Texts of several lines are written with escapes on one line: what
    /// follows a block scalar may count as part of it.
    OneLine,
}

impl Manner {
    const IN_TURN: [Self; 3] = [Self::Usual, Self::Closed, Self::OneLine];
}

/// Edits of one text under construction.
struct Edits {
    file: seatrial_source::FileId,
    list: Vec<Edit>,
}

impl Edits {
    fn replace(&mut self, range: std::ops::Range<usize>, text: String) {
        let span = Span::new(self.file, range.start as u32, range.end as u32);
        self.list.push(Edit { span, text });
    }

    fn insert(&mut self, at: usize, text: String) {
        self.replace(at..at, text);
    }

    /// In the order of the text.
    fn finish(mut self) -> Vec<Edit> {
        self.list.sort_by_key(|edit| (edit.span.start, edit.span.end));
        self.list
    }
}
