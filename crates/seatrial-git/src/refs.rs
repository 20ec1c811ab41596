//! Refs and remotes, and how much of the remote repository they stand for.

use std::collections::BTreeSet;

use gix::bstr::ByteSlice;
use seatrial_source::{Commit, Completeness, Ref, without_credentials};

/// Every ref with the commit it leads to, sorted by name.
pub(crate) fn all(repository: &gix::Repository) -> gix::Result<Vec<Ref>> {
    let platform = repository.references()?;
    // Peeling needs the packed refs, which the iterator holds: first collect.
    let found: Vec<gix::Reference<'_>> = platform.all()?.filter_map(Result::ok).collect();
    let mut refs: Vec<Ref> = found
        .into_iter()
        .map(|found| Ref { name: found.name().as_bstr().to_str_lossy().into_owned(), commit: commit(found) })
        .collect();
    refs.sort();
    refs.dedup_by(|b, a| a.name == b.name);
    Ok(refs)
}

/// Most refs name their object themselves, which is much faster than to look
/// them up by name once more.
fn commit(mut found: gix::Reference<'_>) -> Option<Commit> {
    let id = match found.try_id() {
        Some(id) => id,
        None => found.follow_to_object().ok()?,
    };
    let commit = match id.header().ok()?.kind() {
        gix::objs::Kind::Commit => id.detach(),
        gix::objs::Kind::Tag => id.object().ok()?.peel_to_kind(gix::objs::Kind::Commit).ok()?.id,
        _ => return None,
    };
    Some(Commit(commit.to_hex().to_string()))
}

/// The addresses in the repository's own configuration, sorted.
pub(crate) fn remotes(repository: &gix::Repository) -> Vec<String> {
    let urls: BTreeSet<String> =
        remote_values(repository, "url").iter().map(|url| without_credentials(url)).collect();
    urls.into_iter().collect()
}

/// The values of a key in all `[remote]` sections. The sections count as
/// untrusted, which hides them from the ordinary access; they are only text here.
fn remote_values(repository: &gix::Repository, key: &str) -> Vec<String> {
    let config = repository.config_snapshot();
    let Some(sections) = config.plumbing().sections_by_name("remote") else { return Vec::new() };
    sections
        .flat_map(|section| section.values(key))
        .map(|value| value.to_str_lossy().into_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// Whether a ref that is absent here is absent in the remote repository too.
pub(crate) fn completeness(repository: &gix::Repository) -> Completeness {
    let is_shallow = repository.is_shallow().unwrap_or(true);
    if is_shallow || fetches_named_branches_only(repository) || branches(repository).len() < 2 {
        Completeness::Partial
    } else {
        Completeness::Complete
    }
}

/// `git clone --single-branch` is still partial after a local branch is made.
fn fetches_named_branches_only(repository: &gix::Repository) -> bool {
    let specs = remote_values(repository, "fetch");
    !specs.is_empty() && !specs.iter().any(|spec| spec.contains('*'))
}

/// The names of the local and remote-tracking branches; `main` and
/// `origin/main` are one.
fn branches(repository: &gix::Repository) -> BTreeSet<String> {
    let Ok(platform) = repository.references() else { return BTreeSet::new() };
    let Ok(found) = platform.all() else { return BTreeSet::new() };
    found
        .filter_map(Result::ok)
        .filter_map(|found| branch(&found.name().as_bstr().to_str_lossy()).map(str::to_owned))
        .collect()
}

fn branch(name: &str) -> Option<&str> {
    if let Some(local) = name.strip_prefix("refs/heads/") {
        return Some(local);
    }
    let (_, branch) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
    (branch != "HEAD").then_some(branch)
}
