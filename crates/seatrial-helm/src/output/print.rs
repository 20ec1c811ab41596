//! The bytes of `helm template`, and where in the rendered files they are.

use std::ops::Range;

use super::Manifest;
use super::split::split;
use crate::chart::path_match;
use crate::render::{Rendered, RenderedFile};

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Show {
    /// `--include-crds`
    pub include_crds: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--show-only`, as often as it is given.
    pub show_only: Vec<String>,
}

/// The text of standard output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The text.
    pub text: String,
    /// What in it comes from which file, in order.
    pub parts: Vec<OutputPart>,
}

/// A stretch of the output that stands so in a rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPart {
    /// Its place in the output.
    pub range: Range<usize>,
    /// The file, by its index.
    pub file: usize,
    /// Where it begins in the file's text.
    pub start: usize,
}

/// What is shown of one file.
struct Document<'a> {
    path: &'a str,
    file: usize,
    range: Range<usize>,
    text: &'a str,
}

impl Rendered {
    /// What `helm template` prints when nothing is wrong. An error says which
    /// of the templates to show is not there.
    pub fn output(&self, show: &Show) -> Result<Output, String> {
        let (installed, hooks) = (self.installed(show), self.hooks_shown(show));
        let mut output = Output::with_room_for(installed.iter().chain(&hooks));
        for document in &installed {
            output.document(document);
        }
        output.trim();
        for document in &hooks {
            output.document(document);
        }
        if show.show_only.is_empty() {
            return Ok(output);
        }
        output.only(&show.show_only, self.helm.switches().splits_at_lines)
    }

    /// The stretches that make the text of [`Rendered::output`], for who needs
    /// no copy of it; none where not all templates are shown.
    pub fn stretches(&self, show: &Show) -> Option<Vec<&str>> {
        let (mut installed, hooks) = (self.installed(show), self.hooks_shown(show));
        let last = installed.last_mut()?;
        last.text = last.text.trim_end();
        if last.text.is_empty() || !show.show_only.is_empty() {
            return None;
        }
        let documents = installed.iter().chain(&hooks);
        Some(documents.flat_map(|it| [HEAD, it.path, "\n", it.text, "\n"]).collect())
    }

    fn installed<'a>(&'a self, show: &Show) -> Vec<Document<'a>> {
        let crds = self.files.iter().enumerate().filter(|(_, file)| show.include_crds && file.is_crd);
        let crds = crds.map(|(at, file)| self.document(at, 0..file.text.len()));
        crds.chain(self.manifests.iter().map(|it| self.document(it.file, it.range.clone()))).collect()
    }

    fn hooks_shown<'a>(&'a self, show: &Show) -> Vec<Document<'a>> {
        let is_test = |it: &&Manifest| it.hook.as_ref().is_some_and(super::Hook::is_test);
        let hooks = self.hooks.iter().filter(|it| !(show.no_hooks || show.skip_tests && is_test(it)));
        hooks.map(|it| self.document(it.file, it.range.clone())).collect()
    }

    fn document(&self, file: usize, range: Range<usize>) -> Document<'_> {
        let RenderedFile { path, text, .. } = &self.files[file];
        Document { path, file, text: &text[range.clone()], range }
    }
}

/// What stands before the path of each document.
const HEAD: &str = "---\n# Source: ";

impl Output {
    /// With room for all that may be shown, so that it never moves.
    fn with_room_for<'a>(documents: impl Iterator<Item = &'a Document<'a>>) -> Self {
        let room = documents.map(|it| HEAD.len() + it.path.len() + it.text.len() + "\n\n".len()).sum();
        Self { text: String::with_capacity(room), parts: Vec::new() }
    }

    fn document(&mut self, document: &Document<'_>) {
        self.text.push_str(HEAD);
        self.text.push_str(document.path);
        self.text.push('\n');
        self.piece(document.file, document.range.start, document.text);
        self.text.push('\n');
    }

    fn piece(&mut self, file: usize, start: usize, text: &str) {
        let from = self.text.len();
        self.text.push_str(text);
        self.parts.push(OutputPart { range: from..self.text.len(), file, start });
    }

    /// Takes blanks off the end, and ends the last line.
    fn trim(&mut self) {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        for part in self.parts.iter_mut().rev().take_while(|part| part.range.end > end) {
            part.range.end = end.max(part.range.start);
        }
        self.text.push('\n');
    }

    /// The documents whose source matches one of the patterns, by pattern.
    fn only(&self, patterns: &[String], at_lines: bool) -> Result<Self, String> {
        let documents = split(&self.text, at_lines);
        let mut shown = Self::default();
        for pattern in patterns {
            let mut is_missing = true;
            for range in &documents {
                let Some(source) = source_of(&self.text[range.clone()]) else { continue };
                if path_match(pattern, source) == Ok(true) {
                    is_missing = false;
                    shown.take(self, range);
                }
            }
            if is_missing {
                return Err(format!("could not find template {pattern} in chart"));
            }
        }
        Ok(shown)
    }

    fn take(&mut self, from: &Self, range: &Range<usize>) {
        self.text.push_str("---\n");
        let base = self.text.len();
        for part in &from.parts {
            let start = part.range.start.max(range.start);
            let end = part.range.end.min(range.end);
            if start < end {
                let moved = base + start - range.start..base + end - range.start;
                let start = part.start + (start - part.range.start);
                self.parts.push(OutputPart { range: moved, file: part.file, start });
            }
        }
        self.text.push_str(&from.text[range.clone()]);
        self.text.push('\n');
    }
}

/// The path behind `# Source: CHART/`.
fn source_of(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let at = rest.find("# Source: ")?;
        rest = &rest[at + 10..];
        let line = rest.split('\n').next().unwrap_or(rest);
        // The chart's name has no slash, but may run over lines.
        let slash = rest.find('/')?;
        if slash > 0 && slash < line.len() && slash + 1 < line.len() {
            return Some(&line[slash + 1..]);
        }
    }
}
