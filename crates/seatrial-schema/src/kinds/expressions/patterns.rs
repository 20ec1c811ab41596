//! Regular expressions as Go reads them.

use crate::cel::re2;

/// Why a pattern cannot be used.
pub(crate) fn wrong(pattern: &str) -> Option<String> {
    re2::compile(pattern).err()
}
