//! Repairs: what should be different, never which bytes.

pub use seatrial_yaml::edit::{Content, Edit, Refusal};

use crate::Location;

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
    /// Add a field that is absent, or an item to a list.
    Insert {
        /// The field to add; an index is where the item will stand.
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
