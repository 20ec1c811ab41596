//! Git's ignore rules, kept per directory so that a walk of a large tree reads
//! each `.gitignore` once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use gix::bstr::{BString, ByteSlice};
use gix::glob::pattern::Case;
use gix::glob::search::Pattern;
use gix::ignore::search::{Ignore, pattern_matching_relative_path};
use seatrial_source::TreePath;

use crate::store::{Store, read_bounded};
use crate::tracked::{PATH_BYTES_MAX, Tracked};

/// A larger file of rules is taken for a mistake and not read.
pub(crate) const RULES_BYTES_MAX: u64 = 1 << 20;
/// So many rules may hold for one directory, its ancestors' included; each
/// costs time for every path. Files that would add more are not read.
const RULES_MAX: usize = 20_000;

type Rules = gix::glob::search::pattern::List<Ignore>;

/// The rules of a work tree: `.gitignore` at every level and `info/exclude`.
pub(crate) struct IgnoreRules {
    top: PathBuf,
    case: Case,
    tracked: Tracked,
    store: Arc<Store>,
    root: Arc<Directory>,
    directories: RwLock<HashMap<Box<str>, Arc<Directory>>>,
}

/// What holds for the entries of one directory.
#[derive(Clone)]
struct Directory {
    /// The directory is excluded, and everything below it with it: git does
    /// not look for an exception there.
    is_excluded: bool,
    /// Whether it is a directory of this tree; behind a link no rules are read.
    is_real: bool,
    /// Its own rules last, those of its ancestors before.
    rules: Arc<[Arc<Rules>]>,
}

impl IgnoreRules {
    pub(crate) fn new(top: &Path, store: Arc<Store>, tracked: Tracked) -> Self {
        let (exclude, case) = store.with(|repository| {
            let exclude = read_bounded(&repository.common_dir().join("info/exclude"), RULES_BYTES_MAX);
            (exclude.and_then(|bytes| parse(&bytes, "")), case(repository))
        });
        let above = Directory { is_excluded: false, is_real: true, rules: exclude.into_iter().collect() };
        let mut rules = Self {
            top: top.to_owned(),
            case,
            tracked,
            store,
            root: Arc::new(above.clone()),
            directories: RwLock::default(),
        };
        rules.root = Arc::new(rules.with_own_rules(above, ""));
        rules
    }

    /// Whether git passes the path over. What it tracks it never does, its own
    /// data always.
    pub(crate) fn is_ignored(&self, path: &TreePath, is_directory: bool) -> bool {
        let text = path.as_str();
        if text.is_empty() || text.len() > PATH_BYTES_MAX {
            return false;
        }
        if path.parts().any(|part| part == ".git") {
            return true;
        }
        let directory = self.directory(text.rsplit_once('/').map_or("", |(parent, _)| parent));
        self.is_excluded(&directory, text, is_directory) && !self.tracked.contains(text)
    }

    pub(crate) fn is_tracked(&self, path: &TreePath) -> bool {
        self.tracked.contains(path.as_str())
    }

    /// What the rules alone say about an entry of a directory.
    fn is_excluded(&self, directory: &Directory, path: &str, is_directory: bool) -> bool {
        if directory.is_excluded {
            return true;
        }
        let name = path.rfind('/').map(|slash| slash + 1);
        let decisive = directory.rules.iter().rev().find_map(|rules| {
            pattern_matching_relative_path(
                rules,
                path.as_bytes().as_bstr(),
                name,
                Some(is_directory),
                self.case,
            )
        });
        decisive.is_some_and(|decisive| !decisive.pattern.is_negative())
    }

    fn directory(&self, path: &str) -> Arc<Directory> {
        if let Some(known) = self.known(path) {
            return known;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let mut directory = Arc::clone(&self.root);
        for end in ends {
            let step = &path[..end];
            directory = self.known(step).unwrap_or_else(|| self.learn(&directory, step));
        }
        directory
    }

    fn known(&self, path: &str) -> Option<Arc<Directory>> {
        if path.is_empty() {
            return Some(Arc::clone(&self.root));
        }
        self.directories.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn learn(&self, parent: &Directory, path: &str) -> Arc<Directory> {
        let mut directory = parent.clone();
        directory.is_excluded = self.is_excluded(parent, path, true);
        if !directory.is_excluded && directory.is_real {
            directory.is_real = self.top.join(path).symlink_metadata().map_or(true, |found| found.is_dir());
            directory = self.with_own_rules(directory, path);
        }
        let directory = Arc::new(directory);
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        directories.insert(path.into(), Arc::clone(&directory));
        directory
    }

    fn with_own_rules(&self, mut directory: Directory, path: &str) -> Directory {
        let own = directory.is_real.then(|| self.own_rules(path)).flatten();
        let above: usize = directory.rules.iter().map(|rules| rules.patterns.len()).sum();
        if let Some(own) = own.filter(|own| above + own.patterns.len() <= RULES_MAX) {
            directory.rules = directory.rules.iter().cloned().chain([own]).collect();
        }
        directory
    }

    fn own_rules(&self, directory: &str) -> Option<Arc<Rules>> {
        let base = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let path = format!("{base}.gitignore");
        let place = self.top.join(&path);
        let bytes = match self.tracked.unchecked_rules(&path) {
            Some(id) if place.symlink_metadata().is_err() => self.object(id)?,
            _ => read_bounded(&place, RULES_BYTES_MAX)?,
        };
        parse(&bytes, &base)
    }

    fn object(&self, id: gix::ObjectId) -> Option<Vec<u8>> {
        self.store.with(|repository| {
            let is_small = repository.find_header(id).ok()?.size() <= RULES_BYTES_MAX;
            is_small.then(|| repository.find_blob(id).ok().map(|mut blob| blob.take_data())).flatten()
        })
    }
}

/// The rules in a file; none when it holds none. `base` is where they apply,
/// empty or with a slash at its end.
fn parse(bytes: &[u8], base: &str) -> Option<Arc<Rules>> {
    let patterns = Ignore::default().bytes_to_patterns(bytes, Path::new(""));
    let base = (!base.is_empty()).then(|| BString::from(base));
    (!patterns.is_empty()).then(|| Arc::new(Rules { patterns, source: None, base }))
}

fn case(repository: &gix::Repository) -> Case {
    let config = repository.config_snapshot();
    match config.plumbing().boolean("core.ignoreCase") {
        Ok(Some(true)) => Case::Fold,
        _ => Case::Sensitive,
    }
}
