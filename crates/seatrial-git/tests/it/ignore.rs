//! What git ignores. The judge is `git check-ignore`, except where a path is a
//! directory with tracked files in it.

use std::fmt::Write;
use std::fs;

use seatrial_source::{Revisions, TreePath};

use crate::sandbox::Sandbox;

fn ignored(sandbox: &Sandbox, paths: &[&str]) -> Vec<String> {
    let repository = sandbox.open();
    let is_ignored = |path: &&&str| repository.is_ignored(&TreePath::new(path), path.ends_with('/'));
    paths.iter().filter(is_ignored).map(|path| (*path).to_owned()).collect()
}

#[test]
fn rules_of_every_level_count_and_the_deepest_decides() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "*.log\n/build\nsecret.yaml\n!keep.log\n# comment\n\\#odd\n");
    sandbox.write("sub/.gitignore", "!secret.yaml\nlocal.yaml\n/only-here.yaml\n");
    sandbox.write("sub/deep/.gitignore", "secret.yaml\n");
    let found = ignored(
        &sandbox,
        &[
            "a.log",
            "keep.log",
            "build/",
            "build/x.yaml",
            "sub/build/",
            "secret.yaml",
            "sub/secret.yaml",
            "#odd",
            "sub/deep/secret.yaml",
            "local.yaml",
            "sub/local.yaml",
            "sub/deep/local.yaml",
            "sub/only-here.yaml",
            "sub/deep/only-here.yaml",
            "sub/a.log",
            "values.yaml",
        ],
    );
    let expected = [
        "a.log",
        "build/",
        "build/x.yaml",
        "secret.yaml",
        "#odd",
        "sub/deep/secret.yaml",
        "sub/local.yaml",
        "sub/deep/local.yaml",
        "sub/only-here.yaml",
        "sub/a.log",
    ];
    assert_eq!(found, expected);
}

#[test]
fn nothing_below_an_excluded_directory_comes_back() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "out/\n!out/keep.yaml\nlogs/*\n!logs/keep.yaml\n");
    sandbox.write("out/.gitignore", "!*\n");
    let found = ignored(&sandbox, &["out/", "out/keep.yaml", "logs/", "logs/keep.yaml", "logs/a.yaml"]);
    assert_eq!(found, ["out/", "out/keep.yaml", "logs/a.yaml"]);
}

#[test]
fn a_pattern_for_directories_spares_files() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "tmp/\n");
    assert_eq!(
        ignored(&sandbox, &["tmp", "tmp/", "a/tmp", "a/tmp/", "a/tmp/b"]),
        ["tmp/", "a/tmp/", "a/tmp/b"]
    );
}

#[test]
fn what_is_tracked_is_never_ignored() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "gen/\n*.tmp\n");
    sandbox.write("gen/in-head.yaml", "");
    sandbox.git(&["add", "-f", "gen/in-head.yaml"]);
    sandbox.commit("one");
    sandbox.git(&["rm", "-q", "--cached", "gen/in-head.yaml"]);
    sandbox.write("gen/deep/in-index.yaml", "");
    sandbox.git(&["add", "-f", "gen/deep/in-index.yaml"]);
    let found = ignored(
        &sandbox,
        &[
            "gen/",
            "gen/in-head.yaml",
            "gen/deep/",
            "gen/deep/in-index.yaml",
            "gen/other.yaml",
            "gen/dee/",
            "a.tmp",
        ],
    );
    assert_eq!(found, ["gen/other.yaml", "gen/dee/", "a.tmp"]);
}

#[test]
fn the_clones_own_excludes_count_and_the_users_do_not() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("repo/.git/info/exclude"), "mine.yaml\n").expect("the file can be written");
    fs::create_dir_all(sandbox.path(".config/git")).expect("the directory can be made");
    fs::write(sandbox.path(".config/git/ignore"), "users.yaml\n").expect("the file can be written");
    sandbox.write("sub/.gitignore", "!mine.yaml\n");
    assert_eq!(ignored(&sandbox, &["mine.yaml", "users.yaml", "sub/mine.yaml"]), ["mine.yaml"]);
}

#[test]
fn gits_own_data_is_always_ignored() {
    let sandbox = Sandbox::new();
    assert_eq!(
        ignored(&sandbox, &[".git/", ".git/config", "a/.git", ".github/"]),
        [".git/", ".git/config", "a/.git"]
    );
}

#[test]
fn rules_behind_links_and_in_links_are_not_read() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("outside")).expect("the directory can be made");
    fs::write(sandbox.path("outside/.gitignore"), "*\n").expect("the file can be written");
    sandbox.link("../outside", "way-out");
    sandbox.link("../outside/.gitignore", ".gitignore");
    assert!(ignored(&sandbox, &["a.yaml", "way-out", "way-out/a.yaml"]).is_empty());
}

