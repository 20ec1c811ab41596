//! Findings for a terminal, with source excerpts.
//!
//! Texts of a repository are hostile: whatever could steer a terminal is
//! replaced before it is printed. Values of secrets are masked before they
//! come here.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::{AnsiColor, Effects, Style as Ansi};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use seatrial_source::{FileId, SourceMap};

use crate::{Finding, Place, Severity};

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
/// Units named by a finding before the rest is only counted.
const UNITS_MAX: usize = 4;
/// Characters of a field path that fit beside the carets.
const FIELD_MAX: usize = 56;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colour are written.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Style {
    /// Text without colour, for files and pipes.
    pub const PLAIN: Self = Self { color: false, width: 100 };

    fn renderer(self) -> Renderer {
        // Links are left out: a path in a report is relative to the tree.
        let renderer = if self.color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
        renderer.term_width(self.width.max(40))
    }

    fn paint(self, ansi: Ansi, text: &str) -> String {
        if self.color { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}

/// One finding: message, excerpts, how it came about, what to do.
pub fn finding(finding: &Finding, sources: &SourceMap, style: Style) -> String {
    let excerpts = excerpts(finding, sources);
    let mut group = level(finding.severity)
        .primary_title(plain(&finding.message))
        .id(finding.check.id)
        .elements(excerpts.iter().map(Excerpt::element));
    for step in &finding.derivation {
        group = group.element(Level::NOTE.with_name("because").message(plain(step)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(plain(help)));
    }
    group = with_fix(group, finding);
    let units = units(finding);
    if !units.is_empty() {
        group = group.element(Level::NOTE.with_name("in").message(units));
    }
    let mut text = style.renderer().render(&[group]);
    for excerpt in &excerpts {
        excerpt.restore_columns(&mut text);
    }
    text
}

fn with_fix<'a>(group: Group<'a>, finding: &'a Finding) -> Group<'a> {
    let Some(fix) = &finding.fix else { return group };
    let message = format!("{} ({})", plain(&fix.title), fix.applicability.as_str());
    group.element(Level::HELP.with_name("fix").message(message))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

/// The units in one line, with the object that stands for all of them.
fn units(finding: &Finding) -> String {
    let mut line = String::new();
    if let Some(object) = &finding.object {
        let name = if object.name.is_empty() { "without a name" } else { &object.name };
        let _ = write!(line, "{} {}", plain(&object.kind), plain(name));
        if let Some(namespace) = &object.namespace {
            let _ = write!(line, " (namespace {})", plain(namespace));
        }
    }
    let shown: Vec<_> = finding.units.iter().take(UNITS_MAX).map(|unit| plain(unit)).collect();
    if !shown.is_empty() {
        let _ = write!(line, "{}{}", if line.is_empty() { "" } else { ", " }, shown.join(", "));
    }
    if finding.units.len() > UNITS_MAX {
        let _ = write!(line, " and {} more", finding.units.len() - UNITS_MAX);
    }
    line
}

/// A mark to draw under some bytes of a file.
struct Mark<'a> {
    place: &'a Place,
    label: Cow<'a, str>,
    primary: bool,
}

/// Lines of one file with their marks.
struct Excerpt<'a> {
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
    fn new(marks: Vec<Mark<'a>>, sources: &SourceMap) -> Self {
        let first = marks.iter().map(Mark::first_shown).min().unwrap_or(1).max(1);
        let last = marks.iter().map(Mark::last_shown).max().unwrap_or(first);
        let mut excerpt = Self {
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
            excerpt.push_line(file, line, sources);
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

    fn push_line(&mut self, file: FileId, line: u32, sources: &SourceMap) {
        let source = sources.file(file);
        let Some(start) = source.lines().start(line) else { return };
        let end = source.lines().start(line + 1).unwrap_or(source.text().len() as u32);
        let text = source.text().get(start as usize..end as usize).unwrap_or_default();
        let text = text.trim_end_matches(['\n', '\r']);
        let marked: Vec<usize> =
            (0..self.marks.len()).filter(|&at| self.marks[at].place.start.line == line).collect();
        let local = |offset: u32| floor(text, offset.saturating_sub(start) as usize);
        let from = marked.iter().map(|&at| local(self.marks[at].place.span.start)).min().unwrap_or(0);
        let line = CutLine::new(text, from);
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
    fn restore_columns(&self, text: &mut String) {
        for (mark, range) in self.marks.iter().zip(&self.ranges) {
            let line_start = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let shown = self.text[line_start..range.start].chars().count() + 1;
            let Place { path, start, .. } = mark.place;
            if shown != start.column as usize {
                let head = format!("{}:{}:", plain(path.as_str()), start.line);
                *text = text.replacen(&format!("{head}{shown}\n"), &format!("{head}{}\n", start.column), 1);
            }
        }
    }

    /// The lines; of a text of which nothing was read only its name.
    fn element(&self) -> Element<'a> {
        if self.text.trim().is_empty() {
            let path = self.marks.first().map(|mark| plain(mark.place.path.as_str()).into_owned());
            return Origin::path(path.unwrap_or_default()).into();
        }
        self.snippet().into()
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        let path = self.marks.first().map(|mark| plain(mark.place.path.as_str()).into_owned());
        let mut snippet = Snippet::source(self.text.clone())
            .line_start(self.first_line as usize)
            .path(path)
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
fn excerpts<'a>(finding: &'a Finding, sources: &SourceMap) -> Vec<Excerpt<'a>> {
    let primary = Mark { place: &finding.primary, label: short(&finding.field), primary: true };
    let mut others: Vec<Mark<'_>> = finding
        .related
        .iter()
        .map(|it| Mark { place: &it.place, label: plain(&it.label), primary: false })
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
    groups.into_iter().map(|marks| Excerpt::new(marks, sources)).collect()
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
    fn new(source: &'a str, from: usize) -> Self {
        let skipped = if source.len() <= CHARACTERS_MAX || from <= CHARACTERS_BEFORE {
            0
        } else {
            floor(source, from - CHARACTERS_BEFORE)
        };
        let end = floor(source, skipped.saturating_add(CHARACTERS_MAX));
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

/// A field path that fits beside the carets: its last steps.
fn short(field: &str) -> Cow<'_, str> {
    if field.chars().count() <= FIELD_MAX {
        return plain(field);
    }
    let mut tail = "";
    for (at, _) in field.rmatch_indices('.') {
        if field.len() - at > FIELD_MAX {
            break;
        }
        tail = &field[at..];
    }
    Cow::Owned(format!("..{}", plain(tail)))
}

/// A text without the characters that steer a terminal or turn reading order.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let clean = |character: char| match character {
        '\t' | '\n' | '\r' => ' ',
        other if is_unsafe(other) => '\u{FFFD}',
        other => other,
    };
    Cow::Owned(text.chars().map(clean).collect())
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// The end of a run, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The verdict and how bad it is.
    pub verdict: Option<(String, Severity)>,
    /// Why, one line each.
    pub reasons: Vec<String>,
    /// Findings by severity: errors, warnings, infos.
    pub counts: [usize; 3],
    /// What was looked at and what was not.
    pub coverage: Vec<String>,
    /// What to do next.
    pub next: Vec<String>,
}

/// The last lines of a run.
pub fn summary(summary: &Summary, style: Style) -> String {
    let bold = Ansi::new().effects(Effects::BOLD);
    let dim = Ansi::new().effects(Effects::DIMMED);
    let mut out = String::new();
    if let Some((verdict, severity)) = &summary.verdict {
        let verdict = style.paint(verdict_style(*severity), &plain(verdict));
        let _ = writeln!(out, "{} {verdict}", style.paint(bold, "verdict:"));
    }
    for reason in &summary.reasons {
        let _ = writeln!(out, "  {}", plain(reason));
    }
    let _ = writeln!(out, "{} {}", style.paint(bold, "findings:"), counts(summary.counts));
    for (place, line) in summary.coverage.iter().enumerate() {
        let head = if place == 0 { style.paint(bold, "coverage:") } else { " ".to_owned() };
        let line = plain(line);
        let line = if place == 0 { line.into_owned() } else { style.paint(dim, &line) };
        let _ = writeln!(out, "{head} {line}");
    }
    for (place, line) in summary.next.iter().enumerate() {
        let head = if place == 0 { style.paint(bold, "next:") } else { " ".to_owned() };
        let _ = writeln!(out, "{head} {}", plain(line));
    }
    out
}

fn verdict_style(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightGreen,
    };
    color.on_default().effects(Effects::BOLD)
}

fn counts([errors, warnings, infos]: [usize; 3]) -> String {
    let some = |count: usize, word: &str| {
        (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
    };
    let parts: Vec<String> = [
        some(errors, "error"),
        some(warnings, "warning"),
        some(infos, "info").map(|it| it.replace("infos", "info")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use seatrial_source::{Span, TreePath};

    use super::*;
    use crate::{CheckInfo, Level as CheckLevel, RelatedPlace, Role, Strictness};

    static CHECK: CheckInfo = CheckInfo {
        id: "missing-secret-key",
        title: "A key of a Secret is read that it does not have",
        severity: Severity::Error,
        level: CheckLevel::Bundle,
        strictness: Strictness::Default,
        families: &[],
        page: "",
    };

    fn place(sources: &SourceMap, path: &str, needle: &str) -> Place {
        let file = sources.find(&TreePath::new(path)).expect("the file was added");
        let start = sources.file(file).text().find(needle).expect("the text is there") as u32;
        let span = Span::new(file, start, start + needle.len() as u32);
        let (start, end) = sources.positions(span);
        Place { span, path: TreePath::new(path), start, end }
    }

    fn sample(primary: Place) -> Finding {
        Finding {
            id: "0".repeat(16),
            check: &CHECK,
            severity: Severity::Error,
            message: "Secret db has no key `PASSWORD`".to_owned(),
            help: None,
            object: None,
            field: String::new(),
            units: Vec::new(),
            primary,
            rendered: None,
            related: Vec::new(),
            derivation: Vec::new(),
            fix: None,
        }
    }

    #[test]
    fn places_in_two_files_are_shown_with_reasons_and_help() {
        let mut sources = SourceMap::new();
        let api = "kind: Deployment\nenv:\n- valueFrom:\n    secretKeyRef:\n      name: db\n      key: PASSWORD\n# end\n";
        sources.add(TreePath::new("k8s/api.yaml"), api.into());
        sources.add(TreePath::new("k8s/db.yaml"), "kind: Secret\ndata:\n  password: ******\n".into());
        let label = |needle: &str, path: &str, label: &str| RelatedPlace {
            place: place(&sources, path, needle),
            label: label.to_owned(),
            role: Role::Definition,
        };
        let mut it = sample(place(&sources, "k8s/api.yaml", "PASSWORD"));
        it.field = "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.key".to_owned();
        it.related =
            vec![label("data", "k8s/db.yaml", "its keys"), label("db", "k8s/api.yaml", "the Secret")];
        it.derivation = vec!["the only key of Secret db is `password`".to_owned()];
        it.help = Some("write `password`".to_owned());
        it.units = vec!["manifests:k8s".to_owned()];
        insta::assert_snapshot!(finding(&it, &sources, Style::PLAIN), @"
        error[missing-secret-key]: Secret db has no key `PASSWORD`
         --> k8s/api.yaml:6:12
          |
        4 |     secretKeyRef:
        5 |       name: db
          |             -- the Secret
        6 |       key: PASSWORD
          |            ^^^^^^^^ ...spec.containers[0].env[0].valueFrom.secretKeyRef.key
        7 | # end
          |
         ::: k8s/db.yaml:2:1
          |
        2 | data:
          | ---- its keys
          |
          = because: the only key of Secret db is `password`
          = help: write `password`
          = in: manifests:k8s
        ");
    }

    #[test]
    fn a_hostile_line_steers_nothing_and_is_cut() {
        let mut sources = SourceMap::new();
        let text = format!("{}\u{1b}[2J\u{9b}31m\u{202e}MARK{}\n", "x".repeat(500), "y".repeat(5000));
        sources.add(TreePath::new("a\u{1b}]0;.yaml"), text.into());
        let mut it = sample(place(&sources, "a\u{1b}]0;.yaml", "MARK"));
        it.message = "a\u{7}b".to_owned();
        let shown = finding(&it, &sources, Style::PLAIN);
        assert!(!shown.chars().any(|character| character != '\n' && is_unsafe(character)), "{shown:?}");
        assert!(shown.contains(":1:510"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
        assert!(shown.contains("MARK"));
    }

    #[test]
    fn a_place_at_the_end_of_a_file_is_shown() {
        let mut sources = SourceMap::new();
        let file = sources.add(TreePath::new("a.yaml"), "kind: X\n".into());
        let span = Span::new(file, 8, 8);
        let (start, end) = sources.positions(span);
        let it = sample(Place { span, path: TreePath::new("a.yaml"), start, end });
        assert!(finding(&it, &sources, Style::PLAIN).contains("a.yaml:2:1"));
        let mut empty = SourceMap::new();
        let file = empty.add(TreePath::new("b.yaml"), "".into());
        let span = Span::new(file, 0, 0);
        let (start, end) = empty.positions(span);
        let it = sample(Place { span, path: TreePath::new("b.yaml"), start, end });
        insta::assert_snapshot!(finding(&it, &empty, Style::PLAIN), @"
        error[missing-secret-key]: Secret db has no key `PASSWORD`
        --> b.yaml
        ");
    }
}
