//! Where files come from: the trait, and its versions on disk and in memory.
//!
//! Nothing here follows a link out of the tree, and no read is unbounded.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use crate::{NotFetched, RemoteSource, TreePath};

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file and its size in bytes.
    File {
        /// Size in bytes when it was listed.
        size: u64,
    },
    /// A directory.
    Directory,
    /// A symbolic link and the text it holds.
    Symlink {
        /// The link's text, as written.
        target: String,
    },
    /// A socket, pipe, device or submodule: never read.
    Other,
    /// A name that is not UTF-8, which no manifest can write and nothing is
    /// read by. Its path is what comes closest.
    Unnameable {
        /// Whether it is a directory.
        is_directory: bool,
    },
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path from the top.
    pub path: TreePath,
    /// What it is.
    pub kind: EntryKind,
}

/// Why a file or directory could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing is there, or no longer.
    #[error("no such file")]
    Missing,
    /// A link on the way leads outside the tree.
    #[error("leads outside the tree")]
    Outside,
    /// The file is larger than the reader allows.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The bound in bytes.
        limit: u64,
    },
    /// It is a directory, a device or the like.
    #[error("not a regular file")]
    NotAFile,
    /// The system refused or failed.
    #[error("{message}")]
    Failed {
        /// The system's words.
        message: String,
    },
}

/// A tree of files.
pub trait Files: Send + Sync {
    /// What a directory holds, sorted by name. Links are listed, not followed.
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError>;

    /// The same, but files may say that they have no bytes: for who reads nearly
    /// all of them, and need not have each looked at before.
    fn list_unsized(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.list(directory)
    }

    /// What stands at a path, links on the way followed inside the tree; none
    /// when nothing is there or the way leads outside.
    fn kind(&self, path: &TreePath) -> Option<EntryKind>;

    /// Where a path really leads, links on the way followed inside the tree; the
    /// path itself when nothing is there.
    fn real(&self, path: &TreePath) -> TreePath {
        path.clone()
    }

    /// The bytes of a regular file of at most `limit` bytes.
    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Reads a file that one of the lists named as one of this size, 0 where it did
    /// not say, and that nobody changed since, into the front of a buffer; how many
    /// bytes it has.
    fn read_listed(
        &self,
        path: &TreePath,
        _size: u64,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> Result<usize, ReadError> {
        *buffer = self.read(path, limit)?;
        Ok(buffer.len())
    }

    /// Where something of another host was put that was fetched before: the
    /// directory of a git tree, the file, or the chart's archive `X.tgz`, which
    /// lies unpacked in `X/NAME`, too. It is to be read like the tree's own, and
    /// no directory lists it.
    fn fetched(&self, _source: &RemoteSource) -> Result<TreePath, NotFetched> {
        Err(NotFetched::Unlocked)
    }
}

/// The tree below a directory on disk.
#[derive(Debug)]
pub struct DiskFiles {
    top: PathBuf,
    /// Whether the directories in it are no part of the tree.
    is_flat: bool,
    /// Where directories really are, links on the way resolved. A tree that is
    /// changed during a run may be seen half before and half after the change;
    /// what a directory was when it was first asked for counts.
    directories: RwLock<HashMap<TreePath, Result<PathBuf, ReadError>>>,
}

impl DiskFiles {
    /// The tree below `top`, which must be a directory.
    pub fn open(top: &Path) -> io::Result<Self> {
        let top = fs::canonicalize(top)?;
        if !top.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"));
        }
        Ok(Self { top, is_flat: false, directories: RwLock::default() })
    }

    /// The files that lie in `top` itself: no list names a directory, and what lies in
    /// one is still read by its path.
    pub fn open_flat(top: &Path) -> io::Result<Self> {
        Ok(Self { is_flat: true, ..Self::open(top)? })
    }

    /// The directory on disk, with all links resolved.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The real place of a path, refused when links lead it out of the tree,
    /// and what is there.
    fn place(&self, path: &TreePath) -> Result<(PathBuf, fs::Metadata), ReadError> {
        let Some(parent) = path.parent() else {
            let metadata = fs::metadata(&self.top).map_err(|error| failure(&error))?;
            return Ok((self.top.clone(), metadata));
        };
        let place = self.real_directory(&parent)?.join(path.name());
        let metadata = fs::symlink_metadata(&place).map_err(|error| failure(&error))?;
        if !metadata.is_symlink() {
            return Ok((place, metadata));
        }
        let place = self.resolved(&place)?;
        let metadata = fs::symlink_metadata(&place).map_err(|error| failure(&error))?;
        Ok((place, metadata))
    }

    /// The real place of a directory, looked up once: its files share it.
    fn real_directory(&self, directory: &TreePath) -> Result<PathBuf, ReadError> {
        let known = self.directories.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(directory) {
            return known.clone();
        }
        drop(known);
        let real = self.find_directory(directory);
        let mut known = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(directory.clone()).or_insert(real).clone()
    }

