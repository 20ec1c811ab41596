//! Opens git's own data as what it is, input from a stranger, and lends
//! handles on it to the threads that read.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gix::bstr::ByteSlice;
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
    top: PathBuf,
}

impl Store {
    /// Opens the data that `.git` in the directory `top` is or names.
    pub(crate) fn open(top: &Path) -> Result<Self, RevisionError> {
        let dot_git = top.join(".git");
        refuse_strange_files(&dot_git)?;
        let shared = options().open(&dot_git).map_err(|error| broken(&error, top))?;
        let store = Self { shared, idle: Mutex::default(), top: top.to_owned() };
        store.with(|repository| refuse_unknown_forms(repository, top))?;
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

    /// The reader's error in our words.
    pub(crate) fn broken(&self, error: &gix::Error) -> RevisionError {
        broken(error, &self.top)
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
    let private = if dot_git.is_file() {
        refuse_strange_file(dot_git, ".git", 64 << 10)?;
        gix::discover::path::from_gitdir_file(dot_git).map_err(|error| broken(&error, parent(dot_git)))?
    } else {
        dot_git.to_owned()
    };
    for (name, limit) in PRIVATE_FILES {
        refuse_strange_file(&private.join(name), name, limit)?;
    }
    let common = match gix::discover::path::from_plain_file(&private.join("commondir")) {
        Some(Ok(common)) => private.join(common),
        _ => private,
    };
    for (name, limit) in COMMON_FILES {
        refuse_strange_file(&common.join(name), name, limit)?;
    }
    Ok(())
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
fn refuse_unknown_forms(repository: &gix::Repository, top: &Path) -> Result<(), RevisionError> {
    repository.head().map_err(|error| broken(&error, top))?;
    let config = repository.config_snapshot();
    match config.plumbing().string("extensions.refStorage") {
        Some(form) if form != "files" => {
            Err(RevisionError::Broken { message: format!("refs are stored as `{}`", form.to_str_lossy()) })
        }
        _ => Ok(()),
    }
}

/// What failed and why; without the place on this machine, which differs
/// between two that check the same tree.
fn broken(error: &gix::Error, top: &Path) -> RevisionError {
    let mut messages: Vec<String> = Vec::new();
    for error in error.iter_errors().take(8) {
        let message = format!("{error:#}");
        if !messages.iter().any(|known| known.contains(&message)) {
            messages.push(message);
        }
    }
    let mut message = messages.join(": ");
    if let Some(top) = top.to_str().filter(|top| *top != "/") {
        message = message.replace(&format!("{top}/"), "");
    }
    RevisionError::Broken { message }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

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
