//! Git as a source of files, refs and ignore rules.
//!
//! Everything is read and nothing is written. No program, filter or hook runs;
//! neither the environment nor the configuration of the user or the system
//! has a say, so that a clone is judged alike on every machine.

mod ignore;
mod refs;
mod repository;
mod revision_files;
mod store;
mod tracked;

pub use repository::Repository;
pub use seatrial_source::normalize_url;
