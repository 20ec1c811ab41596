//! What the tree's own repository is called and which refs it has.

use std::collections::BTreeMap;

use seatrial_model::Origins;
use seatrial_source::{Commit, Completeness, Files, Ref, RevisionError, Revisions, TreePath};

use crate::Config;

/// Addresses and refs, as the configuration at `root` gives them or else as
/// git does; none when neither knows anything. A configuration that names the
/// repository stands at its top.
pub fn origins(revisions: Option<&dyn Revisions>, config: &Config, root: &TreePath) -> Option<Origins> {
    let from_git = revisions.map(|revisions| Origins {
        urls: normal(&revisions.remotes()),
        refs: short_names(revisions.refs().unwrap_or_default()),
        completeness: revisions.completeness(),
        top: TreePath::top(),
        covered: root.clone(),
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
    };
    let mut origins = from_git.unwrap_or(unknown);
    if let Some(url) = &config.repository_url {
        origins.top = root.clone();
        origins.urls = normal(std::slice::from_ref(url));
    }
    if let Some(refs) = &config.repository_refs {
        origins.refs = refs.iter().map(|name| Ref { name: name.clone(), commit: None }).collect();
        origins.refs.sort();
        origins.completeness = Completeness::Complete;
    }
    Some(origins)
}

fn normal(urls: &[String]) -> Vec<String> {
    let mut urls: Vec<String> = urls.iter().map(|url| seatrial_source::normalize_url(url)).collect();
    urls.sort();
    urls.dedup();
    urls
}

/// Branches and tags by the names people use; a branch of a remote stands for
/// itself. A local ref wins over a remote one.
fn short_names(refs: Vec<Ref>) -> Vec<Ref> {
    let mut by_name: BTreeMap<String, Option<Commit>> = BTreeMap::new();
    let (remote, local): (Vec<Ref>, Vec<Ref>) =
        refs.into_iter().partition(|it| it.name.starts_with("refs/remotes/"));
    for it in remote.into_iter().chain(local) {
        let name = it.name.strip_prefix("refs/").unwrap_or(&it.name);
        let short = match name.split_once('/') {
            Some(("heads" | "tags", name)) => name,
            Some(("remotes", rest)) => match rest.split_once('/') {
                Some((_, "HEAD")) | None => continue,
                Some((_, name)) => name,
            },
            _ => continue,
        };
        by_name.insert(short.to_owned(), it.commit);
    }
    by_name.into_iter().map(|(name, commit)| Ref { name, commit }).collect()
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
