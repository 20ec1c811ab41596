//! Helm charts, rendered in process as `helm template` renders them, with the
//! template line and the values key that every piece of text came from.
//!
//! [`template`] is Go's `text/template`, usable without charts. It runs no
//! program, opens no file of its own and no connection.

pub mod functions;
pub mod go;
pub mod json;
mod pieces;
pub mod semver;
pub mod template;
pub mod values;
mod walk;
