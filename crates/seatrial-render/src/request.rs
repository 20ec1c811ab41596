//! What a trial asks of discovery and rendering.

use std::sync::Arc;

use globset::GlobSet;
use seatrial_helm::Cluster;
use seatrial_model::{External, Origins, Target};
use seatrial_source::{Files, Revisions, TreePath};

/// What to look at, and for what target.
pub struct Request<'a> {
    /// The tree, from its top.
    pub files: &'a dyn Files,
    /// What version control knows about it; none outside a repository.
    pub revisions: Option<&'a dyn Revisions>,
    /// The directory that discovery covers.
    pub root: TreePath,
    /// The file or directory whose units are reported.
    pub scope: TreePath,
    /// What the units are deployed to.
    pub target: Target,
    /// Objects declared to exist elsewhere.
    pub external: Vec<External>,
    /// Paths that the configuration leaves out.
    pub exclude: GlobSet,
    /// What version control knows of this repository's address and refs.
    pub origins: Option<Origins>,
    /// What a cluster holds, for templates that look there.
    pub cluster: Option<Arc<Cluster>>,
    /// Bounds on what is read.
    pub limits: Limits,
}

impl<'a> Request<'a> {
    /// Everything in the tree, with the usual bounds.
    pub fn new(files: &'a dyn Files, target: Target) -> Self {
        Self {
            files,
            revisions: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            target,
            external: Vec::new(),
            exclude: GlobSet::empty(),
            origins: None,
            cluster: None,
            limits: Limits::default(),
        }
    }
}

/// Bounds on what discovery walks and reads, so that a hostile tree ends.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Names in all directories together.
    pub entries: usize,
    /// Directories inside each other.
    pub depth: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files that are kept.
    pub total_bytes: u64,
    /// Bounds on one YAML text.
    pub yaml: seatrial_yaml::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 500_000,
            depth: 64,
            file_bytes: 16 << 20,
            total_bytes: 512 << 20,
            yaml: seatrial_yaml::Limits::default(),
        }
    }
}
