//! Suite `edits`: what `seatrial_yaml::edit` does with the files of any tree.
//! A fixed choice of operations is tried on every file that is accepted; what
//! should come out is worked out apart, on JSON values and on lines.
//!
//! A refusal is no disagreement; refusals are counted by their reason.

mod choice;
mod lines;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, bail};
use seatrial_source::FileId;
use seatrial_yaml::edit::{Edit, Operation, apply, edit};
use seatrial_yaml::{Dialect, Limits, Stream, parse};

use crate::{Disagreement, Family, Options, Report, Suite};
use choice::Trial;

pub(crate) const SUITE: Suite =
    Suite { name: "edits", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/edits"), run };

/// Values of real files may be nested so deeply that comparing them needs more
/// than the usual stack.
const STACK_BYTES: usize = 256 << 20;

/// Larger files are left out; they cost much and show nothing new.
const BYTES_MAX: u64 = 2 << 20;

/// A small set is tried in several rounds, so that every place gets most kinds
/// of operations.
const FEW_FILES: usize = 100;
const ROUNDS: usize = 30;

fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = options.dir.clone();
    let work = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || try_all(&dir))?;
    work.join().expect("the suite does not panic")
}

fn try_all(dir: &Path) -> anyhow::Result<Report> {
    let files = files_below(dir)?;
    if files.is_empty() {
        bail!("no *.yaml, *.yml or *.json below {}", dir.display());
    }
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut total = Counts::default();
    let rounds = if files.len() <= FEW_FILES { ROUNDS } else { 1 };
    for (number, path) in files.iter().enumerate() {
        let place = path.strip_prefix(dir).unwrap_or(path);
        let name =
            place.components().next().map_or(String::new(), |it| it.as_os_str().to_string_lossy().into());
        let family = families.entry(name).or_insert_with_key(|name| Family::new(name.as_str()));
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let file = File { place: &place.display().to_string(), text: &text, seed: number, rounds };
        total += file.run(family);
    }
    let mut families: Vec<Family> = families.into_values().collect();
    if let Some(last) = families.last_mut() {
        last.notes = total.lines(files.len());
    }
    Ok(Report { suite: SUITE.name, families })
}

fn files_below(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let entries = fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))?;
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
            if kind.is_dir() && entry.file_name() != ".git" {
                open.push(path);
            } else if kind.is_file()
                && ["yaml", "yml", "json"].contains(&ending)
                && entry.metadata()?.len() <= BYTES_MAX
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What became of the operations.
#[derive(Default)]
struct Counts {
    accepted: usize,
    operations: usize,
    done: usize,
    unneeded: usize,
    undone: usize,
    refused: BTreeMap<String, usize>,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.operations += other.operations;
        self.done += other.done;
        self.unneeded += other.unneeded;
        self.undone += other.undone;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
    }
}

impl Counts {
    fn lines(&self, files: usize) -> Vec<String> {
        let refused: usize = self.refused.values().sum();
        let mut lines = vec![
            format!(
                "{files} files, {} readings of them accepted, {} operations",
                self.accepted, self.operations
            ),
            format!("{} done, {} not needed, {refused} refused", self.done, self.unneeded),
            format!("{} additions taken away again, with the bytes of before", self.undone),
        ];
        let mut reasons: Vec<_> = self.refused.iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), *reason));
        lines.extend(reasons.iter().map(|(reason, count)| format!("refused {count}: {reason}")));
        lines
    }
}

/// One file and how it is tried.
struct File<'a> {
    place: &'a str,
    text: &'a str,
    seed: usize,
    rounds: usize,
}