#[test]
fn rules_that_a_sparse_checkout_left_out_still_count() {
    let sandbox = Sandbox::new();
    sandbox.write("sub/.gitignore", "a.yaml\n");
    sandbox.write("b.yaml", "");
    sandbox.commit("one");
    sandbox.git(&["update-index", "--skip-worktree", "sub/.gitignore"]);
    fs::remove_file(sandbox.path("repo/sub/.gitignore")).expect("the file can be removed");
    assert_eq!(ignored(&sandbox, &["a.yaml", "sub/a.yaml"]), ["sub/a.yaml"]);
}

#[test]
fn a_sparse_index_hides_no_tracked_file() {
    let sandbox = Sandbox::new();
    sandbox.write("far/away/a.yaml", "");
    sandbox.write("near/b.yaml", "");
    sandbox.commit("one");
    sandbox.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    sandbox.git(&["sparse-checkout", "set", "near"]);
    sandbox.write(".gitignore", "far/\n");
    let repository = sandbox.open();
    assert!(!repository.is_ignored(&TreePath::new("far/away/a.yaml"), false));
    assert!(!repository.is_ignored(&TreePath::new("far"), true));
}

#[test]
fn a_split_index_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "*.tmp\n");
    sandbox.write("a.tmp", "");
    sandbox.git(&["add", "-f", "a.tmp"]);
    sandbox.git(&["update-index", "--split-index"]);
    sandbox.write("b.tmp", "");
    sandbox.git(&["add", "-f", "b.tmp"]);
    assert_eq!(ignored(&sandbox, &["a.tmp", "b.tmp", "c.tmp"]), ["c.tmp"]);
}

#[test]
fn a_flood_of_rules_is_not_read() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "a.yaml\n".repeat(19_999));
    sandbox.write("sub/.gitignore", "b.yaml\n".repeat(2));
    sandbox.write("sub/deep/.gitignore", "c.yaml\n");
    let found = ignored(&sandbox, &["a.yaml", "sub/a.yaml", "sub/b.yaml", "sub/deep/c.yaml"]);
    assert_eq!(found, ["a.yaml", "sub/a.yaml", "sub/deep/c.yaml"]);
}

#[test]
fn a_path_beyond_all_bounds_is_not_ignored() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "*\n");
    let long = "a/".repeat(100_000);
    assert!(!sandbox.open().is_ignored(&TreePath::new(&long), true));
    assert!(!sandbox.open().is_ignored(&TreePath::top(), true));
}

/// Rules and paths from a small alphabet, so that they meet often; every
/// answer is compared with git's.
#[test]
fn made_up_rules_mean_what_they_mean_to_git() {
    let mut seed = 7;
    for round in 0..30 {
        let sandbox = Sandbox::new();
        let mut paths = Vec::new();
        for directory in ["", "a/", "a/b/", "ab/", "b/a/"] {
            sandbox.write(&format!("{directory}.gitignore"), rules(&mut seed));
            for name in ["a", "b", "ab", "a.b", "c.yaml", "a b", "[a]", "!a", "#a"] {
                let path = format!("{directory}f/{name}");
                sandbox.write(&path, "");
                paths.push(path);
                let path = format!("{directory}{name}");
                if !sandbox.repo().join(&path).is_dir()
                    && !matches!(path.as_str(), "a" | "b" | "ab" | "a/b" | "b/a")
                {
                    sandbox.write(&path, "");
                    paths.push(path);
                }
            }
        }
        let repository = sandbox.open();
        let words: Vec<&str> =
            ["check-ignore", "--"].into_iter().chain(paths.iter().map(String::as_str)).collect();
        let (_, printed) = sandbox.try_git(&sandbox.repo(), &words);
        let of_git: Vec<String> = printed.lines().map(unquote).collect();
        let ours: Vec<String> =
            paths.iter().filter(|path| repository.is_ignored(&TreePath::new(path), false)).cloned().collect();
        assert_eq!(ours, of_git, "round {round}");
    }
}

fn rules(seed: &mut u64) -> String {
    let pieces = [
        "a", "b", "*", "**", "?", "/", "/", "[ab]", "[!a]", ".", "c.yaml", "f", "f/", "\\a", " ", "!", "#",
        "**/",
    ];
    let mut text = String::new();
    for _ in 0..next(seed, 5) {
        if next(seed, 4) == 0 {
            text.push('!');
        }
        for _ in 0..=next(seed, 4) {
            let _ = write!(text, "{}", pieces[next(seed, pieces.len())]);
        }
        text.push_str(if next(seed, 8) == 0 { "\r\n" } else { "\n" });
    }
    text
}

fn next(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize % below
}

fn unquote(line: &str) -> String {
    line.trim_matches('"').to_owned()
}