    /// What is no link lies where its parent lies, once that is known: the
    /// system would look at every step of the way again.
    fn find_directory(&self, directory: &TreePath) -> Result<PathBuf, ReadError> {
        let known = self.directories.read().unwrap_or_else(PoisonError::into_inner);
        let parent = directory.parent().and_then(|parent| known.get(&parent)?.clone().ok());
        drop(known);
        if let Some(parent) = parent {
            let place = parent.join(directory.name());
            let metadata = fs::symlink_metadata(&place).map_err(|error| failure(&error))?;
            if !metadata.is_symlink() {
                return Ok(place);
            }
        }
        self.resolved(&self.top.join(directory.as_str()))
    }

    /// What a directory holds, with what `look` says of each entry. One that is
    /// gone again is not there.
    fn entries(
        &self,
        directory: &TreePath,
        look: impl Fn(&fs::DirEntry) -> Option<(fs::FileType, u64)>,
    ) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.place(directory)?.0).map_err(|error| failure(&error))? {
            let entry = entry.map_err(|error| failure(&error))?;
            let name = entry.file_name();
            let Some(path) = directory.join(&name.to_string_lossy()) else { continue };
            let Some((file_type, size)) = look(&entry) else { continue };
            if self.is_flat && file_type.is_dir() {
                continue;
            }
            let kind = match name.to_str() {
                Some(_) => kind_of(file_type, size, || entry.path()),
                None => EntryKind::Unnameable { is_directory: file_type.is_dir() },
            };
            entries.push(Entry { path, kind });
        }
        let is_unnameable = |entry: &Entry| matches!(entry.kind, EntryKind::Unnameable { .. });
        entries.sort_by(|a, b| (&a.path, is_unnameable(a)).cmp(&(&b.path, is_unnameable(b))));
        // Of several with one likeness the first stands for all.
        entries.dedup_by(|b, a| a.path == b.path);
        Ok(entries)
    }

    fn resolved(&self, place: &Path) -> Result<PathBuf, ReadError> {
        let real = fs::canonicalize(place).map_err(|error| failure(&error))?;
        if real.starts_with(&self.top) { Ok(real) } else { Err(ReadError::Outside) }
    }
}

impl Files for DiskFiles {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.entries(directory, |entry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.file_type(), metadata.len()))
        })
    }

    fn list_unsized(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.entries(directory, |entry| Some((entry.file_type().ok()?, 0)))
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        let (place, metadata) = self.place(path).ok()?;
        Some(kind_of(metadata.file_type(), metadata.len(), || place))
    }

    fn real(&self, path: &TreePath) -> TreePath {
        let found = self.place(path).ok();
        let below = found.as_ref().and_then(|(place, _)| place.strip_prefix(&self.top).ok()?.to_str());
        below.map_or_else(|| path.clone(), TreePath::new)
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (place, metadata) = self.place(path)?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        read_whole(&place, metadata.len(), limit)
    }

    fn read_listed(
        &self,
        path: &TreePath,
        size: u64,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> Result<usize, ReadError> {
        let Some(parent) = path.parent() else { return Err(ReadError::NotAFile) };
        if size > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let file = fs::File::open(self.real_directory(&parent)?.join(path.name()));
        let read = file.and_then(|file| match size {
            0 => read_open(&file, limit, buffer),
            _ => read_front(&file, size, 0, buffer),
        });
        let length = read.map_err(|error| failure(&error))?;
        if length as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(length) }
    }
}

