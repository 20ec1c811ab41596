//! `seatrial.toml`: what it may hold, read strictly.
//!
//! An unknown key, a check that does not exist or a glob that does not parse
//! is a problem with its line; nothing in the file is skipped over.

mod keys;
mod page;
mod patterns;
mod read;
mod schema;
mod selection;
mod version;

use globset::{GlobMatcher, GlobSet, GlobSetBuilder};
use seatrial_diagnostics::{CheckInfo, Severity};
use seatrial_model::{External, KubernetesVersion, NameGlob, path_glob};
use seatrial_source::TreePath;

use crate::Date;

pub use page::{example, page};
pub use patterns::CheckPattern;
pub use schema::schema;
pub use selection::{GROUPS, Selection, UnknownCheck, find_check, known_check, known_selection};
pub use version::UnknownVersion;

/// The file's name, at the root.
pub const FILE_NAME: &str = "seatrial.toml";

/// The severities that a check may be given.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// The cluster profiles that may be named.
const PROFILES: &[&str] = &["default"];

/// Entries of a list at most: what a person writes, and what is still quick to
/// compare with every finding.
const ENTRIES_MAX: usize = 1_000;

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Its line, from 1.
    pub line: u32,
    /// What is wrong, with the nearest known word where there is one.
    pub message: String,
}

/// Findings that are known and accepted.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The checks it speaks of.
    pub check: CheckPattern,
    /// Files, relative to the configuration.
    pub path: Option<GlobMatcher>,
    /// Unit names.
    pub unit: Option<NameGlob>,
    /// `Kind/name` or `Kind/namespace/name`.
    pub object: Option<NameGlob>,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub expires: Option<Date>,
    /// Its line in the configuration.
    pub line: u32,
}

/// Objects that exist elsewhere, as an entry of the configuration has them.
#[derive(Clone, Debug)]
pub struct Declared {
    /// What is declared.
    pub object: External,
    /// Its line in the configuration.
    pub line: u32,
}

/// A path that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclude {
    /// A glob, relative to the configuration.
    pub pattern: String,
    /// Where it begins in the configuration; none from the command line.
    pub at: Option<u32>,
}

/// What a `seatrial.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The API server's version.
    pub kubernetes: Option<KubernetesVersion>,
    /// The same in full, where more than the minor is said.
    pub kubernetes_release: Option<String>,
    /// The cluster profile.
    pub profile: Option<String>,
    /// The checks to run.
    pub select: Selection,
    /// Accepted findings.
    pub ignore: Vec<Ignore>,
    /// Other severities than the checks' own: id or glob, and level; the last
    /// that names a check counts.
    pub severity: Vec<(CheckPattern, Severity)>,
    /// Objects that exist elsewhere.
    pub external: Vec<Declared>,
    /// The repository's address, instead of what git says.
    pub repository_url: Option<String>,
    /// The repository's branches and tags, instead of what git says.
    pub repository_refs: Option<Vec<String>>,
    /// Paths that are left out.
    pub exclude: Vec<Exclude>,
}

impl Config {
    /// Reads a configuration; the known checks are those it may name.
    pub fn parse(text: &str, checks: &[&'static CheckInfo]) -> Result<Self, Vec<ConfigProblem>> {
        read::read(text, checks)
    }

    /// Gives checks another severity, before all that was said until now.
    pub fn set_severity(&mut self, pattern: &str, severity: Severity) {
        self.severity.push((CheckPattern::new(pattern), severity));
    }

    /// The severity of this name.
    pub fn severity(word: &str) -> Option<Severity> {
        SEVERITIES.into_iter().find(|it| it.as_str() == word)
    }

    /// Sets the API server's version, as people write it and as servers answer:
    /// `1.36`, `v1.30.4-eks-a18cd3a`, `1.30+`.
    pub fn set_kubernetes(&mut self, text: &str) -> Result<(), UnknownVersion> {
        let (version, is_release) = version::parse(text)?;
        self.kubernetes = Some(version);
        self.kubernetes_release = is_release.then(|| text.to_owned());
        Ok(())
    }

    /// The severity the configuration gives a check; the last entry that
    /// names it counts.
    pub fn severity_of(&self, check: &CheckInfo) -> Option<Severity> {
        let named = self.severity.iter().rev().find(|(pattern, _)| pattern.names(check.id));
        named.map(|&(_, severity)| severity)
    }

    /// Leaves further paths out; an error says what is wrong with the glob.
    pub fn leave_out(&mut self, pattern: &str) -> Result<(), String> {
        path_glob(pattern)?;
        self.exclude.push(Exclude { pattern: pattern.to_owned(), at: None });
        Ok(())
    }

    /// The excluded paths, relative to the top of the tree.
    pub fn exclude_below(&self, root: &TreePath) -> GlobSet {
        self.exclude_globs(root).0
    }

    /// The excluded paths, and the entry that each of the globs is of.
    fn exclude_globs(&self, root: &TreePath) -> (GlobSet, Vec<usize>) {
        let (mut globs, mut entries) = (GlobSetBuilder::new(), Vec::new());
        for (place, exclude) in self.exclude.iter().enumerate() {
            // Each pattern was tried when the file was read.
            let both = with_contents(root, &exclude.pattern);
            for glob in both.iter().filter_map(|pattern| path_glob(pattern).ok()) {
                globs.add(glob);
                entries.push(place);
            }
        }
        globs.build().map_or_else(|_| (GlobSet::empty(), Vec::new()), |globs| (globs, entries))
    }

    /// The entries of `exclude` that none of the paths is left out by.
    pub(crate) fn unmatched_excludes(&self, root: &TreePath, excluded: &[TreePath]) -> Vec<&Exclude> {
        let (globs, entries) = self.exclude_globs(root);
        let mut is_used = vec![false; self.exclude.len()];
        for path in excluded {
            globs.matches(path.as_str()).into_iter().for_each(|glob| is_used[entries[glob]] = true);
        }
        self.exclude.iter().zip(is_used).filter(|(_, is_used)| !is_used).map(|(it, _)| it).collect()
    }
}

/// The pattern below a root, for the path itself and for all it holds.
fn with_contents(root: &TreePath, pattern: &str) -> [String; 2] {
    let mut pattern = pattern;
    while let Some(rest) = pattern.strip_prefix("./") {
        pattern = rest;
    }
    let pattern = pattern.trim_matches('/');
    let below = if root.as_str().is_empty() {
        pattern.to_owned()
    } else {
        format!("{}/{pattern}", globset::escape(root.as_str()))
    };
    [format!("{below}/**"), below]
}

#[cfg(test)]
mod tests;
