//! Functions over texts: trim, quote, indent, replace, join, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