/// Reads as many bytes as a file had when it was looked at; of one that says it
/// has none, such as those that the system makes up, what there is.
fn read_whole(place: &Path, size: u64, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::with_capacity(size as usize);
    let file = fs::File::open(place).map_err(|error| failure(&error))?;
    let wanted = if size == 0 { limit.saturating_add(1) } else { size };
    file.take(wanted).read_to_end(&mut bytes).map_err(|error| failure(&error))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

/// How much a buffer has room for at least.
const BUFFER_BYTES: usize = 16 << 10;

/// Reads a file whose size is not known; of one that is larger than the limit only
/// the front, and it counts as one byte more.
fn read_open(file: &fs::File, limit: u64, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let most = limit.saturating_add(1);
    let length = read_front(file, most.min(BUFFER_BYTES as u64), 0, buffer)?;
    if length < BUFFER_BYTES {
        return Ok(length);
    }
    if file.metadata()?.len() > limit {
        return Ok(usize::try_from(most).unwrap_or(usize::MAX));
    }
    read_front(file, most, length, buffer)
}

/// Reads up to so many bytes, behind those that are there already.
fn read_front(mut file: &fs::File, most: u64, from: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut length = from;
    while length < most {
        if length == buffer.len() {
            buffer.resize((2 * length).max(BUFFER_BYTES), 0);
        }
        let end = buffer.len().min(most);
        match file.read(&mut buffer[length..end]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn kind_of(file_type: fs::FileType, size: u64, place: impl FnOnce() -> PathBuf) -> EntryKind {
    if file_type.is_symlink() {
        let target = fs::read_link(place()).map(|target| target.to_string_lossy().into_owned());
        return EntryKind::Symlink { target: target.unwrap_or_default() };
    }
    if file_type.is_dir() {
        EntryKind::Directory
    } else if file_type.is_file() {
        EntryKind::File { size }
    } else {
        EntryKind::Other
    }
}

fn failure(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing,
        io::ErrorKind::PermissionDenied => ReadError::Failed { message: "permission denied".to_owned() },
        _ => ReadError::Failed { message: error.to_string() },
    }
}

/// A tree held in memory, for tests and for input that has no disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<TreePath, Vec<u8>>,
}

impl MemoryFiles {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(TreePath::new(path), bytes.into());
    }
}

impl<P: AsRef<str>, B: Into<Vec<u8>>> FromIterator<(P, B)> for MemoryFiles {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let mut tree = Self::new();
        for (path, bytes) in files {
            tree.insert(path.as_ref(), bytes);
        }
        tree
    }
}

