//! The bytes of `helm template`, and where in the rendered files they are.

use std::ops::Range;

use super::Manifest;
use super::split::split;
use crate::chart::path_match;
use crate::render::Rendered;

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

impl Rendered {
    /// What `helm template` prints when nothing is wrong. An error says which
    /// of the templates to show is not there.
    pub fn output(&self, show: &Show) -> Result<Output, String> {
        let mut output = Output::with_room_for(self, show);
        if show.include_crds {
            for (index, file) in self.files.iter().enumerate().filter(|(_, file)| file.is_crd) {
                output.document(&file.path, index, &(0..file.text.len()), &file.text);
            }
        }
        for manifest in &self.manifests {
            output.manifest(self, manifest);
        }
        output.trim();
        if !show.no_hooks {
            for manifest in &self.hooks {
                let is_test = manifest.hook.as_ref().is_some_and(super::Hook::is_test);
                if !(show.skip_tests && is_test) {
                    output.manifest(self, manifest);
                }
            }
        }
        if show.show_only.is_empty() {
            return Ok(output);
        }
        output.only(&show.show_only, self.helm.switches().splits_at_lines)
    }
}

impl Output {
    /// With room for all that may be shown, so that it never moves.
    fn with_room_for(rendered: &Rendered, show: &Show) -> Self {
        let head = |path: &str| path.len() + "---\n# Source: \n\n".len();
        let manifests = rendered.manifests.iter().chain(&rendered.hooks);
        let manifests = manifests.map(|it| head(&rendered.files[it.file].path) + it.range.len());
        let files = rendered.files.iter().filter(|it| show.include_crds && it.is_crd);
        let files = files.map(|it| head(&it.path) + it.text.len());
        Self { text: String::with_capacity(manifests.chain(files).sum()), parts: Vec::new() }
    }

    fn manifest(&mut self, rendered: &Rendered, manifest: &Manifest) {
        let file = &rendered.files[manifest.file];
        self.document(&file.path, manifest.file, &manifest.range, &file.text);
    }

    fn document(&mut self, path: &str, file: usize, range: &Range<usize>, text: &str) {
        self.text.push_str("---\n# Source: ");
        self.text.push_str(path);
        self.text.push('\n');
        self.piece(file, range.start, &text[range.clone()]);
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
