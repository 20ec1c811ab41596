//! Checksums: sha256sum, adler32sum, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