impl Files for MemoryFiles {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        let mut entries: BTreeMap<TreePath, EntryKind> = BTreeMap::new();
        for (path, bytes) in &self.files {
            let Some(rest) = path.below(directory).filter(|rest| !rest.is_empty()) else { continue };
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Directory),
                None => (rest, EntryKind::File { size: bytes.len() as u64 }),
            };
            entries.extend(directory.join(name).map(|path| (path, kind)));
        }
        if entries.is_empty() && !directory.as_str().is_empty() {
            return Err(ReadError::Missing);
        }
        Ok(entries.into_iter().map(|(path, kind)| Entry { path, kind }).collect())
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        if let Some(bytes) = self.files.get(path) {
            return Some(EntryKind::File { size: bytes.len() as u64 });
        }
        let is_directory = path.as_str().is_empty() || self.files.keys().any(|file| file.is_within(path));
        is_directory.then_some(EntryKind::Directory)
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::Missing)?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { limit });
        }
        Ok(bytes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_lists_one_level() {
        let tree = MemoryFiles::from_iter([("k8s/a.yaml", "a"), ("k8s/sub/b.yaml", "b"), ("top.yaml", "")]);
        let names = |directory: &str| -> Vec<String> {
            let entries = tree.list(&TreePath::new(directory)).expect("the directory exists");
            entries.iter().map(|entry| entry.path.to_string()).collect()
        };
        assert_eq!(names(""), ["k8s", "top.yaml"]);
        assert_eq!(names("k8s"), ["k8s/a.yaml", "k8s/sub"]);
        assert_eq!(tree.list(&TreePath::new("absent")), Err(ReadError::Missing));
    }

    #[test]
    fn a_read_is_bounded() {
        let tree = MemoryFiles::from_iter([("a.yaml", "12345")]);
        let path = TreePath::new("a.yaml");
        assert_eq!(tree.read(&path, 4), Err(ReadError::TooLarge { limit: 4 }));
        assert_eq!(tree.read(&path, 5), Ok(b"12345".to_vec()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_not_utf_8_are_listed_and_never_read() {
        use std::os::unix::ffi::OsStrExt;
        let place = tempfile::tempdir().expect("a directory can be made");
        let name = |bytes: &[u8]| place.path().join(std::ffi::OsStr::from_bytes(bytes));
        for bytes in [&b"m\xfe.yaml"[..], b"m\xff.yaml", "n\u{fffd}.yaml".as_bytes(), b"n\xfe.yaml"] {
            fs::write(name(bytes), "a").expect("the file can be written");
        }
        fs::create_dir(name(b"k8s\xfe")).expect("the directory can be made");
        let tree = DiskFiles::open(place.path()).expect("the directory opens");
        let listed = tree.list(&TreePath::top()).expect("it can be listed");
        let listed: Vec<_> = listed.iter().map(|entry| (entry.path.as_str(), &entry.kind)).collect();
        let file = EntryKind::Unnameable { is_directory: false };
        let directory = EntryKind::Unnameable { is_directory: true };
        let named = EntryKind::File { size: 1 };
        assert_eq!(
            listed,
            [("k8s\u{fffd}", &directory), ("m\u{fffd}.yaml", &file), ("n\u{fffd}.yaml", &named)]
        );
        assert_eq!(tree.read(&TreePath::new("m\u{fffd}.yaml"), 10), Err(ReadError::Missing));
    }

    #[test]
    fn a_listed_file_is_read_as_it_was_listed() {
        let place = tempfile::tempdir().expect("a directory can be made");
        fs::create_dir_all(place.path().join("k8s/base")).expect("the directory can be made");
        fs::write(place.path().join("k8s/base/a.yaml"), "12345").expect("the file can be written");
        let tree = DiskFiles::open(place.path()).expect("the directory opens");
        for directory in ["k8s", "k8s/base"] {
            tree.list(&TreePath::new(directory)).expect("it can be listed");
        }
        let (path, mut bytes) = (TreePath::new("k8s/base/a.yaml"), b"what was there".to_vec());
        let mut read = |size| {
            let length = tree.read_listed(&path, size, 5, &mut bytes);
            length.map(|length| bytes[..length].to_vec())
        };
        assert_eq!(read(5), Ok(b"12345".to_vec()));
        // What it grew to since is left; of one without a size, all is read.
        assert_eq!(read(3), Ok(b"123".to_vec()));
        assert_eq!(read(0), Ok(b"12345".to_vec()));
        for size in [0, 5] {
            let read = tree.read_listed(&path, size, 4, &mut bytes);
            assert_eq!(read, Err(ReadError::TooLarge { limit: 4 }));
        }
    }

    #[test]
    fn of_a_large_file_that_nobody_measured_little_is_read() {
        let place = tempfile::tempdir().expect("a directory can be made");
        let text = "a".repeat(5 * BUFFER_BYTES);
        fs::write(place.path().join("a.yaml"), &text).expect("the file can be written");
        let tree = DiskFiles::open(place.path()).expect("the directory opens");
        let (path, length) = (TreePath::new("a.yaml"), text.len() as u64);
        let mut buffer = Vec::new();
        for limit in [0, length / 2, length - 1] {
            let read = tree.read_listed(&path, 0, limit, &mut buffer);
            assert_eq!(read, Err(ReadError::TooLarge { limit }));
            assert_eq!(buffer.len(), BUFFER_BYTES);
        }
        assert_eq!(tree.read_listed(&path, 0, length, &mut buffer), Ok(text.len()));
        assert_eq!(buffer[..text.len()], *text.as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_tree_are_not_followed() {
        let outside = tempfile::tempdir().expect("a directory can be made");
        fs::write(outside.path().join("secret.yaml"), "s").expect("the file can be written");
        let inside = tempfile::tempdir().expect("a directory can be made");
        let link = |target: &Path, name: &str| {
            std::os::unix::fs::symlink(target, inside.path().join(name)).expect("the link can be made");
        };
        fs::write(inside.path().join("real.yaml"), "r").expect("the file can be written");
        link(outside.path(), "way-out");
        link(Path::new("real.yaml"), "alias.yaml");
        let tree = DiskFiles::open(inside.path()).expect("the directory opens");
        assert_eq!(tree.read(&TreePath::new("way-out/secret.yaml"), 10), Err(ReadError::Outside));
        assert_eq!(tree.list(&TreePath::new("way-out")), Err(ReadError::Outside));
        assert_eq!(tree.kind(&TreePath::new("way-out")), None);
        assert_eq!(tree.read(&TreePath::new("alias.yaml"), 10), Ok(b"r".to_vec()));
        link(&outside.path().join("secret.yaml"), "leak.yaml");
        link(Path::new("leak.yaml"), "again.yaml");
        link(Path::new("way-out/secret.yaml"), "through.yaml");
        fs::create_dir(inside.path().join("sub")).expect("the directory can be made");
        link(outside.path(), "sub/way-out");
        link(Path::new("sub"), "within");
        fs::write(inside.path().join("sub/b.yaml"), "b").expect("the file can be written");
        for name in [
            "leak.yaml",
            "again.yaml",
            "through.yaml",
            "sub/way-out/secret.yaml",
            "within/way-out/secret.yaml",
        ] {
            assert_eq!(tree.read(&TreePath::new(name), 10), Err(ReadError::Outside), "{name}");
            assert_eq!(tree.kind(&TreePath::new(name)), None, "{name}");
        }
        assert_eq!(tree.read(&TreePath::new("within/b.yaml"), 10), Ok(b"b".to_vec()));
        assert_eq!(tree.real(&TreePath::new("within/b.yaml")), TreePath::new("sub/b.yaml"));
        assert_eq!(tree.real(&TreePath::new("alias.yaml")), TreePath::new("real.yaml"));
        assert_eq!(tree.real(&TreePath::new("leak.yaml")), TreePath::new("leak.yaml"));
        assert_eq!(tree.read(&TreePath::new("within"), 10), Err(ReadError::NotAFile));
        assert_eq!(tree.read(&TreePath::new("gone/b.yaml"), 10), Err(ReadError::Missing));
        assert!(tree.read(&TreePath::new("real.yaml/b.yaml"), 10).is_err());
        assert_eq!(tree.kind(&TreePath::top()), Some(EntryKind::Directory));
    }
}
