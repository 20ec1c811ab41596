//! What a file or document is: decided by name where that is enough, then by
//! a look at the bytes, and only then by what it parses to.

pub(crate) mod client;
pub(crate) mod foreign;
pub(crate) mod name;
pub(crate) mod places;
