//! What the API server would say to an object: whether its fields exist and
//! have the right type, what it fills in, and the rules behind the schema.
//!
//! An object is decoded into a [`Value`], defaulted, and validated by the
//! [`Strategy`] of its kind. Everything here is a pure function; nothing is read
//! at run time but the table inside the program.

pub mod admission;
pub mod cel;
pub mod convert;
pub mod custom;
pub mod decode;
pub mod difference;
pub mod durations;
pub mod encode;
mod errors;
pub mod json;
pub mod kinds;
mod packed;
mod path;
pub mod published;
pub mod removed;
pub mod repeated;
pub mod review;
pub mod rules;
pub mod schedule;
mod slots;
pub mod structural;
pub mod table;
#[cfg(test)]
mod testing;
mod value;
pub mod zones;

pub use errors::{Errors, FieldError, Reason};
pub use kinds::Strategy;
pub use path::Path;
pub use review::{Answer, Request, review};
pub use value::{By, Entry, Map, Value};
