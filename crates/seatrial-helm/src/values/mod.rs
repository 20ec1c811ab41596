//! Values of charts: files, arguments, schemas, merged as Helm merges them,
//! each leaf with the place where it is written.

pub(crate) mod coalesce;
mod input;
pub mod read;
pub mod schema;
mod set;
mod text;
mod words;

pub use input::{Argument, ValuesFile, ValuesInput, argument_keys, file_argument_paths};
pub use text::{ValuesFault, ValuesText};
