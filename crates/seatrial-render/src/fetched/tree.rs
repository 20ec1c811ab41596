//! The files of a commit as one archive: a tar whose bytes depend on nothing
//! but paths and contents.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use seatrial_source::{Entry, EntryKind, ReadError, TreePath};
use tar::{Archive, Builder, EntryType, Header};

/// Most entries of one archive.
const ENTRIES_MAX: usize = 500_000;
/// Most links that are followed on the way to one file.
const LINKS_MAX: usize = 40;

/// What a tree holds at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeEntry<T> {
    /// A file's content.
    File(T),
    /// A link's text.
    Symlink(String),
}

/// Why an archive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// It is not one.
    #[error("it is not a tar archive: {0}")]
    NotAnArchive(String),
    /// A path in it does not stay below its top, or is there twice.
    #[error("a path in the archive is refused: {0}")]
    Path(String),
    /// It has more entries than allowed.
    #[error("it has more than {ENTRIES_MAX} entries")]
    TooMany,
}

/// An archive that was read, by path.
#[derive(Debug)]
pub struct TreeBlob {
    bytes: Vec<u8>,
    entries: BTreeMap<TreePath, TreeEntry<Range<usize>>>,
}

impl TreeBlob {
    /// Writes the archive of some files: sorted, without dates, owners, modes.
    pub fn write(files: &BTreeMap<String, TreeEntry<Vec<u8>>>) -> Result<Vec<u8>, TreeError> {
        let mut archive = Builder::new(Vec::new());
        for (path, entry) in files {
            let mut header = Header::new_gnu();
            header.set_mode(0o644);
            let written = match entry {
                TreeEntry::File(content) => {
                    header.set_size(content.len() as u64);
                    archive.append_data(&mut header, path, content.as_slice())
                }
                TreeEntry::Symlink(target) => {
                    header.set_entry_type(EntryType::Symlink);
                    header.set_size(0);
                    archive.append_link(&mut header, path, target)
                }
            };
            written.map_err(|_| TreeError::Path(path.clone()))?;
        }
        archive.into_inner().map_err(|error| TreeError::NotAnArchive(error.to_string()))
    }

    /// Reads an archive. Devices, hard links and the like are left out.
    pub fn read(bytes: Vec<u8>) -> Result<Self, TreeError> {
        let mut entries = BTreeMap::new();
        let broken = |error: std::io::Error| TreeError::NotAnArchive(error.to_string());
        for entry in Archive::new(bytes.as_slice()).entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let refused = || TreeError::Path(path.clone());
            let place = TreePath::top().join(&path).filter(|it| it.as_str() == path).ok_or_else(refused)?;
            let found = match entry.header().entry_type() {
                EntryType::Regular => {
                    let start = entry.raw_file_position() as usize;
                    let end = start.checked_add(entry.size() as usize).filter(|end| *end <= bytes.len());
                    TreeEntry::File(start..end.ok_or_else(refused)?)
                }
                EntryType::Symlink => {
                    let target = entry.link_name_bytes().unwrap_or_default();
                    TreeEntry::Symlink(String::from_utf8_lossy(&target).into_owned())
                }
                _ => continue,
            };
            if entries.len() >= ENTRIES_MAX {
                return Err(TreeError::TooMany);
            }
            if entries.insert(place, found).is_some() {
                return Err(refused());
            }
        }
        Ok(Self { bytes, entries })
    }

    /// What it holds, sorted by path.
    #[cfg(test)]
    pub(super) fn entries(&self) -> &BTreeMap<TreePath, TreeEntry<Range<usize>>> {
        &self.entries
    }

    /// The path with all links on the way resolved, which stay inside.
    fn resolve(&self, path: &TreePath) -> Result<TreePath, ReadError> {
        let mut left = LINKS_MAX;
        let mut waiting: Vec<String> = path.parts().rev().map(ToOwned::to_owned).collect();
        let mut place = TreePath::top();
        while let Some(part) = waiting.pop() {
            if part == ".." {
                place = place.parent().ok_or(ReadError::Outside)?;
                continue;
            }
            let next = place.join(&part).ok_or(ReadError::Outside)?;
            let Some(TreeEntry::Symlink(target)) = self.entries.get(&next) else {
                place = next;
                continue;
            };
            if target.starts_with('/') {
                return Err(ReadError::Outside);
            }
            left = left.checked_sub(1).ok_or(ReadError::Missing)?;
            let steps = target.split('/').filter(|step| !matches!(*step, "" | "."));
            waiting.extend(steps.rev().map(ToOwned::to_owned));
        }
        Ok(place)
    }

    /// The entries below a directory.
    fn below<'a>(
        &'a self,
        directory: &'a TreePath,
    ) -> impl Iterator<Item = (&'a TreePath, &'a TreeEntry<Range<usize>>, &'a str)> {
        // Names such as `a-b` sort between `a` and `a/c`.
        let all = self.entries.range((Bound::Included(directory), Bound::Unbounded));
        let near = all.take_while(|(path, _)| path.as_str().starts_with(directory.as_str()));
        near.filter_map(|(path, entry)| {
            Some((path, entry, path.below(directory).filter(|rest| !rest.is_empty())?))
        })
    }

    /// What a directory holds.
    pub(super) fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        let real = self.resolve(directory)?;
        let mut found: BTreeMap<TreePath, EntryKind> = BTreeMap::new();
        for (_, entry, rest) in self.below(&real) {
            let (name, kind) = match (rest.split_once('/'), entry) {
                (Some((name, _)), _) => (name, EntryKind::Directory),
                (None, TreeEntry::File(range)) => (rest, EntryKind::File { size: range.len() as u64 }),
                (None, TreeEntry::Symlink(target)) => (rest, EntryKind::Symlink { target: target.clone() }),
            };
            found.extend(directory.join(name).map(|path| (path, kind)));
        }
        if found.is_empty() && !real.as_str().is_empty() {
            return Err(if self.entries.contains_key(&real) {
                ReadError::NotAFile
            } else {
                ReadError::Missing
            });
        }
        Ok(found.into_iter().map(|(path, kind)| Entry { path, kind }).collect())
    }

    /// What stands at a path, links followed.
    pub(super) fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        let real = self.resolve(path).ok()?;
        if let Some(TreeEntry::File(range)) = self.entries.get(&real) {
            return Some(EntryKind::File { size: range.len() as u64 });
        }
        (real.as_str().is_empty() || self.below(&real).next().is_some()).then_some(EntryKind::Directory)
    }

    /// The content of a file.
    pub(super) fn read_file(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let real = self.resolve(path)?;
        match self.entries.get(&real) {
            Some(TreeEntry::File(range)) if range.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            Some(TreeEntry::File(range)) => Ok(self.bytes[range.clone()].to_vec()),
            None if self.below(&real).next().is_some() => Err(ReadError::NotAFile),
            Some(TreeEntry::Symlink(_)) | None => Err(ReadError::Missing),
        }
    }
}
