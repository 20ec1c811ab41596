//! Repositories that are not in order: an error that says so, never a panic.

use std::fs;

use seatrial_git::Repository;
use seatrial_source::{ReadError, RevisionError, Revisions, TreePath};

use crate::sandbox::{Sandbox, walk};

fn message(sandbox: &Sandbox) -> String {
    match Repository::discover(&sandbox.repo()) {
        Err(RevisionError::Broken { message }) => {
            let place = sandbox.path("").to_string_lossy().into_owned();
            assert!(!message.contains(&place), "the place is no part of the message: {message}");
            assert!(!message.is_empty());
            message
        }
        other => panic!("expected a broken repository, got {other:?}"),
    }
}

fn sound() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("k8s/a.yaml", "a");
    sandbox.write(".gitignore", "*.tmp\n");
    sandbox.commit("one");
    sandbox
}

#[test]
fn an_empty_git_directory_is_broken() {
    let sandbox = Sandbox::empty();
    fs::create_dir_all(sandbox.path("repo/.git")).expect("the directory can be made");
    assert!(message(&sandbox).contains("HEAD"));
}

#[test]
fn a_gitfile_that_leads_nowhere_is_broken() {
    for text in ["gitdir: ../absent\n", "no gitfile", "", "gitdir: \n", "gitdir: \0\n"] {
        let sandbox = Sandbox::empty();
        fs::create_dir(sandbox.path("repo")).expect("the directory can be made");
        fs::write(sandbox.path("repo/.git"), text).expect("the file can be written");
        message(&sandbox);
    }
}

#[test]
fn garbage_in_place_of_heads_refs_and_settings_is_broken() {
    for (name, garbage) in [
        ("HEAD", "garbage\n"),
        ("HEAD", ""),
        ("config", "[core\n"),
        ("config", "[core]\nrepositoryformatversion = 7\n"),
        ("config", "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = md5\n"),
        ("config", "[core]\nrepositoryformatversion = 1\n[extensions]\nrefstorage = reftable\n"),
        ("index", "garbage"),
        ("index", ""),
    ] {
        let sandbox = sound();
        fs::write(sandbox.path("repo/.git").join(name), garbage).expect("the file can be written");
        message(&sandbox);
    }
}

/// Whose bytes they are nobody knows: a link may lead to anything.
#[test]
fn no_message_quotes_what_was_read() {
    let texts: [&[u8]; 4] = [
        b"CANARY top secret line\n",
        b"gitdir: CANARY\n",
        b"\x7fELF\0\xff\xfeCANARY\0[core]\n",
        b"[extensions]\nrefStorage = CANARY\n[core]\nrepositoryformatversion = 1\n",
    ];
    for text in texts {
        for name in [".git", ".git/HEAD", ".git/config", ".git/index"] {
            let sandbox = sound();
            fs::write(sandbox.path("outside"), text).expect("the file can be written");
            let place = sandbox.repo().join(name);
            let _ = if name == ".git" { fs::remove_dir_all(&place) } else { fs::remove_file(&place) };
            sandbox.link(&sandbox.path("outside").to_string_lossy(), name);
            let Err(error) = Repository::discover(&sandbox.repo()) else { continue };
            let message = error.to_string();
            assert!(!message.contains("CANARY") && !message.contains("ELF"), "{message}");
            assert!(!message.contains(['\n', '{', '"']), "{message}");
        }
    }
}

#[test]
fn what_is_damaged_is_said_in_plain_words() {
    for (name, garbage, expected) in [
        ("HEAD", "garbage\n", "HEAD is damaged"),
        ("config", "[core\n", "its configuration is damaged or of a form that is not known"),
        ("index", "garbage", "the index is damaged"),
        ("packed-refs", "# pack-refs with: x\u{0}\ngarbage\n", "a ref or `packed-refs` is damaged"),
    ] {
        let sandbox = sound();
        fs::write(sandbox.path("repo/.git").join(name), garbage).expect("the file can be written");
        assert_eq!(message(&sandbox), expected);
    }
    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.path("repo")).expect("the directory can be made");
    fs::write(sandbox.path("repo/.git"), "no gitfile").expect("the file can be written");
    assert_eq!(message(&sandbox), "`.git` is neither a git directory nor names one");
}

#[test]
fn garbage_in_packed_refs_is_no_panic() {
    let sandbox = sound();
    fs::write(sandbox.path("repo/.git/packed-refs"), "garbage\0\n# pack-refs with: x\nzz refs/heads/x\n^\n")
        .expect("the file can be written");
    if let Ok(Some(repository)) = Repository::discover(&sandbox.repo()) {
        let _ = repository.refs();
        let _ = repository.completeness();
        let _ = repository.resolve("x");
    }
}

