//! What a trial says of itself while it runs, and how much it handled.

use seatrial_render::Rendering;

/// A part of a trial, in the order of their ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Walking the tree, reading and parsing its files, finding units.
    Render,
    /// Following references, running the checks, learning what is secret.
    Check,
    /// Finding the lines to edit, merging, redacting, judging.
    Resolve,
}

impl Stage {
    /// The word used in statistics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Render => "render",
            Self::Check => "check",
            Self::Resolve => "resolve",
        }
    }
}

/// Is told when a stage is over. A trial has no clock; who wants times brings one.
pub trait Stages {
    /// The stage is over.
    fn over(&self, stage: Stage);
}

/// Nobody wants to know.
pub(crate) struct Unobserved;

impl Stages for Unobserved {
    fn over(&self, _stage: Stage) {}
}

/// How much was handled, whatever of it is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Files that the tree holds, ignored ones left out.
    pub files: usize,
    /// Files that were read.
    pub read: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Documents in those that were parsed.
    pub documents: usize,
    /// Objects.
    pub objects: usize,
    /// Units.
    pub units: usize,
    /// What was noticed before the configuration, scope and merging decided
    /// what is a finding.
    pub notices: usize,
}

impl Volume {
    pub(crate) fn of(rendering: &Rendering, notices: usize) -> Self {
        let files = || rendering.sources.ids();
        let streams = files().filter_map(|file| rendering.stream(file));
        Self {
            files: rendering.repository.facts.files.len(),
            read: files().count(),
            bytes: files().map(|file| rendering.sources.file(file).text().len()).sum(),
            documents: streams.map(|stream| stream.documents().len()).sum(),
            objects: rendering.repository.objects().count(),
            units: rendering.repository.units.len(),
            notices,
        }
    }
}
