//! What checks notice, where it is, and how a person reads it.
//!
//! A [`Notice`] is what a crate sees; a [`Finding`] is what a person reads.
//! Only `trial::resolve` turns one into the other. This crate knows nothing
//! about Kubernetes: an object is an opaque id and a few words to print.

mod address;
mod change;
mod check;
mod finding;
pub mod github;
pub mod junit;
mod location;
mod notice;
pub mod sarif;
mod slips;
pub mod terminal;

pub use address::uri;
pub use change::{Change, Content, Edit, Refusal};
pub use check::{CheckInfo, Level, Severity, Strictness};
pub use finding::{Applicability, Finding, Fix, ObjectName, Place, RelatedPlace, Rendered};
pub use location::{FieldPart, Location, ObjectId, Origin, OriginStep, Role, Sources, UnitId};
pub use notice::{Notice, Related};
pub use slips::{is_same_but_form, is_slip, name_words, slips};
