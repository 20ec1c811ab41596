//! Git trees of other hosts that were fetched: what lies in one of their
//! directories. Nobody edits it here, so everything stands for the entry that
//! names the source.

use std::collections::VecDeque;

use seatrial_kustomize::Additions;
use seatrial_source::{EntryKind, Files, Span, TreePath};

use super::Deliverer;
use super::here::Here;
use crate::kustomizations::{Ask, Substitute};

/// Of a directory with more files, none is taken.
const FILES_MAX: usize = 5000;

/// A directory of a fetched tree.
pub(crate) struct Away {
    /// The top of its tree.
    pub(crate) tree: TreePath,
    pub(crate) directory: TreePath,
    /// The files in and below it, sorted.
    pub(crate) files: Vec<TreePath>,
}

impl Away {
    /// The directory at a path of a tree; an error says why there is none.
    pub(crate) fn open(files: &dyn Files, tree: TreePath, written: &str) -> Result<Self, String> {
        let inside = written.trim().trim_start_matches('/');
        let directory = tree.join(inside).filter(|it| it.is_within(&tree));
        let directory = directory.ok_or_else(|| format!("`{written}` leads out of the repository"))?;
        let mut found = Vec::new();
        let mut waiting = VecDeque::from([directory.clone()]);
        while let Some(next) = waiting.pop_front() {
            for entry in files.list(&next).unwrap_or_default() {
                match entry.kind {
                    EntryKind::Directory => waiting.push_back(entry.path),
                    EntryKind::File { .. } => found.push(entry.path),
                    _ => {}
                }
            }
            if found.len() + waiting.len() > FILES_MAX {
                return Err(format!("`{written}` holds more than {FILES_MAX} files"));
            }
        }
        if found.is_empty() {
            return Err(format!("`{written}` is not in that repository"));
        }
        found.sort();
        Ok(Self { tree, directory, files: found })
    }

    /// The directory as the tree that it is in is looked at.
    pub(crate) fn here(&self) -> Here<'_> {
        Here::new(None, &self.files)
    }
}

/// What is built in a directory of a fetched tree.
pub(crate) struct AwayBuild<'a> {
    pub(crate) away: &'a Away,
    /// What is put over it.
    pub(crate) additions: Additions,
    /// The files to build where the directory has no kustomization, from there.
    pub(crate) resources: &'a [String],
    /// What names the source, and where.
    pub(crate) entry: (&'a str, Span),
    /// The unit that it is built for.
    pub(crate) label: &'a str,
    pub(crate) substitute: Option<Substitute>,
    /// The file of that unit.
    pub(crate) home: &'a TreePath,
}

impl Deliverer<'_> {
    /// Builds it; gives its place among the kustomizations.
    pub(super) fn build_away(&mut self, asked: AwayBuild<'_>) -> usize {
        let AwayBuild { away, mut additions, resources, entry, label, substitute, home } = asked;
        additions.away(&away.tree, entry.0, entry.1);
        if !resources.is_empty() {
            additions.without_file();
            for resource in resources {
                additions.resource(resource, entry.1);
            }
        }
        let ask = Ask { substitute, ..Ask::with(away.directory.clone(), label, additions) };
        self.build(ask, home)
    }
}
