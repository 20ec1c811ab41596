//! Helm charts, rendered in process as `helm template` renders them, with the
//! template line and the values key that every piece of text came from.
//!
//! [`template`] is Go's `text/template`, usable without charts. It runs no
//! program, opens no file of its own and no connection.

mod api_versions;
mod capabilities;
pub mod chart;
mod cluster;
mod crypto;
mod errors;
pub mod functions;
pub mod go;
pub mod json;
mod output;
mod pieces;
mod reading;
mod release;
mod render;
mod schemas;
pub mod semver;
pub mod template;
mod time;
mod toml;
mod url;
pub mod values;
mod variation;
mod versions;
mod walk;

pub use api_versions::api_versions;
pub use capabilities::KubeVersion;
pub use chart::{
    Alone, Asked, Chart, Content, Dependency, Loaded, Loader, Metadata, Problem, ProblemKind,
    RemoteDependency,
};
pub use cluster::{Cluster, Name as ObjectName};
pub use errors::{ErrorKind, Misfit, RenderError};
pub use output::{Hook, Manifest, Output, OutputPart, Show};
pub use reading::{DoubledIndent, HandedRoot, LoopName, LostRoot, Reading, read};
pub use render::{Options, Rendered, RenderedFile, release_name, render, render_alone};
pub use values::{Argument, ValuesFile, ValuesInput, argument_keys, file_argument_paths};
pub use variation::{Switch, Variation, VariationBounds, Variations, variations};
pub use versions::{HelmVersion, NullRules, Switches};
