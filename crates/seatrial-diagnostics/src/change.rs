//! Repairs: what should be different, never which bytes.

use seatrial_source::Span;

use crate::Location;

/// What a changed field should hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
    /// A sequence.
    List(Vec<Content>),
    /// A mapping, in the order to be written.
    Map(Vec<(String, Content)>),
}

/// One repair, at a symbolic place.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Give an existing field another value.
    Set {
        /// The field.
        at: Location,
        /// Its new value.
        content: Content,
    },
    /// Add a field that is absent.
    Insert {
        /// The field to add.
        at: Location,
        /// Its value.
        content: Content,
    },
    /// Remove a field.
    Remove {
        /// The field.
        at: Location,
    },
    /// Give a mapping's entry another key.
    Rename {
        /// The entry.
        at: Location,
        /// Its new key.
        name: String,
    },
}

impl Change {
    /// Where the change is made.
    pub fn at(&self) -> &Location {
        match self {
            Self::Set { at, .. }
            | Self::Insert { at, .. }
            | Self::Remove { at }
            | Self::Rename { at, .. } => at,
        }
    }
}

/// Bytes to replace in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a change cannot be carried out by an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, in a short phrase.
    pub reason: String,
}
