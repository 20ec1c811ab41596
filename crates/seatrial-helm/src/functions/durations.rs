//! Durations: duration, durationRound, mustToDuration, ...

use crate::template::Function;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[];
