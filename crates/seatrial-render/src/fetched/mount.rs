//! A tree together with what was fetched for it. What was fetched lies below
//! the lock file, where no file of the tree can lie, and no directory lists it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use seatrial_source::{
    Entry, EntryKind, Files, MemoryFiles, NotFetched, ReadError, RemoteKind, RemoteSource, TreePath,
    normalize_url,
};

use super::{Digest, LOCK_FILE, Lock, LockError, Pin, TreeBlob};

/// Most bytes of one thing in the cache.
const BLOB_BYTES_MAX: u64 = 1 << 30;

/// A tree that knows what was fetched for it.
pub struct Fetched {
    files: Box<dyn Files>,
    cache: Option<Box<dyn Files>>,
    /// The lock file.
    below: TreePath,
    mounts: Vec<Mount>,
    by_source: BTreeMap<RemoteSource, usize>,
    by_name: BTreeMap<String, usize>,
    asked: Mutex<BTreeSet<RemoteSource>>,
}

struct Mount {
    kind: RemoteKind,
    pin: Pin,
    path: TreePath,
    /// The chart's name, the last part of what the tree calls it.
    chart: String,
    /// Read when it is first asked for.
    content: OnceLock<Result<Content, NotFetched>>,
    /// The files of a chart, unpacked when they are first asked for.
    unpacked: OnceLock<MemoryFiles>,
}

enum Content {
    Tree(TreeBlob),
    File(Vec<u8>),
}

impl Fetched {
    /// A tree with what the lock file in its root names, as far as the cache
    /// holds it.
    pub fn open(
        files: Box<dyn Files>,
        root: &TreePath,
        cache: Option<Box<dyn Files>>,
    ) -> Result<Self, LockError> {
        let lock = Lock::open(files.as_ref(), root)?.unwrap_or_default();
        Ok(Self::new(files, root, &lock, cache))
    }

    /// A tree with what a lock names.
    pub fn new(files: Box<dyn Files>, root: &TreePath, lock: &Lock, cache: Option<Box<dyn Files>>) -> Self {
        let below = root.join(LOCK_FILE).expect("a name stays inside");
        let mut mounted = Self {
            files,
            cache,
            below,
            mounts: Vec::new(),
            by_source: BTreeMap::new(),
            by_name: BTreeMap::new(),
            asked: Mutex::default(),
        };
        for (source, pin) in &lock.pins {
            mounted.mount(source, pin);
        }
        mounted
    }

    fn mount(&mut self, source: &RemoteSource, pin: &Pin) {
        let at = self.mounts.len();
        let mut name = name_of(source, pin);
        while self.by_name.contains_key(&name) {
            name.insert(0, '_');
        }
        let path = self.below.join(&name).expect("a name stays inside");
        self.by_name.insert(name, at);
        self.by_source.insert(source.clone(), at);
        self.mounts.push(Mount {
            kind: source.kind,
            pin: pin.clone(),
            path,
            chart: source.name.rsplit('/').next().unwrap_or_default().to_owned(),
            content: OnceLock::new(),
            unpacked: OnceLock::new(),
        });
    }

    /// Everything that was asked for, whether it was there or not.
    pub fn asked(&self) -> Vec<RemoteSource> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The mount that a path lies in, and the rest of the path.
    fn find(&self, path: &TreePath) -> Option<(&Mount, TreePath)> {
        let rest = path.below(&self.below).filter(|rest| !rest.is_empty())?;
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        Some((&self.mounts[*self.by_name.get(name)?], TreePath::new(rest)))
    }

    /// Whether a path is one of the tree itself.
    fn is_own(&self, path: &TreePath) -> bool {
        path.below(&self.below).is_none_or(str::is_empty)
    }

    /// The files of a chart below the directory that its archive is named for,
    /// and the path there.
    fn unpacked(&self, path: &TreePath) -> Option<(&MemoryFiles, TreePath, TreePath)> {
        let rest = path.below(&self.below)?;
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let mount = &self.mounts[*self.by_name.get(&format!("{name}.tgz"))?];
        let Ok(Content::File(bytes)) = self.content(mount) else { return None };
        let files = mount.unpacked.get_or_init(|| {
            let files = seatrial_helm::chart::unpack(bytes, None).unwrap_or_default();
            files.into_iter().map(|(path, bytes)| (format!("{}/{path}", mount.chart), bytes)).collect()
        });
        Some((files, TreePath::new(rest), self.below.join(name)?))
    }

