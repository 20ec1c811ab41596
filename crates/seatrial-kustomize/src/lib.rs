//! Kustomize overlays, built in process as `kustomize build` builds them, with
//! the line that set every field, and all that is wrong instead of the first.
//!
//! It runs no program, opens no connection and reads only through
//! [`Loader::files`].

mod additions;
mod build;
mod build_metadata;
mod charts;
mod crds;
mod fields;
mod generators;
mod hash;
mod id;
mod json_patch;
mod kustomization;
mod loader;
mod name_reference;
mod node;
mod open_api;
mod order;
mod origin;
mod output;
mod patches;
mod plugins;
mod problem;
mod replacement;
mod repo_spec;
mod resource;
mod resources;
mod select;
mod shared;
mod strategic_merge;
mod transform;
mod transformers;
mod value_add;
mod variables;

pub use additions::{Additions, Section};
pub use build::{Build, Options, Remote, Version, build, build_with, build_with_charts};
pub use charts::{ChartRequest, ChartValues, Charts, Inflation, Merged};
pub use id::{Gvk, ResourceId};
pub use kustomization::FIELDS;
pub use loader::Loader;
pub use node::{Content, Node, Scalar, Tag, Value};
pub use order::Order;
pub use origin::{Origin, OriginId, Origins};
pub use output::{Mark, yaml};
pub use problem::{Problem, ProblemKind};
pub use resource::Resource;
pub use shared::Shared;

/// Deepest nesting of an object.
const DEPTH_MAX: usize = 1_000;
