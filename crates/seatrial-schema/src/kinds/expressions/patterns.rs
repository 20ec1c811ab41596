//! Regular expressions as Go reads them.

use crate::cel::re2;

/// Why a pattern cannot be used.
pub(crate) fn wrong(pattern: &str) -> Option<String> {
    re2::compile(pattern).err()
}

/// Whether a text matches a pattern; nothing where the pattern is wrong.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    re2::compile(pattern).ok().map(|pattern| pattern.is_match(text))
}
