//! Rules that many kinds share: names, metadata, selectors, quantities, addresses.

pub mod addresses;
pub mod choices;
pub mod generations;
pub mod int_or_percent;
pub mod metadata;
pub mod names;
pub mod nodes;
pub mod quantities;
pub mod resources;
pub mod selectors;
pub mod urls;
