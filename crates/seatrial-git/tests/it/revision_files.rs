//! The files of a commit.

use seatrial_source::{Commit, EntryKind, Files, ReadError, RevisionError, Revisions, TreePath};

use crate::sandbox::{Sandbox, walk};

fn head(sandbox: &Sandbox) -> Box<dyn Files> {
    let repository = sandbox.open();
    let commit = repository.resolve("HEAD").expect("HEAD resolves");
    repository.files(&commit).expect("the tree can be read")
}

fn path(text: &str) -> TreePath {
    TreePath::new(text)
}

#[test]
fn an_older_tree_is_read_without_a_checkout() {
    let sandbox = Sandbox::new();
    sandbox.write("k8s/a.yaml", "old");
    sandbox.write("k8s/sub/b.yaml", "b");
    sandbox.write("k8s.yaml", "");
    sandbox.commit("one");
    sandbox.write("k8s/a.yaml", "newer");
    sandbox.commit("two");
    sandbox.write("k8s/a.yaml", "uncommitted");

    let repository = sandbox.open();
    let old = repository.resolve("HEAD~1").expect("the revision resolves");
    let old = repository.files(&old).expect("the tree can be read");
    assert_eq!(walk(&*old, ""), ["k8s/a.yaml 3", "k8s/sub/b.yaml 1", "k8s.yaml 0"]);
    assert_eq!(old.read(&path("k8s/a.yaml"), 3), Ok(b"old".to_vec()));
    assert_eq!(head(&sandbox).read(&path("k8s/a.yaml"), 9), Ok(b"newer".to_vec()));
    assert_eq!(old.kind(&path("k8s/sub")), Some(EntryKind::Directory));
    assert_eq!(old.kind(&TreePath::top()), Some(EntryKind::Directory));
    assert_eq!(old.kind(&path("k8s.yaml")), Some(EntryKind::File { size: 0 }));
    assert_eq!(old.kind(&path("k8s/a.yaml/b")), None);
    assert_eq!(old.read(&path("absent"), 9), Err(ReadError::Missing));
    assert_eq!(old.read(&path("k8s"), 9), Err(ReadError::NotAFile));
    assert_eq!(old.list(&path("absent")), Err(ReadError::Missing));
}

