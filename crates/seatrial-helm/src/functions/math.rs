//! Arithmetic, and lists of numbers: add, mulf, round, until, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
