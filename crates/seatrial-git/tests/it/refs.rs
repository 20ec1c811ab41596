//! Refs, remotes, and names for commits.

use std::fs;

use seatrial_source::{Completeness, RevisionError, Revisions};

use crate::sandbox::{Sandbox, open};

#[test]
fn loose_and_packed_refs_are_listed_together_with_their_commits() {
    let sandbox = Sandbox::new();
    let one = sandbox.commit("one");
    sandbox.git(&["tag", "-a", "v1", "-m", "v1"]);
    sandbox.git(&["tag", "light"]);
    sandbox.git(&["branch", "feature/x"]);
    sandbox.git(&["pack-refs", "--all"]);
    let two = sandbox.commit("two");
    sandbox.git(&["tag", "-a", "v2", "-m", "v2"]);
    sandbox.git(&["tag", "of-a-tree", "HEAD^{tree}"]);

    let refs = sandbox.open().refs().expect("refs can be read");
    let refs: Vec<(String, Option<String>)> =
        refs.into_iter().map(|found| (found.name, found.commit.map(|commit| commit.0))).collect();
    let expected = [
        ("refs/heads/feature/x", Some(&one)),
        ("refs/heads/main", Some(&two)),
        ("refs/tags/light", Some(&one)),
        ("refs/tags/of-a-tree", None),
        ("refs/tags/v1", Some(&one)),
        ("refs/tags/v2", Some(&two)),
    ];
    assert_eq!(refs, expected.map(|(name, commit)| (name.to_owned(), commit.cloned())));
}

#[test]
fn revisions_resolve_to_commits() {
    let sandbox = Sandbox::new();
    let one = sandbox.commit("one");
    let two = sandbox.commit("two");
    sandbox.git(&["tag", "-a", "v1", "-m", "v1", &one]);
    sandbox.git(&["branch", "release-1.2"]);
    let three = sandbox.commit("three");
    sandbox.git(&["update-ref", "refs/remotes/origin/main", &two]);

    let repository = sandbox.open();
    let resolve = |revision: &str| repository.resolve(revision).map(|commit| commit.0).ok();
    for (revision, commit) in [
        ("HEAD", &three),
        ("main", &three),
        ("main~2", &one),
        ("HEAD^", &two),
        ("HEAD~1", &two),
        ("v1", &one),
        ("v1^{}", &one),
        ("refs/tags/v1", &one),
        ("release-1.2", &two),
        ("origin/main", &two),
        ("origin/main~1", &one),
        (three.as_str(), &three),
        (&three[..12], &three),
    ] {
        assert_eq!(resolve(revision).as_ref(), Some(commit), "{revision}");
    }
    let long = "a".repeat(5000);
    let zeros = "0".repeat(40);
    let absent = "0123456789012345678901234567890123456789";
    for revision in [
        "",
        "absent",
        "main~9",
        "main..v1",
        "HEAD:",
        "HEAD^{tree}",
        "../main",
        "a\0b",
        "^",
        "@{",
        &long,
        &zeros,
        absent,
    ] {
        let error = repository.resolve(revision).expect_err(revision);
        assert!(matches!(error, RevisionError::Unknown { .. }), "{revision}: {error}");
    }
}

#[test]
fn remotes_come_without_credentials() {
    let sandbox = Sandbox::new();
    sandbox.git(&["remote", "add", "origin", "https://user:hunter2@github.com/o/r.git"]);
    sandbox.git(&["remote", "add", "backup", "git@gitlab.com:o/r.git"]);
    sandbox.git(&["remote", "set-url", "--add", "origin", "https://hunter2@example.com/o/r.git"]);
    let remotes = sandbox.open().remotes();
    assert_eq!(
        remotes,
        ["git@gitlab.com:o/r.git", "https://example.com/o/r.git", "https://github.com/o/r.git"]
    );
}

#[test]
fn a_clone_of_all_branches_is_complete() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    assert_eq!(sandbox.open().completeness(), Completeness::Partial, "one branch proves nothing");
    sandbox.git(&["branch", "side"]);
    assert_eq!(sandbox.open().completeness(), Completeness::Complete);
    sandbox.git_in("", &["clone", "-q", "repo", "clone"]);
    assert_eq!(open(&sandbox.path("clone")).completeness(), Completeness::Complete);
    sandbox.git_in("", &["clone", "-q", "--single-branch", "repo", "single"]);
    assert_eq!(open(&sandbox.path("single")).completeness(), Completeness::Partial);
    sandbox.git_in("single", &["branch", "mine"]);
    assert_eq!(open(&sandbox.path("single")).completeness(), Completeness::Partial);
}

#[test]
fn a_branch_and_its_remote_counterpart_are_one() {
    let sandbox = Sandbox::new();
    let commit = sandbox.commit("one");
    sandbox.git(&["update-ref", "refs/remotes/origin/main", &commit]);
    sandbox.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    assert_eq!(sandbox.open().completeness(), Completeness::Partial);
    sandbox.git(&["update-ref", "refs/remotes/origin/feature/x", &commit]);
    assert_eq!(sandbox.open().completeness(), Completeness::Complete);
}

#[test]
fn a_shallow_clone_is_partial_and_ends_where_it_ends() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    let two = sandbox.commit("two");
    sandbox.git(&["branch", "side"]);
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git_in("", &["clone", "-q", "--depth", "1", "--no-single-branch", &url, "shallow"]);

    let shallow = open(&sandbox.path("shallow"));
    assert_eq!(shallow.completeness(), Completeness::Partial);
    assert_eq!(shallow.resolve("HEAD").expect("HEAD resolves").0, two);
    assert!(shallow.resolve("HEAD~1").is_err());
    assert!(shallow.is_tracked(&seatrial_source::TreePath::new("a.yaml")));
}

#[test]
fn a_repository_without_commits_has_no_refs() {
    let sandbox = Sandbox::new();
    let repository = sandbox.open();
    assert_eq!(repository.refs().expect("refs can be read"), []);
    assert!(matches!(repository.resolve("HEAD"), Err(RevisionError::Unknown { .. })));
    assert_eq!(repository.completeness(), Completeness::Partial);
    assert!(repository.remotes().is_empty());
}

#[test]
fn a_ref_that_leads_nowhere_is_known_by_name() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    let nowhere = "0123456789012345678901234567890123456789\n";
    fs::write(sandbox.path("repo/.git/refs/heads/nowhere"), nowhere).expect("the file can be written");
    let repository = sandbox.open();
    let refs = repository.refs().expect("refs can be read");
    let nowhere = refs.iter().find(|found| found.name == "refs/heads/nowhere").expect("the ref is listed");
    assert_eq!(nowhere.commit, None);
    assert!(matches!(repository.resolve("nowhere"), Err(RevisionError::Broken { .. })));
}
