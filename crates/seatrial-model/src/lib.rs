//! Kubernetes objects, the references between them, units and bundles.
//!
//! Objects are views of parsed documents: nothing is copied, every field
//! knows its span. This crate knows nothing about text files or terminals.

mod bundle;
mod facts;
mod object;
mod repository;
mod unit;

pub use bundle::Bundle;
pub use facts::{Coverage, RenderFacts, Skip, SkipCode};
pub use object::{Object, ObjectSource};
pub use repository::{External, Origins, Place, Repository};
pub use unit::{KubernetesVersion, Target, Unit, UnitKind, UnitRole};
