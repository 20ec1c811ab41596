//! What programs that render print, against our crates: recorded answers, or
//! the real program run beside ours on a list of arguments.

mod chance;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, parse};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{Disagreement, Family, Options, Report, json, yaml};

/// How often ours is asked again, to see what is drawn: one draw of a small
/// number may come out as before.
const DRAWS: u64 = 3;

/// How much of an output `--list` prints.
const SHOWN_BYTES: usize = 600;

/// One recorded answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) tool: String,
    #[serde(default)]
    pub(crate) root: String,
    pub(crate) args: Vec<String>,
    pub(crate) ok: bool,
    #[serde(default)]
    pub(crate) stdout: String,
    #[serde(default)]
    pub(crate) error: Option<String>,
}

/// What a program makes of its arguments.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What it prints, or why it prints nothing.
    pub(crate) text: Result<String, String>,
    pub(crate) took: Duration,
}

/// Our answer where what is drawn comes out otherwise, by the number of the draw.
type Redraw = fn(&Path, &str, &[String], u64) -> Answer;

/// A program that renders, and ours in its place.
pub(crate) struct Renderer {
    /// The name of the suite.
    pub(crate) suite: &'static str,
    /// What the program calls rendering: `template`, `build`.
    pub(crate) command: &'static str,
    /// Ours: the folder that paths are read from, the tool, its arguments.
    pub(crate) answer: fn(&Path, &str, &[String]) -> Answer,
    /// The same where what is drawn comes out otherwise, by the number of the
    /// draw; none where nothing is drawn.
    pub(crate) redraw: Option<Redraw>,
}

impl Renderer {
    /// Compares recorded answers with ours, or the program itself.
    pub(crate) fn run(&self, options: &Options) -> anyhow::Result<Report> {
        if let (Some(program), Some(list)) = (&options.against, &options.list_file) {
            return self.against(program, list);
        }
        let files = yaml::row_files(&options.dir)?;
        if files.is_empty() {
            bail!("no *.jsonl in {}", options.dir.display());
        }
        let mut families = Vec::new();
        for path in files {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let mut tally = Tally::new(path.file_stem().unwrap_or_default().to_string_lossy());
            for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let row: Row =
                    json::read(line).with_context(|| format!("{}:{}", path.display(), index + 1))?;
                let ours = (self.answer)(&options.dir.join(&row.root), &row.tool, &row.args);
                tally.count(&row, &ours);
            }
            families.push(tally.finish());
        }
        Ok(Report { suite: self.suite, families })
    }

    /// Compares answers that are at hand with ours, paths being read from `root`.
    pub(crate) fn rows(&self, name: &str, root: &Path, rows: &[Row]) -> Report {
        let mut tally = Tally::new(name);
        for row in rows {
            tally.count(row, &(self.answer)(&root.join(&row.root), &row.tool, &row.args));
        }
        Report { suite: self.suite, families: vec![tally.finish()] }
    }

    /// The real program and ours on the same arguments, one JSON array a line.
    fn against(&self, program: &Path, list: &Path) -> anyhow::Result<Report> {
        let text = fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
        let version = Command::new(program).args(["version", "--short"]).output();
        let tool =
            version.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned()).unwrap_or_default();
        let mut tally = Tally::new(list.file_stem().unwrap_or_default().to_string_lossy());
        let (mut theirs, mut own) = (Duration::ZERO, Duration::ZERO);
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let args: Vec<String> =
                json::read(line).with_context(|| format!("{}:{}", list.display(), index + 1))?;
            let recorded = self.real(program, &args)?;
            theirs += recorded.took;
            let row = Row {
                id: format!("line {}: {}", index + 1, args.join(" ")),
                tool: tool.clone(),
                root: String::new(),
                args,
                ok: recorded.text.is_ok(),
                error: recorded.text.as_ref().err().cloned(),
                stdout: recorded.text.unwrap_or_default(),
            };
            let ours = (self.answer)(&PathBuf::from("."), &row.tool, &row.args);
            own += ours.took;
            if self.is_chance(&row, &ours) {
                tally.chance += 1;
                tally.family.compared += 1;
            } else {
                tally.count(&row, &ours);
            }
        }
        tally
            .family
            .notes
            .push(format!("time: {theirs:.1?} theirs, with the start of the program; {own:.1?} ours"));
        Ok(Report { suite: self.suite, families: vec![tally.finish()] })
    }

    /// Whether ours differs in nothing but what is drawn: what becomes something
    /// else when our own seed and clock do.
    fn is_chance(&self, row: &Row, ours: &Answer) -> bool {
        let (Some(redraw), Ok(text)) = (self.redraw, &ours.text) else { return false };
        if !row.ok || *text == row.stdout {
            return false;
        }
        let again = |draw| redraw(&PathBuf::from("."), &row.tool, &row.args, draw).text.ok();
        let draws: Option<Vec<String>> = (1..=DRAWS).map(again).collect();
        draws.is_some_and(|draws| chance::is_all(&row.stdout, text, &draws))
    }

    fn real(&self, program: &Path, args: &[String]) -> anyhow::Result<Answer> {
        let is_complete = args.first().is_some_and(|it| it == self.command);
        let start = Instant::now();
        let output = Command::new(program)
            .args((!is_complete).then_some(self.command))
            .args(args)
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let took = start.elapsed();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let text = if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) };
        Ok(Answer { text, took })
    }
}

