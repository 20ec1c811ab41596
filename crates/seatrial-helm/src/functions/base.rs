//! Base64 and base32.

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
