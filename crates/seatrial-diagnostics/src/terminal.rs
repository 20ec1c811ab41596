//! Findings for a terminal, with source excerpts.
//!
//! Texts of a repository are hostile: whatever could steer a terminal is
//! replaced before it is printed. Values of secrets are masked before they
//! come here.

mod excerpt;
mod page;
mod style;
mod summary;
mod wrap;

use std::borrow::Cow;
use std::fmt::Write as _;

use annotate_snippets::{Group, Level};
use seatrial_source::SourceMap;

use crate::{Finding, Severity};
use excerpt::{Excerpt, excerpts};
pub use page::{list, page};
pub use style::{Base, Style};
pub use summary::{Summary, summary};

/// Units named by a finding before the rest is only counted.
const UNITS_MAX: usize = 4;
/// Columns that further lines of a message are set in.
const INDENT: usize = 4;

/// One finding: message, excerpts, how it came about, what to do.
pub fn finding(finding: &Finding, sources: &SourceMap, style: &Style) -> String {
    let excerpts = excerpts(finding, sources, style);
    let group = Group::with_level(level(finding.severity)).elements(excerpts.iter().map(Excerpt::element));
    let mut shown = style.renderer().render(&[group]);
    for excerpt in &excerpts {
        excerpt.restore_columns(&mut shown);
    }
    let shown = without_bare_dots(&shown);
    let mut out = title(finding, style);
    out.push_str(&shown);
    out.push_str(&notes(finding, &shown, excerpts.iter().any(Excerpt::has_lines), style));
    out
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

fn title(finding: &Finding, style: &Style) -> String {
    let head = format!("{}[{}]", finding.severity, finding.check.id);
    let message = format!("{head}: {}", plain(&finding.message));
    let message = style.wrap(&message, INDENT);
    let rest = message.strip_prefix(&head).unwrap_or_default();
    format!("{}{}\n", style.severity(finding.severity, &head), style.bold(rest))
}

/// How it came about, what to do and where else it shows, below the excerpts.
fn notes(finding: &Finding, shown: &str, has_lines: bool, style: &Style) -> String {
    let mut notes: Vec<(&str, String)> = Vec::new();
    notes.extend(finding.derivation.iter().map(|step| ("because", plain(step).into_owned())));
    notes.extend(finding.help.iter().map(|help| ("help", plain(help).into_owned())));
    notes.extend(
        finding
            .fix
            .iter()
            .map(|fix| ("fix", format!("{} ({})", plain(&fix.title), fix.applicability.as_str()))),
    );
    notes.extend(Some(units(finding)).filter(|it| !it.is_empty()).map(|units| ("in", units)));
    let gutter = " ".repeat(gutter(shown) + 1);
    let mut out = String::new();
    if has_lines && !notes.is_empty() && !ends_with_bar(shown) {
        let _ = write!(out, "\n{gutter}{}", style.frame("|"));
    }
    for (name, text) in notes {
        let head = format!("{gutter}= {name}:");
        let line = style.wrap(&format!("{head} {text}"), gutter.len() + INDENT);
        let rest = line.strip_prefix(&head).unwrap_or_default();
        let _ = write!(out, "\n{gutter}{} {}{rest}", style.frame("="), style.bold(&format!("{name}:")));
    }
    out
}

/// The excerpts without lines of which nothing is left: all they hold stands
/// further left than what is shown.
fn without_bare_dots(shown: &str) -> String {
    let is_bare = |line: &str| {
        let line = visible(line);
        let parts = line.split_once('|');
        parts.is_some_and(|(number, rest)| number.trim().parse::<u32>().is_ok() && rest.trim() == "...")
    };
    let is_mark = |line: &str| visible(line).trim().strip_prefix('|').is_some_and(|it| !it.is_empty());
    let mut lines = shown.split_inclusive('\n').peekable();
    let mut out = String::with_capacity(shown.len());
    while let Some(line) = lines.next() {
        // A line that is marked is what the finding is about, whatever it holds.
        if !is_bare(line) || lines.peek().is_some_and(|next| is_mark(next)) {
            out.push_str(line);
        }
    }
    out
}

/// Whether an empty line of an excerpt is the last one.
fn ends_with_bar(shown: &str) -> bool {
    let line = shown.trim_end().lines().next_back().unwrap_or_default();
    visible(line).trim() == "|"
}

/// The text without the escape sequences of colours.
fn visible(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, rest)| rest));
    std::iter::once(first).chain(rest).collect()
}

/// How many columns the line numbers take: those before the arrow.
fn gutter(shown: &str) -> usize {
    let before = shown.split("-->").next().unwrap_or_default();
    before.chars().filter(|&character| character == ' ').count()
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

/// What a CI system would obey wherever it stands in a line.
const COMMAND: &str = "##[";

/// A text without the characters that steer a terminal or turn reading order,
/// and without what steers a CI system; it keeps its number of characters.
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_command = text.contains(COMMAND);
    if !is_command && !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let clean = |character: char| match character {
        '\t' | '\n' | '\r' => ' ',
        other if is_unsafe(other) => '\u{FFFD}',
        other => other,
    };
    let text: String = text.chars().map(clean).collect();
    Cow::Owned(if is_command { text.replace(COMMAND, "##(") } else { text })
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests;
