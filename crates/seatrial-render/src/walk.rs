//! Lists the tree: bounded, without following a link out of it, without what
//! git ignores or package managers put there.

use std::collections::BTreeMap;

use rayon::prelude::*;
use seatrial_model::{Skip, SkipCode};
use seatrial_source::{Entry, EntryKind, ReadError, TreePath};

use crate::Request;
use crate::classify::name::{self, NameKind};

/// A regular file of the tree.
#[derive(Clone, Debug)]
pub(crate) struct FoundFile {
    pub(crate) path: TreePath,
    /// Whether it is shown through a link.
    pub(crate) is_link: bool,
}

/// What stands in the tree.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Sorted by path.
    pub(crate) files: Vec<FoundFile>,
    /// Sorted by path, the root included.
    pub(crate) directories: Vec<TreePath>,
    pub(crate) links: Links,
    /// Links that lead outside, sorted, with the text they hold.
    pub(crate) outside: Vec<(TreePath, String)>,
    /// Links named like something that is read, and nothing is at their end:
    /// sorted, with the text they hold.
    pub(crate) dangling: Vec<(TreePath, String)>,
    /// Directories that could not be listed and links that could not be
    /// followed, sorted, with the reason.
    pub(crate) unreadable: Vec<(TreePath, ReadError)>,
    pub(crate) skipped: Vec<Skip>,
    /// What the configuration leaves out, sorted.
    pub(crate) excluded: Vec<TreePath>,
}

impl Walk {
    /// Whether a file was named by itself, or is all that there is: who does so wants to
    /// hear of it, whatever it holds.
    pub(crate) fn is_named(&self, request: &Request<'_>, path: &TreePath) -> bool {
        *path == request.scope || self.files.len() == 1
    }
}

/// The links of the tree, so that a path through one finds the real file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links(BTreeMap<TreePath, TreePath>);

impl Links {
    /// The path with every link on the way replaced by where it leads.
    pub(crate) fn resolve(&self, path: &TreePath) -> TreePath {
        let mut path = path.clone();
        if self.0.is_empty() {
            return path;
        }
        for _ in 0..16 {
            let Some(next) = self.step(&path) else { break };
            path = next;
        }
        path
    }

    fn step(&self, path: &TreePath) -> Option<TreePath> {
        let mut ancestor = Some(path.clone());
        while let Some(link) = ancestor {
            if let Some(target) = self.0.get(&link) {
                return target.join(path.below(&link)?);
            }
            ancestor = link.parent();
        }
        None
    }
}

/// Walks the root, a level of directories at a time, so that the order in
/// which bounds are reached does not depend on threads.
pub(crate) fn walk(request: &Request<'_>) -> Walk {
    let mut walk = Walk::default();
    let mut level = vec![request.root.clone()];
    let mut budget = request.limits.entries;
    let mut links = Vec::new();
    for _ in 0..request.limits.depth {
        let listings: Vec<_> = level.par_iter().map(|directory| list(request, directory)).collect();
        let mut next = Vec::new();
        for (directory, listing) in std::mem::take(&mut level).into_iter().zip(listings) {
            match listing {
                Ok(listing) => walk.add(directory, listing, &mut budget, &mut next, &mut links),
                Err(error) => walk.unreadable.push((directory, error)),
            }
        }
        level = next;
    }
    let bounded = "more nested directories than are walked";
    walk.skipped.extend(level.into_iter().map(|path| skip(path, SkipCode::Limit, bounded)));
    walk.directories.sort();
    walk.follow(links, request);
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    walk.outside.sort();
    walk.excluded.sort();
    walk.dangling.sort();
    walk.unreadable.sort_by(|a, b| a.0.cmp(&b.0));
    walk
}

/// What one directory holds that is worth a look.
#[derive(Default)]
struct Listing {
    entries: Vec<Entry>,
    /// What is left out and told.
    skipped: Vec<Skip>,
    /// What the configuration leaves out.
    excluded: Vec<TreePath>,
}

fn list(request: &Request<'_>, directory: &TreePath) -> Result<Listing, ReadError> {
    let mut listing = Listing::default();
    let entries = request.files.list_unsized(directory)?;
    if is_vendored(directory, &entries) && !leads_into(request, directory) {
        listing.skipped.push(skip(directory.clone(), SkipCode::Vendored, VENDORED));
        return Ok(listing);
    }
    for entry in entries {
        let is_directory =
            matches!(entry.kind, EntryKind::Directory | EntryKind::Unnameable { is_directory: true });
        // What `.git` is when it is no directory is told by who opens it.
        let is_passed_over = entry.path.name() == ".git" || (is_directory && is_cache(entry.path.name()));
        let is_excluded = request.exclude.is_match(entry.path.as_str());
        if is_excluded {
            listing.excluded.push(entry.path.clone());
        }
        if is_passed_over {
            continue;
        }
        if is_excluded {
            if is_directory || is_read(&entry.path) {
                listing.skipped.push(skip(entry.path, SkipCode::Excluded, "the configuration excludes it"));
            }
            continue;
        }
        if request.revisions.is_some_and(|it| it.is_ignored(&entry.path, is_directory)) {
            continue;
        }
        if is_directory && is_package_store(entry.path.name()) && !leads_into(request, &entry.path) {
            listing.skipped.push(skip(entry.path, SkipCode::Vendored, VENDORED));
            continue;
        }
        listing.entries.push(entry);
    }
    Ok(listing)
}

