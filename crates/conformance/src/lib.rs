//! Recorded answers of real programs against ours, one suite a module.
//! A suite reads a folder of recorded answers, asks our crates the same
//! questions and reports how often both agree; it never records anything.

mod apiserver;
mod cel;
mod definitions;
mod edits;
pub mod fuzz;
mod helm;
#[cfg(unix)]
mod hostile;
mod json;
mod kustomize;
mod peers;
mod rendered;
mod report;
mod schema;
mod yaml;

pub use report::{Disagreement, Family, Report};

use std::path::PathBuf;

/// Where a suite finds its recorded answers.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with the recorded answers.
    pub dir: PathBuf,
    /// A folder with inputs that the recorded answers only name.
    pub inputs: Option<PathBuf>,
    /// The real program, to be run beside ours.
    pub against: Option<PathBuf>,
    /// What both are run with: one JSON array of arguments a line.
    pub list_file: Option<PathBuf>,
}

impl Options {
    /// Recorded answers of a folder, with nothing else.
    pub fn of(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), inputs: None, against: None, list_file: None }
    }
}

/// One kind of recorded answers.
pub struct Suite {
    /// The word for it on the command line.
    pub name: &'static str,
    /// The set that comes with this repository.
    pub own_dir: &'static str,
    /// Compares all answers of a folder.
    pub run: fn(&Options) -> anyhow::Result<Report>,
}

/// Every suite there is.
pub const SUITES: &[Suite] = &[
    yaml::SUITE,
    edits::SUITE,
    apiserver::SUITE,
    cel::SUITE,
    definitions::SUITE,
    helm::SUITE,
    kustomize::SUITE,
    schema::SUITE,
    peers::SUITE,
    #[cfg(unix)]
    hostile::SUITE,
];

impl Suite {
    /// The suite of that name.
    pub fn named(name: &str) -> Option<&'static Suite> {
        SUITES.iter().find(|suite| suite.name == name)
    }
}
