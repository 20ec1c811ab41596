//! Questions about types: kindOf, typeIs, deepEqual, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
