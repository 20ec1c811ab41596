//! Conversions between Go's types: int, float64, atoi, toString, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
