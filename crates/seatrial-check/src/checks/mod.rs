//! The list of checks. A new one is a file here, its fixture beside it, and
//! two lines below; a test compares the list with the folder.

use crate::Check;

/// Every check, in the order of their ids.
pub static ALL: &[&Check] = &[];

#[cfg(test)]
mod tests;
