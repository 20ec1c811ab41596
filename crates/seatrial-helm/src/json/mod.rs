//! JSON as Go's `encoding/json` reads and writes it.

mod read;
mod write;

pub use read::{Document, read};
pub use write::{Form, Written, write};
pub(crate) use write::{lossy, plain, scalar};
