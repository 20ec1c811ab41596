//! Suite `apiserver`: what kube-apiserver answered to requests, against
//! `seatrial-schema`: accepted or refused, why, and the object it returned.

mod rates;
mod row;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, bail};
use flate2::read::GzDecoder;

use crate::{Disagreement, Family, Options, Report, Suite, json};
use rates::{Agreement, Rates};
use row::Row;

pub(crate) const SUITE: Suite =
    Suite { name: "apiserver", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/apiserver"), run };

/// Recorded objects may be nested so deeply that reading them recursively needs
/// more than the usual stack.
const STACK_BYTES: usize = 64 << 20;

/// How much of an input or answer `--list` prints.
const SHOWN_CHARS: usize = 4_000;

fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = options.dir.clone();
    let work = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || compare_all(&dir))?;
    work.join().expect("a panic is caught where a request is answered")
}

fn compare_all(dir: &Path) -> anyhow::Result<Report> {
    let files = row_files(dir)?;
    if files.is_empty() {
        bail!("no *.jsonl.gz and no *.jsonl in {}", dir.display());
    }
    let mut all = Rates::default();
    let mut families = Vec::new();
    for file in &files {
        families.push(compare_file(file, &mut all)?);
    }
    if let Some(last) = families.last_mut() {
        last.notes.extend(all.by_kind());
        last.notes.extend(all.lines(""));
    }
    Ok(Report { suite: SUITE.name, families })
}

fn row_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if [".jsonl", ".jsonl.gz"].iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn compare_file(path: &Path, all: &mut Rates) -> anyhow::Result<Family> {
    let context = || format!("cannot read {}", path.display());
    let file = fs::File::open(path).with_context(context)?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let text =
        if packed { std::io::read_to_string(GzDecoder::new(file)) } else { std::io::read_to_string(file) };
    let text = text.with_context(context)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut family = Family::new(name.split('.').next().unwrap_or_default());
    let mut rates = Rates::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Row<'_> = json::read(line).with_context(|| format!("{}:{}", path.display(), index + 1))?;
        let (agreement, ours) = compare(&row);
        rates.count(&row.kind, agreement);
        all.count(&row.kind, agreement);
        family.count((!agreement.whole()).then(|| Disagreement {
            id: format!("{} {} {}: {}", row.id, row.kind, agreement.wrong(), row.mutation),
            input: shown(row.shown_input()),
            recorded: shown(&row.shown_answer()),
            ours: shown(&ours),
        }));
    }
    family.notes = rates.lines("  ");
    Ok(family)
}

/// What agrees, and our answer in words.
fn compare(row: &Row<'_>) -> (Agreement, String) {
    match catch_unwind(AssertUnwindSafe(|| row.ask())) {
        Ok(ours) => (row.agreement(&ours), row::shown_answer(&ours)),
        Err(_) => (Agreement::crash(), "a panic".to_owned()),
    }
}

/// One line of bounded length.
fn shown(text: &str) -> String {
    let line = text.replace('\n', "\\n");
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{} … ({} bytes)", &line[..end], line.len()),
        None => line,
    }
}
