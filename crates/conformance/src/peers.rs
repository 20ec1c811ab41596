//! Suite `peers`: tables of versions that were or will be removed, as other
//! programs and upstream itself keep them, against `seatrial_schema::removed`.
//! The folder is a clone of one of them or holds several; each is known by a
//! file of its own.

mod guide;
mod kubent;
mod lifecycle;
mod manifests;
mod pluto;
mod row;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::{Options, Report, Suite};
use table::{Table, Upstream};

pub(crate) const SUITE: Suite =
    Suite { name: "peers", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/peers"), run };

/// Reads the clone of one program; none if the folder is no such clone.
type Reader = fn(&Path) -> anyhow::Result<Vec<Table>>;

const READERS: [Reader; 4] = [guide::tables, kubent::tables, lifecycle::tables, pluto::tables];

fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = &options.dir;
    let mut tables = Vec::new();
    for folder in std::iter::once(dir.clone()).chain(folders(dir)?) {
        for reader in READERS {
            tables.extend(reader(&folder)?);
        }
    }
    if tables.is_empty() {
        bail!("no table of versions in {}", dir.display());
    }
    table::drop_old_plans(&mut tables);
    let upstream = Upstream::of(&tables);
    Ok(Report { suite: SUITE.name, families: tables.into_iter().map(|it| it.compare(&upstream)).collect() })
}

fn folders(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let mut folders: Vec<_> = paths.into_iter().filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// A file's text; none if there is no such file.
fn text_of(path: &Path) -> anyhow::Result<Option<String>> {
    if !path.is_file() {
        return Ok(None);
    }
    fs::read_to_string(path).map(Some).with_context(|| format!("cannot read {}", path.display()))
}

/// The files below a folder with one of the endings, sorted.
fn files_below(dir: &Path, endings: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() && endings.iter().any(|it| path.to_string_lossy().ends_with(it)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
