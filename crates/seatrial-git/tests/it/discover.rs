//! Where a repository begins.

use std::fs;

use seatrial_git::Repository;
use seatrial_source::{Revisions, TreePath};

use crate::sandbox::{Sandbox, open, walk};

#[test]
fn the_top_is_found_from_below() {
    let sandbox = Sandbox::new();
    sandbox.write("k8s/base/a.yaml", "a");
    assert_eq!(open(&sandbox.path("repo/k8s/base")).top(), sandbox.repo());
    assert_eq!(open(&sandbox.path("repo/k8s/base/a.yaml")).top(), sandbox.repo());
    assert_eq!(sandbox.open().top(), sandbox.repo());
}

#[test]
fn a_plain_directory_has_no_repository() {
    let sandbox = Sandbox::empty();
    assert!(Repository::discover(&sandbox.path("")).expect("no repository is no error").is_none());
    assert!(Repository::discover(&sandbox.path("absent")).expect("no directory is no error").is_none());
}

#[test]
fn an_inner_repository_is_its_own() {
    let sandbox = Sandbox::new();
    sandbox.write("inner/a.yaml", "a");
    sandbox.git_in("repo/inner", &["init", "-q"]);
    assert_eq!(open(&sandbox.path("repo/inner")).top(), sandbox.path("repo/inner"));
}

#[test]
fn a_worktree_has_its_own_top_index_and_head() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.write(".gitignore", "*.tmp\n");
    sandbox.commit("one");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    fs::write(sandbox.path("side/b.tmp"), "b").expect("the file can be written");
    sandbox.git_in("side", &["add", "-f", "b.tmp"]);
    let commit = sandbox.git_in("side", &["commit-tree", "-p", "HEAD", "-m", "two", "HEAD^{tree}"]);
    sandbox.git_in("side", &["reset", "-q", "--soft", &commit]);

    let side = open(&sandbox.path("side"));
    assert_eq!(side.top(), sandbox.path("side"));
    assert_eq!(side.resolve("HEAD").expect("HEAD resolves").0, commit);
    assert!(!side.is_ignored(&TreePath::new("b.tmp"), false));
    assert!(sandbox.open().is_ignored(&TreePath::new("b.tmp"), false));
    assert_eq!(side.refs().expect("refs can be read").len(), 2);
}

#[test]
fn a_submodule_is_a_repository_of_its_own_and_opaque_from_outside() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    sandbox.git_in("", &["init", "-q", "-b", "main", "outer"]);
    sandbox.git_in("outer", &["submodule", "--quiet", "add", "../repo", "vendor/repo"]);
    fs::write(sandbox.path("outer/.gitignore"), "vendor/\n").expect("the file can be written");
    sandbox.git_in("outer", &["add", "-A"]);
    sandbox.git_in("outer", &["commit", "-q", "-m", "outer"]);

    let outer = open(&sandbox.path("outer"));
    let commit = outer.resolve("HEAD").expect("HEAD resolves");
    let files = outer.files(&commit).expect("the tree can be read");
    assert_eq!(walk(&*files, "vendor"), ["vendor/repo other"]);
    assert!(!outer.is_ignored(&TreePath::new("vendor/repo/a.yaml"), false));
    assert!(outer.is_ignored(&TreePath::new("vendor/b.yaml"), false));

    let inner = open(&sandbox.path("outer/vendor/repo"));
    assert_eq!(inner.top(), sandbox.path("outer/vendor/repo"));
    assert!(inner.is_tracked(&TreePath::new("a.yaml")));
}

#[test]
fn packed_refs_alternates_and_an_index_are_enough() {
    let sandbox = Sandbox::new();
    sandbox.write("k8s/a.yaml", "a");
    let commit = sandbox.commit("one");
    sandbox.git(&["tag", "-a", "v1", "-m", "v1"]);
    sandbox.git(&["branch", "side"]);
    let refs = sandbox.git(&["for-each-ref", "--format=%(objectname) %(refname)"]);

    let data = sandbox.path("tree/.git");
    for part in ["refs/heads", "refs/tags", "objects/info"] {
        fs::create_dir_all(data.join(part)).expect("the directory can be made");
    }
    let objects = sandbox.path("repo/.git/objects");
    let config =
        "[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = https://github.com/o/r\n";
    for (name, text) in [
        ("HEAD", commit.clone()),
        ("config", config.to_owned()),
        ("packed-refs", format!("{refs}\n")),
        ("objects/info/alternates", format!("{}\n", objects.display())),
    ] {
        fs::write(data.join(name), text).expect("the file can be written");
    }
    sandbox.git_in("tree", &["read-tree", "HEAD"]);

    let tree = open(&sandbox.path("tree"));
    assert_eq!(tree.top(), sandbox.path("tree"));
    assert_eq!(tree.resolve("HEAD").expect("HEAD resolves").0, commit);
    assert_eq!(tree.resolve("v1").expect("the tag resolves").0, commit);
    assert_eq!(tree.remotes(), ["https://github.com/o/r"]);
    assert_eq!(tree.refs().expect("refs can be read").len(), 3);
    let head = tree.resolve("side").expect("the branch resolves");
    assert_eq!(walk(&*tree.files(&head).expect("the tree can be read"), ""), ["k8s/a.yaml 1"]);
    assert!(tree.is_tracked(&TreePath::new("k8s")));
}

#[test]
fn what_the_configuration_says_about_places_and_programs_is_not_followed() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    fs::write(sandbox.path("everything"), "*\n").expect("the file can be written");
    let canary = sandbox.path("canary");
    let touch = format!("touch {}", canary.display());
    for (key, value) in [
        ("core.worktree", "/"),
        ("core.excludesFile", sandbox.path("everything").to_str().expect("a plain path")),
        ("core.fsmonitor", &touch),
        ("core.sshCommand", &touch),
        ("core.hooksPath", "/"),
        ("filter.x.smudge", &touch),
        ("include.path", "/dev/zero"),
    ] {
        let config = sandbox.path("repo/.git/config");
        sandbox.git_in("", &["config", "-f", config.to_str().expect("a plain path"), key, value]);
    }
    let repository = sandbox.open();
    assert_eq!(repository.top(), sandbox.repo());
    assert!(!repository.is_ignored(&TreePath::new("b.yaml"), false));
    let commit = repository.resolve("HEAD").expect("HEAD resolves");
    assert_eq!(walk(&*repository.files(&commit).expect("the tree can be read"), ""), ["a.yaml 1"]);
    assert!(!canary.exists());
}

#[test]
fn nothing_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    let before = listing(&sandbox.path("repo/.git"));
    let repository = sandbox.open();
    let commit = repository.resolve("main").expect("main resolves");
    walk(&*repository.files(&commit).expect("the tree can be read"), "");
    repository.refs().expect("refs can be read");
    repository.is_ignored(&TreePath::new("b.yaml"), false);
    assert_eq!(listing(&sandbox.path("repo/.git")), before);
}

fn listing(directory: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("the directory can be read") {
        let entry = entry.expect("the entry can be read");
        let metadata = entry.metadata().expect("the entry exists");
        found.push(format!("{} {:?}", entry.path().display(), metadata.modified().expect("it has a date")));
        if metadata.is_dir() {
            found.extend(listing(&entry.path()));
        }
    }
    found.sort();
    found
}
