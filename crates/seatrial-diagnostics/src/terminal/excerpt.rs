//! Lines of source files with marks under some of their bytes.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use seatrial_source::{FileId, SourceMap};

use super::{Style, plain};
use crate::{Finding, Place};

/// Lines shown above the line to edit, for orientation.
const LINES_BEFORE: u32 = 2;
/// Lines shown below it.
const LINES_AFTER: u32 = 1;
/// Places of the same file this many lines apart share one excerpt.
const LINES_APART_MAX: u32 = 12;
/// Characters of a line that are shown at most.
const CHARACTERS_MAX: usize = 240;
/// Characters shown before the marked ones when a line is cut.
const CHARACTERS_BEFORE: usize = 60;
/// Characters of a field path that fit beside the carets.
const FIELD_MAX: usize = 56;
/// A label of fewer characters tells nothing.
const LABEL_MIN: usize = 8;
/// Columns that numbers, bars and dots take from a line.
const GUTTER: usize = 12;

/// A mark to draw under some bytes of a file.
struct Mark<'a> {
    place: &'a Place,
    label: Cow<'a, str>,
    primary: bool,
}

/// Lines of one file with their marks.
pub(super) struct Excerpt<'a> {
    path: String,
    marks: Vec<Mark<'a>>,
    first_line: u32,
    text: String,
    /// Where each mark lies in `text`.
    ranges: Vec<Range<usize>>,
    /// The lines of `text` that are shown whatever lies between the marks.
    around: Range<usize>,
}

impl<'a> Excerpt<'a> {
    /// Cuts the lines out of the masked text.
    fn new(marks: Vec<Mark<'a>>, sources: &SourceMap, style: &Style) -> Self {
        let first = marks.iter().map(Mark::first_shown).min().unwrap_or(1).max(1);
        let last = marks.iter().map(Mark::last_shown).max().unwrap_or(first);
        let path = marks.first().map(|mark| style.path(&mark.place.path)).unwrap_or_default();
        let mut excerpt = Self {
            path,
            first_line: first,
            text: String::new(),
            ranges: vec![0..0; marks.len()],
            around: 0..0,
            marks,
        };
        let Some(main) = excerpt.marks.first() else { return excerpt };
        let (file, shown) = (main.place.span.file, main.first_shown()..=main.last_shown());
        for line in first..=last {
            let start = excerpt.text.len();
            excerpt.push_line(file, line, sources, style);
            if line == *shown.start() {
                excerpt.around.start = start;
            }
            if shown.contains(&line) {
                excerpt.around.end = excerpt.text.len();
            }
        }
        // Blank lines below the last mark tell nothing.
        let marked = excerpt.ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let end = excerpt.text.trim_end().len().max(marked);
        excerpt.text.truncate(end);
        excerpt.around.end = excerpt.around.end.min(end);
        excerpt.text.push('\n');
        excerpt
    }

    fn push_line(&mut self, file: FileId, line: u32, sources: &SourceMap, style: &Style) {
        let source = sources.file(file);
        let Some(start) = source.lines().start(line) else { return };
        let end = source.lines().start(line + 1).unwrap_or(source.text().len() as u32);
        let text = source.text().get(start as usize..end as usize).unwrap_or_default();
        let text = text.trim_end_matches(['\n', '\r']);
        let marked: Vec<usize> =
            (0..self.marks.len()).filter(|&at| self.marks[at].place.start.line == line).collect();
        let local = |offset: u32| floor(text, offset.saturating_sub(start) as usize);
        let from = marked.iter().map(|&at| local(self.marks[at].place.span.start)).min().unwrap_or(0);
        let line = CutLine::new(text, from, characters_max(style));
        for at in marked {
            let span = self.marks[at].place.span;
            let range = line.map(local(span.start))..line.map(local(span.end));
            self.ranges[at] = self.text.len() + range.start..self.text.len() + range.end.max(range.start);
        }
        self.text.push_str(&line.text);
        self.text.push('\n');
    }

    /// The heading counts columns of the excerpt; where a line was cut, the
    /// column of the file is put in its place.
    pub(super) fn restore_columns(&self, text: &mut String) {
        for (mark, range) in self.marks.iter().zip(&self.ranges) {
            let line_start = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let shown = self.text[line_start..range.start].chars().count() + 1;
            let start = mark.place.start;
            if shown != start.column as usize {
                let head = format!("{}:{}:", self.path, start.line);
                *text = text.replacen(&format!("{head}{shown}\n"), &format!("{head}{}\n", start.column), 1);
            }
        }
    }

