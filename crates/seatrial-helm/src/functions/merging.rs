//! merge and mergeOverwrite, by mergo's rules.

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