/// The cases of one file.
struct Tally {
    family: Family,
    /// How many differ in what is drawn by chance, and nothing else.
    chance: usize,
    same_objects: usize,
    printed: usize,
    same_words: usize,
    refused: usize,
}

impl Tally {
    fn new(name: impl Into<String>) -> Self {
        Self { family: Family::new(name), chance: 0, same_objects: 0, printed: 0, same_words: 0, refused: 0 }
    }

    fn count(&mut self, row: &Row, ours: &Answer) {
        let agrees = match &ours.text {
            Ok(text) => row.ok && *text == row.stdout,
            Err(_) => !row.ok,
        };
        if row.ok {
            self.printed += 1;
            let is_same = |text: &String| *text == row.stdout || same_objects(text, &row.stdout);
            self.same_objects += usize::from(ours.text.as_ref().is_ok_and(is_same));
        } else if let Some(error) = &row.error {
            self.refused += 1;
            self.same_words += usize::from(ours.text.as_ref().is_err_and(|it| same_words(it, error)));
        }
        self.family.count((!agrees).then(|| disagreement(row, ours)));
    }

    fn finish(self) -> Family {
        let Self { mut family, chance, same_objects, printed, same_words, refused } = self;
        if chance > 0 {
            family.notes.push(format!("same but for what is drawn by chance: {chance}"));
        }
        family.notes.push(format!("same objects: {same_objects} of {printed}"));
        if refused > 0 {
            family.notes.push(format!("same words: {same_words} of {refused}"));
        }
        family
    }
}

/// Whether two texts hold the same documents, whatever their order and form.
fn same_objects(one: &str, other: &str) -> bool {
    match (documents(one), documents(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The documents as JSON with sorted keys, sorted; none where one does not parse.
fn documents(text: &str) -> Option<Vec<String>> {
    let mut found: Vec<String> = trees(text)?.iter().map(ToString::to_string).collect();
    found.retain(|it| it != "null");
    found.sort();
    Some(found)
}

/// The documents as JSON; none where one does not parse.
fn trees(text: &str) -> Option<Vec<Json>> {
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let value = |root: Node<'_>| json::read::<Json>(&root.to_json()).ok();
    if stream.is_accepted() { stream.roots().map(value).collect() } else { None }
}

/// Whether two messages say the same: the last lines that begin with `Error:`,
/// with what follows, in any order.
fn same_words(ours: &str, theirs: &str) -> bool {
    let words = |text: &str| {
        let text = text.rfind("Error: ").map_or(text, |at| &text[at + 7..]);
        let mut lines: Vec<String> = text.lines().map(|it| it.trim().to_owned()).collect();
        lines.retain(|it| !it.is_empty());
        lines.sort();
        lines
    };
    words(ours) == words(theirs)
}

fn disagreement(row: &Row, ours: &Answer) -> Disagreement {
    let (recorded, own) = match &ours.text {
        Ok(text) if row.ok => first_difference(&row.stdout, text),
        Ok(text) => (refused(row.error.as_deref()), shown(text)),
        Err(error) => (if row.ok { shown(&row.stdout) } else { String::new() }, refused(Some(error))),
    };
    let input = Json::from(row.args.clone()).to_string();
    Disagreement { id: row.id.clone(), input: format!("{} {input}", row.root), recorded, ours: own }
}

fn refused(error: Option<&str>) -> String {
    format!("refused: {}", shown(error.unwrap_or_default()))
}

/// Both texts from a little before the first byte that differs.
fn first_difference(one: &str, other: &str) -> (String, String) {
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let from = one.get(..at).map_or(0, |it| it.rfind("\n---").unwrap_or(0).max(at.saturating_sub(200)));
    let tail = |text: &str| {
        let mut from = from.min(text.len());
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        format!("byte {at}: {}", shown(&text[from..]))
    };
    (tail(one), tail(other))
}

fn shown(text: &str) -> String {
    let mut end = text.len().min(SHOWN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{:?}", &text[..end])
}
