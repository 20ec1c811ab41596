//! Regular expressions as Go reads them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::cel::re2;

/// How many patterns are remembered, and how long they may be.
const REMEMBERED: usize = 1000;
const REMEMBERED_BYTES: usize = 1000;

/// Why a pattern cannot be used.
pub(crate) fn wrong(pattern: &str) -> Option<String> {
    // Definitions hold few patterns, and those a thousand times: what a quantity is.
    static USABLE: Mutex<BTreeSet<Box<str>>> = Mutex::new(BTreeSet::new());
    if USABLE.lock().unwrap_or_else(PoisonError::into_inner).contains(pattern) {
        return None;
    }
    let wrong = re2::compile(pattern).err();
    let mut usable = USABLE.lock().unwrap_or_else(PoisonError::into_inner);
    if wrong.is_none() && usable.len() < REMEMBERED && pattern.len() <= REMEMBERED_BYTES {
        usable.insert(pattern.into());
    }
    wrong
}
