//! The globs that a configuration may hold, compiled once and bounded: a
//! repository's own `seatrial.toml` is input like any other.

use globset::{Glob, GlobBuilder, GlobMatcher};

/// Bytes of a pattern at most; a longer one could not be compiled.
const BYTES_MAX: usize = 1_000;

/// A glob over names: `*` stands for any run of characters.
pub(crate) fn name_glob(pattern: &str) -> Result<GlobMatcher, String> {
    built(pattern, false).map(|glob| glob.compile_matcher())
}

/// A glob over paths: `*` stays inside one directory, `**` does not.
pub(crate) fn path_glob(pattern: &str) -> Result<Glob, String> {
    built(pattern, true)
}

fn built(pattern: &str, is_path: bool) -> Result<Glob, String> {
    if pattern.len() > BYTES_MAX {
        return Err(format!("it is longer than {BYTES_MAX} bytes"));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(is_path).build();
    glob.map_err(|error| error.kind().to_string())
}

/// A check's id, or a glob over ids.
#[derive(Clone, Debug)]
pub struct CheckPattern {
    text: String,
    glob: Option<GlobMatcher>,
}

impl CheckPattern {
    /// What a person wrote; without a `*` it is an id.
    pub fn new(text: &str) -> Self {
        let glob = if text.contains('*') { name_glob(text).ok() } else { None };
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
