//! A directory with repositories in it, and the `git` program in an
//! environment that has nothing of this machine or its user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use seatrial_git::Repository;
use seatrial_source::{EntryKind, Files, TreePath};

pub(crate) struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory can be made") }
    }

    /// With a fresh repository in `repo`, branch `main`.
    pub(crate) fn new() -> Self {
        let sandbox = Self::empty();
        fs::create_dir(sandbox.path("repo")).expect("the directory can be made");
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        // The temporary directory may itself be behind a link.
        self.directory.path().canonicalize().expect("the directory exists").join(path)
    }

    pub(crate) fn repo(&self) -> PathBuf {
        self.path("repo")
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let place = self.repo().join(path);
        fs::create_dir_all(place.parent().expect("a file has a directory"))
            .expect("the directory can be made");
        fs::write(place, bytes).expect("the file can be written");
    }

    pub(crate) fn link(&self, target: &str, path: &str) {
        std::os::unix::fs::symlink(target, self.repo().join(path)).expect("the link can be made");
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git in `repo` and gives what it prints.
    pub(crate) fn git(&self, words: &[&str]) -> String {
        let (is_success, printed) = self.try_git(&self.repo(), words);
        assert!(is_success, "git {words:?} failed");
        printed
    }

    pub(crate) fn git_in(&self, directory: &str, words: &[&str]) -> String {
        let (is_success, printed) = self.try_git(&self.path(directory), words);
        assert!(is_success, "git {words:?} failed");
        printed
    }

    pub(crate) fn try_git(&self, directory: &Path, words: &[&str]) -> (bool, String) {
        let output = Command::new("git")
            .args(words)
            .current_dir(directory)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "protocol.file.allow")
            .env("GIT_CONFIG_VALUE_0", "always")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "C"), ("GIT_COMMITTER_EMAIL", "c@example.com")])
            .envs([("GIT_AUTHOR_DATE", "1700000000 +0000"), ("GIT_COMMITTER_DATE", "1700000000 +0000")])
            .stdin(Stdio::null())
            .output()
            .expect("git can be run");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    pub(crate) fn open(&self) -> Repository {
        open(&self.repo())
    }
}

pub(crate) fn open(start: &Path) -> Repository {
    Repository::discover(start).expect("the repository is sound").expect("there is a repository")
}

/// Every file below a directory, with its kind as one word.
pub(crate) fn walk(files: &dyn Files, directory: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in files.list(&TreePath::new(directory)).expect("the directory can be listed") {
        match entry.kind {
            EntryKind::Directory => found.extend(walk(files, entry.path.as_str())),
            EntryKind::File { size } => found.push(format!("{} {size}", entry.path)),
            EntryKind::Symlink { target } => found.push(format!("{} -> {target}", entry.path)),
            EntryKind::Other => found.push(format!("{} other", entry.path)),
            EntryKind::Unnameable { .. } => found.push(format!("{} unnameable", entry.path)),
        }
    }
    found
}
