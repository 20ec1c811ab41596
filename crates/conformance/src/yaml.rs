//! Suite `yaml`: what go-yaml v2, v3 and `encoding/json` make of a text,
//! against `seatrial-yaml`: values, and how they are printed.

mod ours;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Disagreement, Family, Options, Report, Suite, json};

pub(crate) const SUITE: Suite =
    Suite { name: "yaml", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/yaml"), run };

/// Recorded values may be nested so deeply that reading, comparing and
/// dropping them recursively needs more than the usual stack.
const STACK_BYTES: usize = 512 << 20;

/// How much of an input or answer `--list` prints.
const SHOWN_CHARS: usize = 2_000;

/// The library whose behaviour a row records.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dialect {
    GoYaml2,
    GoYaml3,
    Json,
}

/// One recorded answer. Without `values` only the verdict is compared, without
/// `emitted` no printed text.
#[derive(Deserialize)]
struct Row {
    id: String,
    dialect: Dialect,
    input: Option<String>,
    sha256: Option<String>,
    ok: bool,
    values: Option<Vec<Value>>,
    emitted: Option<String>,
    error: Option<String>,
}

/// What is in a stream, or why it is refused.
type Answer = Result<Read, String>;

/// The values of a stream, and the same printed again if that is compared.
struct Read {
    values: Vec<Value>,
    emitted: Option<String>,
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let options = options.clone();
    let work = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || compare_all(&options))?;
    work.join().expect("a panic of the parser is caught where it is asked")
}

fn compare_all(options: &Options) -> anyhow::Result<Report> {
    let files = row_files(&options.dir)?;
    if files.is_empty() {
        bail!("no *.jsonl in {}", options.dir.display());
    }
    let families: anyhow::Result<_> =
        files.iter().map(|file| compare_file(file, options.inputs.as_deref())).collect();
    Ok(Report { suite: SUITE.name, families: families? })
}

/// The files with rows in a folder, by name.
pub(crate) fn row_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn compare_file(path: &Path, inputs: Option<&Path>) -> anyhow::Result<Family> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut family = Family::new(path.file_stem().unwrap_or_default().to_string_lossy());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Row = json::read(line).with_context(|| format!("{}:{}", path.display(), index + 1))?;
        match row.input_bytes(inputs)? {
            Some(input) => family.count(compare(&row, &input)),
            None => family.not_run += 1,
        }
    }
    Ok(family)
}

impl Row {
    /// The input as recorded, or from the folder of inputs, where its hash
    /// must be the recorded one.
    fn input_bytes(&self, inputs: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
        if let Some(input) = &self.input {
            return Ok(Some(input.clone().into_bytes()));
        }
        let Some(inputs) = inputs else {
            return Ok(None);
        };
        let path = inputs.join(&self.id).join("in.yaml");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if self.sha256.as_deref() != Some(&hash(&bytes)) {
            bail!("{} is not the file that was recorded", path.display());
        }
        Ok(Some(bytes))
    }

    fn agrees(&self, ours: &Answer) -> bool {
        match (ours, &self.values) {
            (Err(_), _) => !self.ok,
            (Ok(_), _) if !self.ok => false,
            (Ok(_), None) => true,
            (Ok(ours), Some(recorded)) => same_values(&ours.values, recorded) && ours.emitted == self.emitted,
        }
    }

    fn recorded(&self) -> String {
        match &self.values {
            Some(values) => shown_read(values, self.emitted.as_deref()),
            None if self.ok => "accepted".to_owned(),
            None => format!("refused: {}", self.error.as_deref().unwrap_or("no reason recorded")),
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn compare(row: &Row, input: &[u8]) -> Option<Disagreement> {
    let ours = ours::answer(row.dialect, input, row.emitted.is_some());
    if ours.as_ref().is_ok_and(|ours| row.agrees(ours)) {
        return None;
    }
    Some(Disagreement {
        id: row.id.clone(),
        input: shown(&format!("{:?}", String::from_utf8_lossy(input))),
        recorded: shown(&row.recorded()),
        ours: shown(&match ours {
            Ok(Ok(read)) => shown_read(&read.values, read.emitted.as_deref()),
            Ok(Err(reason)) => format!("refused: {reason}"),
            Err(crash) => crash,
        }),
    })
}

fn same_values(ours: &[Value], recorded: &[Value]) -> bool {
    ours.len() == recorded.len()
        && ours.iter().zip(recorded).all(|(ours, recorded)| json::same(ours, recorded))
}

fn shown_read(values: &[Value], emitted: Option<&str>) -> String {
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    match emitted {
        Some(text) => format!("[{}] printed {text:?}", texts.join(", ")),
        None => format!("[{}]", texts.join(", ")),
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