    /// Whether there is a line to show.
    pub(super) fn has_lines(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// The lines; of a text of which nothing was read only its name.
    pub(super) fn element(&self) -> Element<'a> {
        if self.has_lines() { self.snippet().into() } else { Origin::path(self.path.clone()).into() }
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        let mut snippet = Snippet::source(self.text.clone())
            .line_start(self.first_line as usize)
            .path(self.path.clone())
            .annotation(AnnotationKind::Visible.span(self.around.clone()));
        for (mark, range) in self.marks.iter().zip(&self.ranges) {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let label = Some(mark.label.clone()).filter(|label| !label.is_empty());
            snippet = snippet.annotation(kind.span(range.clone()).label(label));
        }
        snippet
    }
}

impl Mark<'_> {
    fn first_shown(&self) -> u32 {
        let before = if self.primary { LINES_BEFORE } else { 0 };
        self.place.start.line.saturating_sub(before)
    }

    fn last_shown(&self) -> u32 {
        self.place.start.line + if self.primary { LINES_AFTER } else { 0 }
    }
}

/// The excerpts of a finding: the primary one first, then by file and line.
pub(super) fn excerpts<'a>(finding: &'a Finding, sources: &SourceMap, style: &Style) -> Vec<Excerpt<'a>> {
    let primary = Mark {
        place: &finding.primary,
        label: short(&finding.field, room(&finding.primary, style)),
        primary: true,
    };
    let mut others: Vec<Mark<'_>> = finding
        .related
        .iter()
        .map(|it| Mark { place: &it.place, label: cut(&it.label, room(&it.place, style)), primary: false })
        .collect();
    others.sort_by(|a, b| (&a.place.path, a.place.span.start).cmp(&(&b.place.path, b.place.span.start)));
    let mut groups: Vec<Vec<Mark<'_>>> = vec![vec![primary]];
    for mark in others {
        let near = groups.iter_mut().find(|group| group.iter().any(|it| is_near(it.place, mark.place)));
        match near {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups.into_iter().map(|marks| Excerpt::new(marks, sources, style)).collect()
}

fn is_near(a: &Place, b: &Place) -> bool {
    a.span.file == b.span.file && a.start.line.abs_diff(b.start.line) <= LINES_APART_MAX
}

/// A line without control characters, cut to a bearable length.
struct CutLine<'a> {
    source: &'a str,
    skipped: usize,
    end: usize,
    text: String,
}

impl<'a> CutLine<'a> {
    /// The line around `from`, a byte that must stay visible.
    fn new(source: &'a str, from: usize, characters_max: usize) -> Self {
        let before = CHARACTERS_BEFORE.min(characters_max / 3);
        let skipped =
            if source.len() <= characters_max || from <= before { 0 } else { floor(source, from - before) };
        let end = floor(source, skipped.saturating_add(characters_max));
        let mut text = String::from(if skipped > 0 { "..." } else { "" });
        text.push_str(&plain(&source[skipped..end]));
        if end < source.len() {
            text.push_str("...");
        }
        Self { source, skipped, end, text }
    }

    /// Where a byte of the source line stands in the cut one.
    fn map(&self, offset: usize) -> usize {
        let offset = offset.clamp(self.skipped, self.end);
        let lead = if self.skipped > 0 { 3 } else { 0 };
        lead + plain(&self.source[self.skipped..offset]).len()
    }
}

/// The last character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Characters of a line that fit beside its number.
fn characters_max(style: &Style) -> usize {
    style.width.map_or(CHARACTERS_MAX, |_| style.columns() - GUTTER)
}

/// Characters that fit beside the carets under a place.
fn room(place: &Place, style: &Style) -> usize {
    if style.width.is_none() {
        return usize::MAX;
    }
    let columns = style.columns() - GUTTER;
    let (start, end) = (place.start.column as usize, place.end.column as usize);
    let length = if place.start.line == place.end.line { end.saturating_sub(start).max(1) } else { 1 };
    // In a line that is cut the carets begin after the first third.
    let start = if start + length > columns { columns / 3 } else { start };
    columns.saturating_sub(start + length)
}

/// A label that fits beside the carets.
fn cut(label: &str, characters_max: usize) -> Cow<'_, str> {
    let label = plain(label);
    if characters_max < LABEL_MIN {
        return Cow::Borrowed("");
    }
    match label.char_indices().nth(characters_max) {
        Some((end, _)) => Cow::Owned(format!("{}...", &label[..end])),
        None => label,
    }
}

/// A field path that fits beside the carets: its last steps.
fn short(field: &str, characters_max: usize) -> Cow<'_, str> {
    let characters_max = characters_max.min(FIELD_MAX);
    if field.chars().count() <= characters_max {
        return plain(field);
    }
    let mut tail = "";
    for (at, _) in field.rmatch_indices('.') {
        if field.len() - at > characters_max {
            break;
        }
        tail = &field[at..];
    }
    if tail.is_empty() && characters_max < FIELD_MAX {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("..{}", plain(tail)))
}
