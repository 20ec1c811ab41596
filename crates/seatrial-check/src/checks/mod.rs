//! The list of checks. A new one is a file here, its fixture beside it, and
//! two lines below; a test compares the list with the folder.

mod orphan_manifest;
mod unknown_service_in_environment;
mod wrong_port_in_environment;

use crate::Check;

/// Every check, in the order of their ids.
pub static ALL: &[&Check] = &[
    &orphan_manifest::CHECK,
    &unknown_service_in_environment::CHECK,
    &wrong_port_in_environment::CHECK,
];

#[cfg(test)]
mod tests;
