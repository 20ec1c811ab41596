//! Git repositories over smart HTTP, served by git itself.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use seatrial_fetch::{FetchError, Fetched, Fetcher, Limits};
use seatrial_render::fetched::{Digest, Lock, Pin};
use seatrial_source::{EntryKind, Files, MemoryFiles, RemoteSource, TreePath};

use crate::server::{Reply, Request, Server, fetcher};

/// A repository with a tag `v1`, a branch `next`, and `main`.
pub(crate) struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { directory: tempfile::tempdir().expect("a directory can be made") };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write(files);
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = git(self.path()).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text").trim().to_owned()
    }

    pub(crate) fn serve(&self) -> Server {
        let path = self.path().to_owned();
        Server::start(move |request| upload_pack(&path, request))
    }
}

/// Git without the settings of this machine.
fn git(directory: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (name, value) in [("NAME", "a"), ("EMAIL", "a@example.com"), ("DATE", "1700000000 +0000")] {
        git.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", directory);
    git
}

/// What `git http-backend` answers.
fn upload_pack(path: &PathBuf, request: &Request) -> Reply {
    let is_list = request.target.ends_with("/info/refs?service=git-upload-pack");
    if !is_list && !request.target.ends_with("/git-upload-pack") {
        return Reply::status(404);
    }
    let mut command = git(path);
    command.args(["upload-pack", "--stateless-rpc"]).args(is_list.then_some("--advertise-refs")).arg(path);
    command.env("GIT_PROTOCOL", request.headers.get("git-protocol").map_or("", |it| it));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("it is piped").write_all(&request.body).expect("git reads");
    let output = child.wait_with_output().expect("git ends").stdout;
    if is_list {
        Reply::ok([b"001e# service=git-upload-pack\n0000".as_slice(), &output].concat())
    } else {
        Reply::ok(output)
    }
}

fn source(server: &Server, reference: &str) -> RemoteSource {
    RemoteSource::git(&format!("{}/o/r.git", server.address), reference)
}

fn fetch(server: &Server, reference: &str) -> Result<Fetched, FetchError> {
    fetcher().fetch(&source(server, reference))
}

/// What was fetched, as a tree of files.
fn tree(fetched: &Fetched) -> (seatrial_render::fetched::Fetched, TreePath) {
    let source = RemoteSource::git("https://h/o/r", "v");
    let pin = Pin { resolved: fetched.resolved.clone(), digest: Digest::of(&fetched.bytes) };
    let cache = MemoryFiles::from_iter([(pin.digest.place(), fetched.bytes.clone())]);
    let lock = Lock { pins: [(source.clone(), pin)].into() };
    let top = TreePath::top();
    let files = seatrial_render::fetched::Fetched::new(
        Box::new(MemoryFiles::new()),
        &top,
        &lock,
        Some(Box::new(cache)),
    );
    let top = files.fetched(&source).expect("it is there");
    (files, top)
}

fn read(fetched: &Fetched, path: &str) -> Option<String> {
    let (files, top) = tree(fetched);
    let bytes = files.read(&top.join(path)?, 1 << 20).ok()?;
    String::from_utf8(bytes).ok()
}

#[test]
fn refs_are_found_as_git_fetch_finds_them() {
    let repository = Repository::new(&[("a.yaml", "first")]);
    repository.git(&["tag", "--annotate", "--message=x", "v1"]);
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["checkout", "--quiet", "-b", "feature/next"]);
    repository.write(&[("a.yaml", "next")]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write(&[("a.yaml", "main")]);
    repository.git(&["tag", "v1.9.0", "main"]);
    repository.git(&["tag", "--annotate", "--message=x", "v1.10.0", "feature/next"]);
    repository.git(&["tag", "v2.0.0-rc.1", "main"]);
    // A tag and a branch of one name: the tag counts.
    repository.git(&["branch", "v1", "feature/next"]);
    let server = repository.serve();
    let cases = [
        ("", "main"),
        ("HEAD", "main"),
        ("main", "main"),
        ("feature/next", "next"),
        ("refs/heads/v1", "next"),
        ("v1", "first"),
        ("1.x", "next"),
        (">=1.0.0 <1.10.0", "main"),
        ("~1.0", "first"),
        (">=2.0.0-0", "main"),
        (first.as_str(), "first"),
    ];
    for (reference, wanted) in cases {
        let fetched = fetch(&server, reference).expect(reference);
        assert_eq!(read(&fetched, "a.yaml").as_deref(), Some(wanted), "{reference}");
    }
    assert_eq!(fetch(&server, "v1").expect("it is there").resolved, first);
    let error = fetch(&server, "v2").expect_err("there is none").to_string();
    assert!(error.ends_with("has no ref v2"), "{error}");
    let error = fetch(&server, ">=3").expect_err("there is none").to_string();
    assert!(error.ends_with("has no tag in >=3"), "{error}");
    for reference in ["--upload-pack=x", "a b", "main\n0000"] {
        let error = fetch(&server, reference).expect_err("it is refused");
        assert!(matches!(error, FetchError::Address { .. }), "{error}");
    }
}

#[test]
fn a_tree_with_links_and_deltas_is_whole() {
    let long = (0..2_000).map(|it| format!("line {it}")).collect::<Vec<_>>().join("\n") + "\n";
    let changed = format!("{long}more\n");
    let repository = Repository::new(&[("k8s/a.yaml", &long), ("k8s/deep/b.yaml", &changed)]);
    #[cfg(unix)]
    for (target, name) in [("k8s", "link"), ("../out", "out"), ("/etc/passwd", "absolute")] {
        std::os::unix::fs::symlink(target, repository.path().join(name)).expect("it can be made");
    }
    repository.write(&[(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://example.com/x\n")]);
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},x")]);
    repository.git(&["commit", "--quiet", "--message=x"]);
    repository.git(&["repack", "-adfq"]);
    let fetched = fetch(&repository.serve(), "").expect("it is there");
    assert_eq!(read(&fetched, "k8s/a.yaml").as_deref(), Some(long.as_str()));
    assert_eq!(read(&fetched, "k8s/deep/b.yaml").as_deref(), Some(changed.as_str()));
    let (files, top) = tree(&fetched);
    let kind = |path: &str| files.kind(&top.join(path).expect("it stays inside"));
    assert_eq!(kind("x"), None);
    if cfg!(unix) {
        assert_eq!(kind("link/deep"), Some(EntryKind::Directory));
        assert_eq!((kind("out"), kind("absolute")), (None, None));
    }
    let again = fetch(&repository.serve(), "").expect("it is there");
    assert_eq!(fetched.bytes, again.bytes);
}

#[test]
fn what_is_pinned_is_asked_for_by_its_commit() {
    let repository = Repository::new(&[("a.yaml", "first")]);
    let server = repository.serve();
    let source = source(&server, "main");
    let fetched = fetcher().fetch(&source).expect("it is there");
    let pin = Pin { resolved: fetched.resolved.clone(), digest: Digest::of(&fetched.bytes) };
    repository.write(&[("a.yaml", "second")]);
    assert_eq!(fetcher().fetch_pinned(&source, &pin), Ok(fetched.clone()));
    let newer = fetcher().fetch(&source).expect("it is there");
    assert_ne!(newer.resolved, fetched.resolved);
    let wrong = Pin { resolved: newer.resolved, ..pin };
    let error = fetcher().fetch_pinned(&source, &wrong).expect_err("it is refused");
    assert!(matches!(error, FetchError::Digest { by: "seatrial.lock", .. }), "{error}");
}

#[test]
fn redirects_of_a_repository_are_followed_once_for_all() {
    let repository = Repository::new(&[("a.yaml", "a")]);
    let inner = repository.serve();
    let to = inner.address.clone();
    let outer = Server::start(move |request| Reply::redirect(&format!("{to}{}", request.target)));
    let fetched = fetch(&outer, "").expect("it is there");
    assert_eq!(read(&fetched, "a.yaml").as_deref(), Some("a"));
    assert_eq!(outer.requests().len(), 1);
    assert!(inner.requests().iter().any(|it| it.method == "POST"));
}

#[test]
fn packs_that_were_changed_or_cut_are_refused() {
    let repository = Repository::new(&[("a.yaml", "a")]);
    let path = repository.path().to_owned();
    for damage in ["cut", "flipped", "empty", "html"] {
        let path = path.clone();
        let server = Server::start(move |request| {
            let mut reply = upload_pack(&path, request);
            let is_pack = request.body.windows(13).any(|it| it == b"command=fetch");
            let middle = reply.body.len() / 2;
            match damage {
                "cut" if is_pack => reply.body.truncate(middle),
                "flipped" if is_pack => reply.body[middle] ^= 1,
                "empty" if is_pack => reply.body.clear(),
                "html" => reply.body = b"<html>".to_vec(),
                _ => {}
            }
            reply
        });
        let error = fetch(&server, "main").expect_err("it is refused");
        assert!(matches!(error, FetchError::Malformed { .. }), "{damage}: {error}");
    }
}

#[test]
fn repositories_are_bounded() {
    let repository = Repository::new(&[("a.yaml", &"a".repeat(5_000)), ("b.yaml", "b")]);
    let server = repository.serve();
    for limits in [
        Limits { objects: 2, ..Limits::default() },
        Limits { tree_bytes: 4_000, ..Limits::default() },
        Limits { pack_bytes: 50, ..Limits::default() },
    ] {
        assert!(Fetcher::new(limits, true).fetch(&source(&server, "main")).is_err());
    }
}

#[test]
fn a_server_that_speaks_only_the_old_protocol_is_told() {
    let repository = Repository::new(&[("a.yaml", "a")]);
    let path = repository.path().to_owned();
    let server = Server::start(move |request| {
        let mut request = request.clone();
        request.headers.remove("git-protocol");
        upload_pack(&path, &request)
    });
    let error = fetch(&server, "main").expect_err("it is refused").to_string();
    assert!(error.ends_with("it does not speak version 2 of git's protocol"), "{error}");
}
