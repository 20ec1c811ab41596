//! Where what was fetched is kept, and trees that are read together with it.

use std::env;
use std::path::{Path, PathBuf};

use seatrial_render::fetched::Fetched;
use seatrial_source::{DiskFiles, Files, TreePath};

use crate::failure::Failure;

/// The cache that was asked for, else the one of this user; none where nothing
/// says who that is.
pub(crate) fn directory(given: Option<&Path>) -> Option<PathBuf> {
    // A relative path in these variables is to be passed over.
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let own = || {
        let home = || absolute("HOME").map(|home| home.join(".cache"));
        absolute("XDG_CACHE_HOME").or_else(home).or_else(|| absolute("LOCALAPPDATA"))
    };
    given.map(ToOwned::to_owned).or_else(|| Some(own()?.join("seatrial")))
}

/// The files of a cache, where there is one already.
pub(crate) fn files(given: Option<&Path>) -> Option<Box<dyn Files>> {
    let files = DiskFiles::open(&directory(given)?).ok()?;
    Some(Box::new(files))
}

/// A tree together with what its lock file names.
pub(crate) fn with_fetched(
    files: Box<dyn Files>,
    root: &TreePath,
    cache: Option<&Path>,
) -> Result<Box<dyn Files>, Failure> {
    let fetched = Fetched::open(files, root, self::files(cache));
    let fetched = fetched.map_err(|error| Failure::new(error).hint("`seatrial fetch` writes it anew"))?;
    Ok(Box::new(fetched))
}