impl Walk {
    fn add(
        &mut self,
        directory: TreePath,
        listing: Listing,
        budget: &mut usize,
        next: &mut Vec<TreePath>,
        links: &mut Vec<(TreePath, String)>,
    ) {
        self.skipped.extend(listing.skipped);
        self.excluded.extend(listing.excluded);
        if *budget < listing.entries.len() {
            *budget = 0;
            self.skipped.push(skip(directory, SkipCode::Limit, "more files than are looked at"));
            return;
        }
        *budget -= listing.entries.len();
        self.directories.push(directory);
        for Entry { path, kind } in listing.entries {
            match kind {
                EntryKind::File { .. } => self.files.push(FoundFile { path, is_link: false }),
                EntryKind::Directory => next.push(path),
                EntryKind::Symlink { target } => links.push((path, target)),
                EntryKind::Other if is_read(&path) => {
                    self.skipped.push(skip(path, SkipCode::Unreadable, "it is not a regular file"));
                }
                EntryKind::Unnameable { is_directory } if is_directory || is_read(&path) => {
                    self.skipped.push(skip(path, SkipCode::Unreadable, "its name is not UTF-8"));
                }
                EntryKind::Other | EntryKind::Unnameable { .. } => {}
            }
        }
    }

    /// Sorts links into those that lead outside or nowhere, those whose target
    /// is walked anyway, and those that show a file of the tree in a new place.
    fn follow(&mut self, links: Vec<(TreePath, String)>, request: &Request<'_>) {
        let mut inside = Vec::new();
        let mut failed = Vec::new();
        for (path, target) in links {
            let lexical = path.parent().and_then(|parent| parent.join(&target));
            let error = request.files.read(&path, 0).err();
            let is_broken = matches!(error, Some(ReadError::Missing | ReadError::Failed { .. }));
            // A broken link says nothing about what is elsewhere.
            if error == Some(ReadError::Outside) || (is_broken && lexical.is_none()) {
                self.outside.push((path, target));
                continue;
            }
            self.links.0.extend(lexical.map(|lexical| (path.clone(), lexical)));
            match error.filter(|_| is_broken) {
                Some(error) => failed.push((path, target, error)),
                None => inside.push(path),
            }
        }
        self.show(inside, request);
        for (path, target, error) in failed.into_iter().filter(|(path, ..)| is_read(path)) {
            // A loop fails with words that differ between systems.
            let is_loop = self.links.0.contains_key(&self.links.resolve(&path));
            if error == ReadError::Missing || is_loop {
                self.dangling.push((path, target));
            } else {
                self.unreadable.push((path, error));
            }
        }
    }

    /// Takes the file a link leads to for one of its own, unless it is walked
    /// anyway.
    fn show(&mut self, inside: Vec<TreePath>, request: &Request<'_>) {
        let mut known: Vec<TreePath> = self.files.iter().map(|file| file.path.clone()).collect();
        known.sort();
        for path in inside {
            let real = self.links.resolve(&path);
            if real.is_within(&request.root) && known.binary_search(&real).is_ok() {
                continue;
            }
            if matches!(request.files.kind(&path), Some(EntryKind::File { .. })) {
                self.links.0.remove(&path);
                self.files.push(FoundFile { path, is_link: true });
            }
        }
    }
}

/// Whether a file of this name would be looked at.
fn is_read(path: &TreePath) -> bool {
    name::kind_of(path) != NameKind::Other
}

fn skip(path: TreePath, code: SkipCode, reason: &str) -> Skip {
    Skip { path, span: None, code, reason: reason.to_owned() }
}

/// Why a copy of other people's sources is left out.
const VENDORED: &str = "a copy of other people's packages, checked only when asked for by path";

/// Whether the path that was asked about is this directory or lies in it.
fn leads_into(request: &Request<'_>, directory: &TreePath) -> bool {
    request.scope.is_within(directory)
}

/// Directories that package managers fill.
fn is_package_store(name: &str) -> bool {
    matches!(name, "node_modules" | "bower_components" | "cue.mod" | "site-packages")
}

/// Directories that tools fill and that nobody edits.
fn is_cache(name: &str) -> bool {
    matches!(
        name,
        ".git"
            | ".hg"
            | ".svn"
            | ".jj"
            | ".terraform"
            | ".terragrunt-cache"
            | "__pycache__"
            | ".venv"
            | ".tox"
            | ".mypy_cache"
            | ".pytest_cache"
            | ".ruff_cache"
            | ".gradle"
            | ".cache"
            | ".next"
            | ".nuxt"
            | ".svelte-kit"
            | ".yarn"
            | ".pnpm-store"
            | ".idea"
            | ".vscode"
    )
}

/// A copy of other people's sources, as Go, Composer and Bundler keep them.
fn is_vendored(directory: &TreePath, entries: &[Entry]) -> bool {
    let marks = ["modules.txt", "autoload.php", "github.com", "bundle"];
    directory.name() == "vendor" && entries.iter().any(|entry| marks.contains(&entry.path.name()))
}
