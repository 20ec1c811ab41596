//! Functions that choose among their arguments: default, coalesce, ternary, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
