//! Values of charts: files, arguments, schemas.

pub mod read;
