//! New scalars as text, in quotes only where they must be.

use std::fmt::Write as _;

use super::content::Content;
use crate::{Dialect, Style, emit};

/// Where a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surroundings {
    Block,
    Flow,
    Json,
}

/// A scalar on one line, in the wanted quotes if the text allows.
pub(super) fn inline(content: &Content, wanted: Style, around: Surroundings) -> String {
    match content {
        Content::Bool(value) => value.to_string(),
        Content::Int(value) => value.to_string(),
        Content::Text(text) => string(text, wanted, around),
        Content::Null | Content::List(_) | Content::Map(_) => "null".to_owned(),
    }
}

/// A string or a key on one line.
pub(super) fn string(text: &str, wanted: Style, around: Surroundings) -> String {
    let single = wanted == Style::SingleQuoted && !text.contains(needs_escape);
    let plain = !matches!(wanted, Style::SingleQuoted | Style::DoubleQuoted);
    if around == Surroundings::Json {
        double_quoted(text)
    } else if single {
        format!("'{}'", text.replace('\'', "''"))
    } else if plain && is_plain(text, around) {
        text.to_owned()
    } else {
        double_quoted(text)
    }
}

/// Whether a text reads as the same string without quotes, in every dialect.
pub(super) fn is_plain(text: &str, around: Surroundings) -> bool {
    [Dialect::GoYaml2, Dialect::GoYaml3].into_iter().all(|dialect| match around {
        Surroundings::Block => emit::is_plain_string(text, dialect),
        Surroundings::Flow => emit::is_plain_in_flow(text, dialect),
        Surroundings::Json => false,
    })
}

/// In double quotes, with the escapes that JSON knows too.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if needs_escape(letter) => {
                write!(out, "\\u{:04x}", u32::from(letter)).expect("writing to a string never fails");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Letters that stand in no text as they are: controls, line breaks, marks.
fn needs_escape(letter: char) -> bool {
    letter.is_control() && letter != '\t'
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a text is better written over several lines.
pub(super) fn wants_lines(text: &str) -> bool {
    text.contains('\n')
        && text.chars().any(|letter| !letter.is_whitespace())
        && !text.contains(|letter| letter != '\n' && needs_escape(letter))
        && !text.trim_end_matches('\n').ends_with([' ', '\t'])
}

/// A text over several lines as a block scalar: the header, and the lines with
/// the given indentation, each after a line break.
pub(super) fn block(
    text: &str,
    wanted: Style,
    increment: usize,
    indent: usize,
    newline: &str,
) -> (String, String) {
    let folded = wanted == Style::Folded && may_fold(text);
    let body = text.trim_end_matches('\n');
    let mut header = String::from(if folded { ">" } else { "|" });
    if body.starts_with([' ', '\t', '\n']) {
        header.push_str(&increment.to_string());
    }
    let ends = text.len() - body.len();
    header.push_str(["-", "", "+"][ends.min(2)]);
    let mut lines = String::new();
    for (at, line) in body.split('\n').enumerate() {
        // Where lines are folded, one break between two of them is a blank.
        let extra = folded && at > 0 && !line.is_empty();
        for _ in 0..=usize::from(extra) {
            lines.push_str(newline);
        }
        if !line.is_empty() {
            lines.extend(std::iter::repeat_n(' ', indent));
            lines.push_str(line);
        }
    }
    for _ in 1..ends {
        lines.push_str(newline);
    }
    (header, lines)
}

/// Lines that start with a blank are kept apart where others are folded.
fn may_fold(text: &str) -> bool {
    text.split('\n').all(|line| !line.starts_with([' ', '\t'])) && !text.starts_with('\n')
}