impl File<'_> {
    fn run(&self, family: &mut Family) -> Counts {
        let mut counts = Counts::default();
        let is_json = Path::new(self.place).extension().is_some_and(|it| it == "json");
        let other = if is_json { Dialect::Json } else { Dialect::GoYaml3 };
        for (turn, dialect) in [Dialect::GoYaml2, other].into_iter().enumerate() {
            let stream = read(self.text, dialect);
            if !stream.is_accepted() {
                continue;
            }
            counts.accepted += 1;
            let values = values::of(&stream);
            for trial in choice::trials(&stream, self.seed + turn, self.rounds) {
                counts.operations += 1;
                let attempt = Attempt { stream: &stream, values: &values, trial: &trial };
                let wrong = attempt.run(&mut counts);
                family.count(wrong.map(|wrong| Disagreement {
                    id: format!("{} {dialect:?} {}", self.place, trial.document),
                    input: format!("{:?}", trial.operation),
                    recorded: "only the field differs".to_owned(),
                    ours: wrong,
                }));
            }
        }
        counts
    }
}

fn read(text: &str, dialect: Dialect) -> Stream {
    parse(FileId(0), text.into(), dialect, &Limits::default())
}

/// One operation on one reading of a file.
struct Attempt<'a> {
    stream: &'a Stream,
    values: &'a [serde_json::Value],
    trial: &'a Trial,
}

type Edits = Result<Vec<Edit>, String>;

impl Attempt<'_> {
    /// What is wrong with the answer, if anything.
    fn run(&self, counts: &mut Counts) -> Option<String> {
        let edits = match edits_of(self.stream, self.trial.document, &self.trial.operation) {
            Ok(edits) => edits,
            Err(reason) => {
                *counts.refused.entry(reason).or_default() += 1;
                return None;
            }
        };
        if edits.is_empty() {
            counts.unneeded += 1;
        } else {
            counts.done += 1;
        }
        self.wrong(&edits, counts).err()
    }

    fn wrong(&self, edits: &[Edit], counts: &mut Counts) -> Result<(), String> {
        let text = apply(self.stream.text(), edits).ok_or("the edits do not fit together")?;
        let after = read(&text, self.stream.dialect());
        if !after.is_accepted() {
            return Err("the result is not accepted".to_owned());
        }
        let mut expected = self.values.to_vec();
        values::change(&mut expected[self.trial.document], &self.trial.operation)?;
        let found = values::of(&after);
        if !values::same(&expected, &found) {
            return Err(format!("the values differ: {}", lines::shown(&text, edits)));
        }
        lines::check(self.stream, &after, edits, &self.trial.operation)
            .map_err(|wrong| format!("{wrong}: {}", lines::shown(&text, edits)))?;
        self.again(&after)?;
        counts.undone += usize::from(self.back(&after, edits)?);
        Ok(())
    }

    /// The same once more changes nothing.
    fn again(&self, after: &Stream) -> Result<(), String> {
        if !self.trial.repeats {
            return Ok(());
        }
        match edits_of(after, self.trial.document, &self.trial.operation) {
            Ok(edits) if edits.is_empty() => Ok(()),
            Ok(_) => Err("a second time changes the text again".to_owned()),
            Err(reason) => Err(format!("a second time is refused: {reason}")),
        }
    }

    /// What was added to what was there goes without a trace, unless it stands
    /// at an end without a line break: that may get one.
    fn back(&self, after: &Stream, edits: &[Edit]) -> Result<bool, String> {
        let text = self.stream.text();
        let is_end = |edit: &Edit| edit.span.end as usize == text.len();
        let returns = self.trial.returns && (text.ends_with('\n') || !edits.iter().any(is_end));
        let (Operation::Insert { path, .. }, true) = (&self.trial.operation, returns) else {
            return Ok(false);
        };
        let remove = Operation::Remove { path: path.clone() };
        let edits = edits_of(after, self.trial.document, &remove)
            .map_err(|reason| format!("what was added does not go: {reason}"))?;
        if apply(after.text(), &edits).as_deref() == Some(&**self.stream.text()) {
            return Ok(true);
        }
        Err("what was added leaves a trace".to_owned())
    }
}

fn edits_of(stream: &Stream, document: usize, operation: &Operation) -> Edits {
    let root = stream.document_root(document).ok_or("the document is gone")?;
    edit(root, operation).map_err(|refusal| refusal.reason)
}
