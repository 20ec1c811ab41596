//! Functions that change the case of words: upper, title, snakecase, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
