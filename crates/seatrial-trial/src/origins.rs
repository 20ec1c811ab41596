//! What the tree's own repository is called and which refs it has.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::{Origins, Repository};
use seatrial_source::{Commit, Completeness, EntryKind, Files, Ref, RevisionError, Revisions, TreePath};

use crate::Config;

/// Addresses and refs, as the configuration at `root` gives them or else as
/// git does; none when neither knows anything. A configuration that names the
/// repository stands at its top.
pub fn origins(revisions: Option<&dyn Revisions>, config: &Config, root: &TreePath) -> Option<Origins> {
    let from_git = revisions.map(|revisions| {
        let refs = revisions.refs().unwrap_or_default();
        let (tags, branches) = (named(&refs, true), named(&refs, false));
        Origins {
            urls: normal(&revisions.remotes()),
            refs: short_names(refs),
            only_tags: tags.difference(&branches).cloned().collect(),
            only_branches: branches.difference(&tags).cloned().collect(),
            completeness: revisions.completeness(),
            top: TreePath::top(),
            covered: root.clone(),
            elsewhere: BTreeMap::new(),
            absent_commits: BTreeSet::new(),
        }
    });
    if config.repository_url.is_none() && config.repository_refs.is_none() {
        return from_git;
    }
    let unknown = Origins {
        urls: Vec::new(),
        refs: Vec::new(),
        completeness: Completeness::Partial,
        top: root.clone(),
        covered: root.clone(),
        elsewhere: BTreeMap::new(),
        absent_commits: BTreeSet::new(),
        only_tags: BTreeSet::new(),
        only_branches: BTreeSet::new(),
    };
    let mut origins = from_git.unwrap_or(unknown);
    if let Some(url) = &config.repository_url {
        origins.top = root.clone();
        origins.urls = normal(std::slice::from_ref(url));
    }
    if let Some(refs) = &config.repository_refs {
        origins.refs = refs.iter().map(|name| Ref { name: name.clone(), commit: None }).collect();
        origins.refs.sort();
        origins.only_tags.clear();
        origins.only_branches.clear();
        origins.completeness = Completeness::Complete;
    }
    Some(origins)
}

/// What stands at the paths that sources of the tree ask other revisions for.
/// A local branch may be behind its remote: what one of them has is there.
pub(crate) fn look_elsewhere(revisions: &dyn Revisions, repository: &mut Repository) {
    let asked = seatrial_check::asked_elsewhere(repository);
    let Some(origins) = repository.origins.as_mut().filter(|_| !asked.is_empty()) else { return };
    let refs = revisions.refs().unwrap_or_default();
    let mut trees: BTreeMap<String, Vec<Box<dyn Files>>> = BTreeMap::new();
    for (revision, path) in asked {
        let trees = trees.entry(revision.clone()).or_insert_with_key(|name| trees_of(revisions, &refs, name));
        let kinds = trees.iter().map(|tree| tree.kind(&path));
        if let Some(kind) = kinds.max_by_key(|it| (it == &Some(EntryKind::Directory), it.is_some())) {
            origins.elsewhere.insert((revision, path), kind);
        }
    }
}

/// Which of the full hashes that sources of the tree ask for are of no commit here.
/// Where the configuration says which refs there are, the clone is another one.
pub(crate) fn look_for_commits(revisions: &dyn Revisions, repository: &mut Repository) {
    let asked = seatrial_check::asked_commits(repository);
    let Some(origins) = repository.origins.as_mut() else { return };
    if !origins.refs.iter().any(|it| it.commit.is_some()) {
        return;
    }
    let is_absent = |it: &String| matches!(revisions.resolve(it), Err(RevisionError::Unknown { .. }));
    origins.absent_commits = asked.into_iter().filter(is_absent).collect();
}

/// The trees of all branches and tags of a name; none if one cannot be read.
fn trees_of(revisions: &dyn Revisions, refs: &[Ref], name: &str) -> Vec<Box<dyn Files>> {
    let named = refs.iter().filter(|it| short_name(&it.name) == Some(name));
    let mut commits: Vec<Option<Commit>> = named.map(|it| it.commit.clone()).collect();
    if commits.is_empty() {
        commits.push(revisions.resolve(name).ok());
    }
    commits.sort();
    commits.dedup();
    let trees = commits.into_iter().map(|commit| revisions.files(&commit?).ok());
    trees.collect::<Option<_>>().unwrap_or_default()
}

fn normal(urls: &[String]) -> Vec<String> {
    let mut urls: Vec<String> = urls.iter().map(|url| seatrial_source::normalize_url(url)).collect();
    urls.sort();
    urls.dedup();
    urls
}

/// The names of the tags, or of the branches.
fn named(refs: &[Ref], are_tags: bool) -> BTreeSet<String> {
    let wanted = refs.iter().filter(|it| it.name.starts_with("refs/tags/") == are_tags);
    wanted.filter_map(|it| short_name(&it.name)).map(ToOwned::to_owned).collect()
}

/// Branches and tags by the names people use; a branch of a remote stands for
/// itself. A local ref wins over a remote one.
fn short_names(refs: Vec<Ref>) -> Vec<Ref> {
    let mut by_name: BTreeMap<String, Option<Commit>> = BTreeMap::new();
    let (remote, local): (Vec<Ref>, Vec<Ref>) =
        refs.into_iter().partition(|it| it.name.starts_with("refs/remotes/"));
    for it in remote.into_iter().chain(local) {
        if let Some(short) = short_name(&it.name) {
            by_name.insert(short.to_owned(), it.commit);
        }
    }
    by_name.into_iter().map(|(name, commit)| Ref { name, commit }).collect()
}

/// The name of a branch or tag without `refs/...`; none for other refs.
fn short_name(name: &str) -> Option<&str> {
    let name = name.strip_prefix("refs/").unwrap_or(name);
    match name.split_once('/')? {
        ("heads" | "tags", name) => Some(name),
        ("remotes", rest) => rest.split_once('/').map(|(_, name)| name).filter(|it| *it != "HEAD"),
        _ => None,
    }
}

/// A repository seen from one of its revisions: the tree holds tracked files
/// only, so nothing in it is ignored.
pub struct AtRevision<'a>(pub &'a dyn Revisions);

impl Revisions for AtRevision<'_> {
    fn refs(&self) -> Result<Vec<Ref>, RevisionError> {
        self.0.refs()
    }

    fn remotes(&self) -> Vec<String> {
        self.0.remotes()
    }

    fn completeness(&self) -> Completeness {
        self.0.completeness()
    }

    fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        self.0.resolve(revision)
    }

    fn files(&self, commit: &Commit) -> Result<Box<dyn Files>, RevisionError> {
        self.0.files(commit)
    }

    fn is_ignored(&self, _: &TreePath, _: bool) -> bool {
        false
    }
}