#[test]
fn files_that_would_block_or_fill_the_memory_are_refused() {
    let sandbox = sound();
    fs::remove_file(sandbox.path("repo/.git/HEAD")).expect("the file can be removed");
    let made = std::process::Command::new("mkfifo").arg(sandbox.path("repo/.git/HEAD")).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(message(&sandbox), "`HEAD` is not a regular file");
    }
    let sandbox = sound();
    let config = fs::File::create(sandbox.path("repo/.git/config")).expect("the file can be made");
    config.set_len(1 << 40).expect("a sparse file takes no room");
    assert!(message(&sandbox).contains("larger than"));
}

#[test]
fn missing_objects_break_what_needs_them_only() {
    let sandbox = sound();
    let blob = sandbox.git(&["rev-parse", "HEAD:k8s/a.yaml"]);
    let tree = sandbox.git(&["rev-parse", "HEAD:k8s"]);
    let root = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    let remove = |id: &str| {
        let place = sandbox.path("repo/.git/objects").join(&id[..2]).join(&id[2..]);
        fs::remove_file(place).expect("the object can be removed");
    };
    let path = TreePath::new("k8s/a.yaml");

    remove(&blob);
    let repository = sandbox.open();
    let head = repository.resolve("HEAD").expect("HEAD resolves");
    let files = repository.files(&head).expect("the tree can be read");
    assert_eq!(walk(&*files, "k8s"), ["k8s/a.yaml 0"]);
    assert!(matches!(files.read(&path, 9), Err(ReadError::Failed { .. })));

    remove(&tree);
    let files = sandbox.open().files(&head).expect("the top of the tree can be read");
    assert!(matches!(files.list(&TreePath::new("k8s")), Err(ReadError::Failed { .. })));

    remove(&root);
    let repository = sandbox.open();
    assert!(matches!(repository.files(&head).err(), Some(RevisionError::Broken { .. })));
    assert!(repository.is_ignored(&TreePath::new("a.tmp"), false), "the rules need no objects");
    assert!(repository.is_tracked(&path), "the index knows");

    remove(&commit);
    let repository = sandbox.open();
    assert!(repository.resolve("main").is_err());
    assert_eq!(repository.refs().expect("refs can be read")[0].commit, None);
}

/// Bytes of git's own files replaced at random places: whatever comes of it,
/// it is an answer.
#[test]
fn damaged_data_never_panics() {
    let sandbox = sound();
    sandbox.git(&["tag", "-a", "v1", "-m", "v1"]);
    sandbox.git(&["gc", "-q"]);
    let data = sandbox.path("repo/.git");
    let pack = fs::read_dir(data.join("objects/pack")).expect("there is a pack");
    let mut names: Vec<std::path::PathBuf> = ["HEAD", "config", "packed-refs", "index", "info/exclude"]
        .iter()
        .map(|name| data.join(name))
        .collect();
    names.extend(pack.map(|entry| entry.expect("the entry can be read").path()));
    let mut seed: u64 = 11;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for name in names {
        let sound = fs::read(&name).expect("the file can be read");
        for _ in 0..40 {
            let mut damaged = sound.clone();
            match random(3) {
                0 => damaged.truncate(random(sound.len())),
                _ => (0..=random(4)).for_each(|_| {
                    let at = random(damaged.len());
                    damaged[at] = random(256) as u8;
                }),
            }
            // Packs are made read-only.
            let _ = fs::remove_file(&name);
            fs::write(&name, damaged).expect("the file can be written");
            read_everything(&sandbox);
        }
        let _ = fs::remove_file(&name);
        fs::write(&name, sound).expect("the file can be written");
    }
}

fn read_everything(sandbox: &Sandbox) {
    let Ok(Some(repository)) = Repository::discover(&sandbox.repo()) else { return };
    let _ = (repository.refs(), repository.remotes(), repository.completeness());
    repository.is_ignored(&TreePath::new("k8s/a.tmp"), false);
    for revision in ["HEAD", "main~1", "v1"] {
        let Ok(commit) = repository.resolve(revision) else { continue };
        let Ok(files) = repository.files(&commit) else { continue };
        let _ = files.list(&TreePath::new("k8s"));
        let _ = files.read(&TreePath::new("k8s/a.yaml"), 100);
    }
}
