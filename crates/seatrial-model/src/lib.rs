//! Kubernetes objects, the references between them, units and bundles.
//!
//! Objects are views of parsed documents: nothing is copied, every field
//! knows its span. This crate knows nothing about text files or terminals.

mod bundle;
mod charts;
mod facts;
mod field;
mod glob;
mod int_or_string;
mod interval;
mod kustomizations;
mod locate;
mod object;
mod quantity;
pub mod references;
mod repository;
mod scope;
mod selector;
#[cfg(test)]
mod testing;
mod unit;
pub mod views;

pub use bundle::Bundle;
pub use charts::{ChartDependency, ChartFacts, UnreadValue, ValuesFacts};
pub use facts::{
    Coverage, Delivery, IdleRange, OpenApplication, OpenCluster, Orphan, RemoteUse, RenderFacts, Skip,
    SkipCode,
};
pub use field::Field;
pub use glob::{GitPattern, NameGlob, path_glob};
pub use int_or_string::{IntOrString, NoPercentage};
pub use interval::Interval;
pub use kustomizations::{
    EntryKind, KustomizationEntry, KustomizationFacts, RemoteAddress, RemoteClient, RenamedImage,
    SelectorLabel, UnevenPatch, Unpatched,
};
pub use object::{Identity, Object, ObjectSource};
pub use quantity::{Quantity, QuantityError, QuantityFormat};
pub use references::{Graph, Link, Reference, Resolution};
pub use repository::{External, Origins, Place, Repository};
pub use scope::{Agreement, is_namespaced, known_kind};
pub use selector::{LabelSelector, Labels, Operator, Requirement};
pub use unit::{KubernetesVersion, Target, Unit, UnitKind, UnitRole};