    fn content<'a>(&self, mount: &'a Mount) -> &'a Result<Content, NotFetched> {
        mount.content.get_or_init(|| self.load(mount))
    }

    fn load(&self, mount: &Mount) -> Result<Content, NotFetched> {
        let cache = self.cache.as_ref().ok_or(NotFetched::NotCached)?;
        let expected = mount.pin.digest;
        let unreadable = |reason: String| NotFetched::Unreadable { reason };
        let bytes = match cache.read(&TreePath::new(&expected.place()), BLOB_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(ReadError::Missing) => return Err(NotFetched::NotCached),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let found = Digest::of(&bytes);
        if found != expected {
            return Err(NotFetched::Changed { expected: expected.to_string(), found: found.to_string() });
        }
        match mount.kind {
            RemoteKind::GitTree => {
                TreeBlob::read(bytes).map(Content::Tree).map_err(|error| unreadable(error.to_string()))
            }
            _ => Ok(Content::File(bytes)),
        }
    }
}

/// One step of a path that says what lies there.
fn name_of(source: &RemoteSource, pin: &Pin) -> String {
    let plain = |text: &str| text.replace(['/', '\\'], "-");
    let address = normalize_url(&source.address);
    match source.kind {
        RemoteKind::GitTree if source.version.is_empty() => format!("{}@{}", plain(&address), pin.resolved),
        RemoteKind::GitTree => format!("{}@{}", plain(&address), plain(&source.version)),
        RemoteKind::File => plain(&address),
        RemoteKind::HelmChart | RemoteKind::OciChart => {
            format!("{}-{}-{}.tgz", plain(&address), plain(&source.name), plain(&pin.resolved))
        }
    }
}

impl Files for Fetched {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        if let Some((files, rest, top)) = self.unpacked(directory) {
            let here = |entry: Entry| Some(Entry { path: top.join(entry.path.as_str())?, ..entry });
            return Ok(files.list(&rest)?.into_iter().filter_map(here).collect());
        }
        let Some((mount, rest)) = self.find(directory) else { return self.files.list(directory) };
        match self.content(mount) {
            Ok(Content::Tree(tree)) => {
                let here =
                    |entry: Entry| Some(Entry { path: mount.path.join(entry.path.as_str())?, ..entry });
                Ok(tree.list(&rest)?.into_iter().filter_map(here).collect())
            }
            Ok(Content::File(_)) => Err(ReadError::NotAFile),
            Err(_) => Err(ReadError::Missing),
        }
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        if let Some((files, rest, _)) = self.unpacked(path) {
            return files.kind(&rest);
        }
        let Some((mount, rest)) = self.find(path) else { return self.files.kind(path) };
        match self.content(mount) {
            Ok(Content::Tree(tree)) => tree.kind(&rest),
            Ok(Content::File(bytes)) if rest.as_str().is_empty() => {
                Some(EntryKind::File { size: bytes.len() as u64 })
            }
            _ => None,
        }
    }

    fn real(&self, path: &TreePath) -> TreePath {
        let is_own = self.unpacked(path).is_none() && self.find(path).is_none();
        if is_own { self.files.real(path) } else { path.clone() }
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        if let Some((files, rest, _)) = self.unpacked(path) {
            return files.read(&rest, limit);
        }
        let Some((mount, rest)) = self.find(path) else { return self.files.read(path, limit) };
        match self.content(mount) {
            Ok(Content::Tree(tree)) => tree.read_file(&rest, limit),
            Ok(Content::File(bytes)) if rest.as_str().is_empty() => {
                if bytes.len() as u64 > limit {
                    Err(ReadError::TooLarge { limit })
                } else {
                    Ok(bytes.clone())
                }
            }
            _ => Err(ReadError::Missing),
        }
    }

    fn list_unsized(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        if self.is_own(directory) { self.files.list_unsized(directory) } else { self.list(directory) }
    }

    fn read_listed(
        &self,
        path: &TreePath,
        size: u64,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> Result<usize, ReadError> {
        if self.is_own(path) {
            return self.files.read_listed(path, size, limit, buffer);
        }
        *buffer = self.read(path, limit)?;
        Ok(buffer.len())
    }

    fn fetched(&self, source: &RemoteSource) -> Result<TreePath, NotFetched> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(source.clone());
        let at = *self.by_source.get(source).ok_or(NotFetched::Unlocked)?;
        let mount = &self.mounts[at];
        match self.content(mount) {
            Ok(_) => Ok(mount.path.clone()),
            Err(why) => Err(why.clone()),
        }
    }
}
