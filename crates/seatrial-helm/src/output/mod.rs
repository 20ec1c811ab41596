//! From rendered files to the stream that `helm template` prints: documents,
//! their order, hooks behind the rest.

mod glance;
mod head;
mod order;
mod print;
mod sort;
mod split;

use std::ops::Range;

pub use print::{Output, OutputPart, Show};
pub(crate) use sort::sort;

/// One document of a rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The file, by its index among the rendered files.
    pub file: usize,
    /// Its place in the file's text.
    pub range: Range<usize>,
    /// Its kind; empty when it has none.
    pub kind: String,
    /// When it is run by Helm itself, not installed.
    pub hook: Option<Hook>,
}

/// What `helm.sh/hook` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The events, in the order of the annotation.
    pub events: Vec<&'static str>,
    /// `helm.sh/hook-weight`; 0 when it is none.
    pub weight: i64,
}

impl Hook {
    /// Whether `helm test` runs it.
    pub fn is_test(&self) -> bool {
        self.events.contains(&"test")
    }
}
