//! Opens git's own data as what it is, input from a stranger, and lends
//! handles on it to the threads that read.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use seatrial_source::RevisionError;

/// No object, index or other piece of git's data is decoded beyond this size.
const ALLOCATION_BYTES_MAX: u64 = 256 << 20;

/// Files that git's data is read from, with the size beyond which they are not
/// what they claim to be. A reader of plain files would wait forever on a pipe.
const PRIVATE_FILES: [(&str, u64); 5] = [
    ("HEAD", 4 << 10),
    ("commondir", 64 << 10),
    ("gitdir", 64 << 10),
    ("config.worktree", 4 << 20),
    ("index", ALLOCATION_BYTES_MAX),
];
const COMMON_FILES: [(&str, u64); 5] = [
    ("config", 4 << 20),
    ("packed-refs", ALLOCATION_BYTES_MAX),
    ("shallow", 64 << 20),
    ("info/exclude", crate::ignore::RULES_BYTES_MAX),
    ("objects/info/alternates", 1 << 20),
];

/// A repository's data, readable from several threads.
pub(crate) struct Store {
    shared: gix::ThreadSafeRepository,
    /// Handles wait here between uses, because each keeps caches of its own.
    idle: Mutex<Vec<gix::Repository>>,
}

impl Store {
    /// Opens the data that `.git` in the directory `top` is or names.
    pub(crate) fn open(top: &Path) -> Result<Self, RevisionError> {
        let dot_git = top.join(".git");
        refuse_strange_files(&dot_git)?;
        let shared = options().open(&dot_git).map_err(|_| broken(fault(&dot_git)))?;
        let store = Self { shared, idle: Mutex::default() };
        store.with(refuse_unknown_forms)?;
        Ok(store)
    }

    /// Runs `read` with a handle that no other thread uses meanwhile.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&gix::Repository) -> T) -> T {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let repository = waiting.unwrap_or_else(|| self.shared.to_thread_local());
        let answer = read(&repository);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
        answer
    }
}

/// Nothing but the repository's own data, and that with reduced trust: its
/// configuration may name formats and remotes, not paths or programs.
fn options() -> gix::open::Options {
    gix::open::Options::isolated()
        .with(gix::sec::Trust::Reduced)
        .open_path_as_is(true)
        .config_overrides([format!("gitoxide.objects.allocLimit={ALLOCATION_BYTES_MAX}")])
}

fn refuse_strange_files(dot_git: &Path) -> Result<(), RevisionError> {
    if dot_git.is_file() {
        refuse_strange_file(dot_git, ".git", 64 << 10)?;
    }
    let private =
        private(dot_git).ok_or_else(|| broken("`.git` is neither a git directory nor names one"))?;
    for (name, limit) in PRIVATE_FILES {
        refuse_strange_file(&private.join(name), name, limit)?;
    }
    let common = common(private);
    for (name, limit) in COMMON_FILES {
        refuse_strange_file(&common.join(name), name, limit)?;
    }
    Ok(())
}

/// The directory that `.git` is or names; none when it is some other file.
fn private(dot_git: &Path) -> Option<PathBuf> {
    if !dot_git.is_file() {
        return Some(dot_git.to_owned());
    }
    gix::discover::path::from_gitdir_file(dot_git).ok()
}

/// The directory that the work trees of a repository share.
fn common(private: PathBuf) -> PathBuf {
    match gix::discover::path::from_plain_file(&private.join("commondir")) {
        Some(Ok(common)) => private.join(common),
        _ => private,
    }
}

fn refuse_strange_file(place: &Path, name: &str, limit: u64) -> Result<(), RevisionError> {
    let Ok(metadata) = fs::metadata(place) else { return Ok(()) };
    if !metadata.is_file() {
        return Err(RevisionError::Broken { message: format!("`{name}` is not a regular file") });
    }
    if metadata.len() > limit {
        return Err(RevisionError::Broken { message: format!("`{name}` is larger than {limit} bytes") });
    }
    Ok(())
}

/// What opens without complaint but would then be misread.
fn refuse_unknown_forms(repository: &gix::Repository) -> Result<(), RevisionError> {
    repository.head().map_err(|_| broken(fault_of_head(repository)))?;
    let config = repository.config_snapshot();
    match config.plumbing().string("extensions.refStorage") {
        Some(form) if form != "files" => Err(broken("its refs are stored in a form that is not known")),
        _ => Ok(()),
    }
}

const HEAD_DAMAGED: &str = "HEAD is damaged";

/// Why HEAD cannot be followed: itself, or what it names.
fn fault_of_head(repository: &gix::Repository) -> &'static str {
    let head = fs::File::open(repository.git_dir().join("HEAD"));
    if head.is_ok_and(|head| is_head(&head)) { "a ref or `packed-refs` is damaged" } else { HEAD_DAMAGED }
}

/// Why a git directory does not open, in fixed words: the reader's own quote
/// the bytes of files, which may be anybody's when they are links.
fn fault(dot_git: &Path) -> &'static str {
    let Some(private) = private(dot_git).filter(|private| private.is_dir()) else {
        return "`.git` names a directory that is not there";
    };
    match fs::File::open(private.join("HEAD")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return "there is no HEAD",
        Err(_) => return "HEAD cannot be opened",
        Ok(head) if !is_head(&head) => return HEAD_DAMAGED,
        Ok(_) => {}
    }
    let common = common(private);
    if !common.join("objects").is_dir() || !common.join("refs").is_dir() {
        return "`objects` or `refs` is missing";
    }
    "its configuration is damaged or of a form that is not known"
}

/// Whether it names a ref or a commit.
fn is_head(head: &fs::File) -> bool {
    let mut text = String::new();
    if head.take(4 << 10).read_to_string(&mut text).is_err() {
        return false;
    }
    let is_commit = |text: &str| text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.starts_with("ref: refs/") || is_commit(text.trim_end())
}

/// What is wrong, without a byte of what was read and without the place on
/// this machine.
pub(crate) fn broken(message: &'static str) -> RevisionError {
    RevisionError::Broken { message: message.to_owned() }
}

/// What is said of an object that cannot be had.
pub(crate) const OBJECT_DAMAGED: &str = "an object is missing or damaged";

/// The bytes of a regular file of at most `limit` bytes, links not followed.
pub(crate) fn read_bounded(place: &Path, limit: u64) -> Option<Vec<u8>> {
    let metadata = fs::symlink_metadata(place).ok()?;
    if !metadata.is_file() || metadata.len() > limit {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(place).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
