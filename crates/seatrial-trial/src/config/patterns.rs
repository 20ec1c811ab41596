//! The checks that a person names: by id, or by a glob over ids.

use seatrial_model::NameGlob;

/// A check's id, or a glob over ids.
#[derive(Clone, Debug)]
pub struct CheckPattern {
    text: String,
    glob: Option<NameGlob>,
}

impl CheckPattern {
    /// What a person wrote; without a `*` it is an id.
    pub fn new(text: &str) -> Self {
        let glob = if text.contains('*') { NameGlob::new(text).ok() } else { None };
        Self { text: text.to_owned(), glob }
    }

    /// What was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it names the check of this id.
    pub fn names(&self, id: &str) -> bool {
        self.glob.as_ref().map_or(self.text == id, |glob| glob.is_match(id))
    }

    /// Orders patterns by how much they say: an id more than a glob, a long
    /// glob more than a short one.
    pub(super) fn weight(&self) -> impl Ord + use<> {
        (self.glob.is_none(), self.text.len())
    }
}
