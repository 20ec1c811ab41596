//! Reports of a trial: documents that other programs read, and the text that
//! a person reads in a terminal. Nothing is decided here.

mod json;
mod sarif;
pub mod terminal;

pub use json::{Report, json, schema};
pub use sarif::sarif;
