//! The cache: one file for each digest, written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use seatrial_render::fetched::{Digest, LOCK_FILE, Lock};
use tempfile::Builder;

use crate::FetchError;

/// A directory that holds what was downloaded, by digest.
#[derive(Clone, Debug)]
pub struct Cache {
    directory: PathBuf,
}

impl Cache {
    /// The cache in a directory, which is made when something is put there.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Whether it holds bytes of this digest, and they still have it.
    pub fn holds(&self, digest: &Digest) -> bool {
        fs::read(self.place(digest)).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
    }

    /// Keeps bytes; gives their digest.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, FetchError> {
        let digest = Digest::of(bytes);
        if !self.holds(&digest) {
            write_whole(&self.place(&digest), bytes)
                .map_err(|error| FetchError::Cache { reason: error.to_string() })?;
        }
        Ok(digest)
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.directory.join(digest.place())
    }
}

/// Writes the lock file of a root. A link in its place is replaced, never
/// followed.
pub fn write_lock(root: &Path, lock: &Lock) -> io::Result<()> {
    write_whole(&root.join(LOCK_FILE), lock.text().as_bytes())
}

/// Writes a file as a whole or not at all.
fn write_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut builder = Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.persist(place).map_err(|error| error.error)?;
    Ok(())
}
