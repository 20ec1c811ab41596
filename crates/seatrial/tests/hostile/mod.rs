//! Trees made to hurt, what must come of them, and what they may cost. The
//! cases are `cases/*.toml`; a test of the binary runs them all, and
//! `conformance -- hostile` prints what each one took.

mod expect;
mod measure;
mod recipe;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use recipe::Content;

/// What stands beside every case and must be judged as if it stood alone.
const NEIGHBOUR: (&str, &str) = ("neighbour/web.yaml", include_str!("neighbour.yaml"));

/// One hostile tree, and what must come of it. A finding is written
/// `check path | words`, a skip `code path | words`; the words stand in its
/// sentences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it is, in words; also how it is found.
    pub(crate) name: String,
    /// The files by path.
    files: BTreeMap<String, Content>,
    /// Whether the tree is a git repository.
    #[serde(default)]
    git: bool,
    /// Further words for the command line.
    #[serde(default)]
    args: Vec<String>,
    /// Findings that must be there.
    #[serde(default)]
    findings: Vec<String>,
    /// Skips that must be there.
    #[serde(default)]
    skipped: Vec<String>,
    /// Whether no error may be found outside the neighbour.
    #[serde(default)]
    harmless: bool,
    /// The exit code; 1, for the neighbour's flaw, without it.
    #[serde(default = "one")]
    code: i32,
    /// Words that must be said on stderr.
    #[serde(default)]
    stderr: Vec<String>,
    /// Words that may stand in no output.
    #[serde(default)]
    never: Vec<String>,
}

fn one() -> i32 {
    1
}

/// What became of a case.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From start to end.
    pub(crate) elapsed: Duration,
    /// Most memory at any time in KiB; none where nobody knows.
    pub(crate) peak_kib: Option<u64>,
    /// What a person is told about it, shortened.
    pub(crate) told: String,
    /// What is not as it must be.
    pub(crate) wrong: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

/// The cases of a folder by the name of their file, in the order in which they
/// are written.
pub(crate) fn tables(directory: &Path) -> Vec<(String, Vec<Case>)> {
    let entries = fs::read_dir(directory).expect("the cases are there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), table(path).case)).collect()
}

fn table(path: &Path) -> Table {
    let text = fs::read_to_string(path).expect("a table can be read");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Case {
    /// Makes the tree, runs the binary on it and looks at what it says.
    pub(crate) fn run(&self, program: &Path, deadline: Duration) -> Outcome {
        let place = tempfile::tempdir().expect("a directory can be made");
        let tree = place.path().join("tree");
        recipe::write(&tree, NEIGHBOUR.0, &Content::Text(NEIGHBOUR.1.to_owned()));
        for (path, content) in &self.files {
            recipe::write(&tree, path, content);
        }
        if self.git {
            recipe::init_git(&tree);
        }
        let run = measure::run(program, &tree, place.path(), &self.args, deadline);
        let wrong = expect::compare(self, &run, NEIGHBOUR.0);
        Outcome { elapsed: run.elapsed, peak_kib: run.peak_kib, told: expect::told(self, &run), wrong }
    }
}