#[test]
fn listings_are_sorted_by_name() {
    let sandbox = Sandbox::new();
    // Git sorts a directory as if it ended in a slash.
    for name in ["a/x", "a.b", "a-b", "a0"] {
        sandbox.write(name, "");
    }
    sandbox.commit("one");
    let entries = head(&sandbox).list(&TreePath::top()).expect("the top can be listed");
    let names: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(names, ["a", "a-b", "a.b", "a0"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_listed_and_never_read() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    let name = std::ffi::OsStr::from_bytes(b"m\xfe.yaml");
    std::fs::write(sandbox.repo().join(name), "m").expect("the file can be written");
    sandbox.commit("one");
    let files = head(&sandbox);
    assert_eq!(walk(&*files, ""), ["a.yaml 1", "m\u{fffd}.yaml unnameable"]);
    assert_eq!(files.read(&path("m\u{fffd}.yaml"), 9), Err(ReadError::Missing));
}

#[test]
fn a_large_file_is_refused_before_it_is_decoded() {
    let sandbox = Sandbox::new();
    sandbox.write("large.yaml", vec![b'a'; 3 << 20]);
    sandbox.commit("one");
    for _ in 0..2 {
        let files = head(&sandbox);
        let limit = 1 << 20;
        assert_eq!(files.read(&path("large.yaml"), limit), Err(ReadError::TooLarge { limit }));
        assert_eq!(files.read(&path("large.yaml"), 3 << 20).map(|bytes| bytes.len()), Ok(3 << 20));
        assert_eq!(files.kind(&path("large.yaml")), Some(EntryKind::File { size: 3 << 20 }));
        sandbox.git(&["gc", "-q"]);
    }
}

#[test]
fn links_are_followed_inside_the_tree_only() {
    let sandbox = Sandbox::new();
    sandbox.write("base/a.yaml", "a");
    sandbox.write("overlays/prod/keep", "");
    sandbox.link("../../base", "overlays/prod/base");
    sandbox.link("base/../base/./a.yaml", "a.yaml");
    sandbox.link("/etc", "absolute");
    sandbox.link("../..", "above");
    sandbox.link("loop", "loop");
    sandbox.link("absent", "dangling");
    sandbox.commit("one");

    let files = head(&sandbox);
    let expected = [
        "a.yaml -> base/../base/./a.yaml",
        "above -> ../..",
        "absolute -> /etc",
        "base/a.yaml 1",
        "dangling -> absent",
        "loop -> loop",
        "overlays/prod/base -> ../../base",
        "overlays/prod/keep 0",
    ];
    assert_eq!(walk(&*files, ""), expected);
    assert_eq!(files.read(&path("a.yaml"), 9), Ok(b"a".to_vec()));
    assert_eq!(files.read(&path("overlays/prod/base/a.yaml"), 9), Ok(b"a".to_vec()));
    assert_eq!(files.kind(&path("overlays/prod/base")), Some(EntryKind::Directory));
    let inside: Vec<TreePath> = files
        .list(&path("overlays/prod/base"))
        .expect("the link leads to a directory")
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(inside, [path("overlays/prod/base/a.yaml")]);
    assert_eq!(files.read(&path("absolute/passwd"), 9), Err(ReadError::Outside));
    assert_eq!(files.list(&path("above")), Err(ReadError::Outside));
    assert_eq!(files.kind(&path("absolute")), None);
    assert_eq!(files.read(&path("dangling"), 9), Err(ReadError::Missing));
    assert!(matches!(files.read(&path("loop"), 9), Err(ReadError::Failed { .. })));
}

#[test]
fn names_that_no_checkout_would_write_are_left_out() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    let blob = sandbox.git(&["rev-parse", "HEAD:a.yaml"]);
    let mut tree = Vec::new();
    for name in ["..", ".", ".GIT", "a/b", "b.yaml", "b.yaml", "\u{e9}.yaml"] {
        tree.extend_from_slice(format!("100644 {name}\0").as_bytes());
        tree.extend(
            (0..20)
                .map(|at| u8::from_str_radix(&blob[at * 2..at * 2 + 2], 16).expect("a hash is hexadecimal")),
        );
    }
    sandbox.write("tree", tree);
    let tree = sandbox.git(&["hash-object", "-t", "tree", "-w", "--literally", "tree"]);
    let commit = sandbox.git(&["commit-tree", "-m", "strange", &tree]);
    let files = sandbox.open().files(&Commit(commit)).expect("the tree can be read");
    assert_eq!(walk(&*files, ""), ["b.yaml 1", "\u{e9}.yaml 1"]);
}

#[test]
fn a_commit_that_is_not_one_is_unknown() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "a");
    sandbox.commit("one");
    let blob = sandbox.git(&["rev-parse", "HEAD:a.yaml"]);
    let repository = sandbox.open();
    for text in [blob.as_str(), "no hash", ""] {
        let error = repository.files(&Commit(text.to_owned())).err().expect("there is no such commit");
        assert!(matches!(error, RevisionError::Unknown { .. }), "{text}: {error}");
    }
}

#[test]
fn several_threads_read_at_once() {
    let sandbox = Sandbox::new();
    for at in 0..50 {
        sandbox.write(&format!("d{}/f{at}.yaml", at % 5), format!("{at}"));
    }
    sandbox.commit("one");
    sandbox.git(&["gc", "-q"]);
    let files = head(&sandbox);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for at in 0..50 {
                    let bytes = files.read(&path(&format!("d{}/f{at}.yaml", at % 5)), 9);
                    assert_eq!(bytes, Ok(format!("{at}").into_bytes()));
                }
            });
        }
    });
}
