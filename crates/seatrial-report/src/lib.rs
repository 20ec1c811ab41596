//! Reports of a trial: documents that other programs read, and the text that
//! a person reads in a terminal. Nothing is decided here.

mod accepted;
mod catalogue;
mod coverage;
pub mod diff;
mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
pub mod terminal;
mod words;

pub use catalogue::{checks, checks_schema};
pub use github::github;
pub use json::{Report, json, schema, write_json};
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
