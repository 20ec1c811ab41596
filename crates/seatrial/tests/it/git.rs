//! Revisions, and repositories that are damaged.

use std::path::Path;
use std::process::Command;

use crate::support::{SOUND, TWICE, Tree};

/// git itself, as the recorder of a history; nothing of the machine's own
/// configuration has a say.
pub(crate) fn git(directory: &Path, words: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"])
        .args(words)
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

pub(crate) fn commit(tree: &Tree, message: &str) {
    git(tree.path(), &["add", "-A"]);
    git(tree.path(), &["commit", "-q", "-m", message]);
}

fn history() -> Tree {
    let tree = Tree::new(&[
        ("k8s/settings.yaml", TWICE),
        ("seatrial.toml", "[severity]\nduplicate-key = \"warning\"\n"),
    ]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    tree.write("k8s/settings.yaml", SOUND);
    std::fs::remove_file(tree.path().join("seatrial.toml")).expect("it is there");
    commit(&tree, "two");
    tree
}

#[test]
fn a_revision_is_judged_with_its_own_configuration() {
    let tree = history();
    assert!(tree.check(&["--format", "json"]).checks().is_empty());
    let past = tree.check(&["--format", "json", "--rev", "main~1"]);
    assert_eq!(past.checks(), ["duplicate-key"]);
    assert_eq!((past.code, &past.json()["findings"][0]["severity"]), (0, &"warning".into()));
}

#[test]
fn a_path_that_is_gone_from_disk_is_found_in_its_revision() {
    let tree = history();
    std::fs::remove_dir_all(tree.path().join("k8s")).expect("it is there");
    let done = tree.check(&["k8s/settings.yaml", "--rev", "main~1", "--format", "json"]);
    assert_eq!(done.checks(), ["duplicate-key"], "{}", done.stderr);
    let absent = tree.check(&["k8s/other.yaml", "--rev", "main~1"]);
    insta::assert_snapshot!(absent.stderr, @"error: `k8s/other.yaml` does not exist in main~1");
}

#[test]
fn revisions_that_cannot_be_read_are_told() {
    let tree = history();
    let unknown = tree.check(&["--rev", "nowhere"]);
    assert_eq!(unknown.code, 2);
    insta::assert_snapshot!(unknown.stderr, @"
    error: no revision `nowhere` in this repository
    hint: a branch, a tag, a commit, or an expression such as `main~3`
    ");
    let without = Tree::new(&[("a.yaml", SOUND)]).check(&["--rev", "main"]);
    assert_eq!(without.code, 2);
    insta::assert_snapshot!(without.stderr, @"error: --rev main cannot be read: `.` is in no git repository");
}

#[test]
fn ignored_files_are_no_place_to_look() {
    let tree = history();
    tree.write(".gitignore", "build/\n");
    tree.write("build/settings.yaml", TWICE);
    assert!(tree.check(&["--format", "json"]).checks().is_empty());
    insta::assert_snapshot!(tree.check(&["build"]).stderr, @r"
    error: `build` holds no Kubernetes file
    hint: git ignores the path and does not track it, so it is no place to look
    ");
}

#[test]
fn paths_are_relative_to_the_top_of_the_repository() {
    let tree = history();
    tree.write("k8s/settings.yaml", TWICE);
    let done = tree.check(&["k8s", "--format", "json"]);
    assert_eq!(done.json()["findings"][0]["primary"]["path"], "k8s/settings.yaml");
}

#[test]
fn a_damaged_repository_is_a_warning() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND), (".git/HEAD", "garbage\n"), (".git/config", "[core\n")]);
    let done = tree.check(&["--format", "json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.starts_with("warning: the git repository cannot be read"), "{}", done.stderr);
    assert_eq!(done.json()["coverage"]["skipped"][0]["path"], ".git");
    let alone = Tree::new(&[(".git", "gitdir: /nowhere\n"), ("k8s/web.yaml", SOUND)]);
    assert_eq!(alone.check(&[]).code, 0);
}
