//! A text into documents.

use std::ops::Range;

/// The documents of a text. New versions of Helm split where a line begins
/// with `---` and keep line breaks at the end; older ones take blanks and line
/// breaks around it away.
pub(super) fn split(text: &str, at_lines: bool) -> Vec<Range<usize>> {
    let parts = if at_lines { at_line_starts(text) } else { anywhere(text) };
    parts.into_iter().filter_map(|part| trimmed(text, part, at_lines)).collect()
}

fn trimmed(text: &str, part: Range<usize>, keeps_end: bool) -> Option<Range<usize>> {
    let piece = &text[part.clone()];
    let start = part.start + (piece.len() - piece.trim_start().len());
    let end = if keeps_end { part.end } else { part.start + piece.trim_end().len() };
    (!piece.trim().is_empty()).then_some(start..end)
}

fn at_line_starts(text: &str) -> Vec<Range<usize>> {
    // Blanks before the first line do not count: `---` may stand behind them.
    let begin = text.len() - text.trim_start().len();
    let first = text[begin..].starts_with("---").then_some(begin);
    let others = memchr::memmem::find_iter(&text.as_bytes()[begin..], "\n---").map(|it| begin + it + 1);
    let mut parts = Vec::new();
    let mut start = begin;
    for at in first.into_iter().chain(others) {
        parts.push(start..at);
        let rest = &text[at + 3..];
        start = text.len() - rest.trim_start_matches([' ', '\t']).len();
    }
    parts.push(start..text.len());
    parts
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

fn anywhere(text: &str) -> Vec<Range<usize>> {
    let begin = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(begin);
    let behind = |at: usize| {
        let rest = &text[at..end];
        at + rest.len() - rest.trim_start_matches(is_blank).len()
    };
    let mut parts = Vec::new();
    let mut start = begin;
    if text[begin..end].starts_with("---") {
        parts.push(begin..begin);
        start = behind(begin + 3);
    }
    let mut at = start;
    while let Some(found) = text[at..end].find("\n---") {
        let found = at + found;
        // Blanks before the line break go with it.
        let stop = start + text[start..found].trim_end_matches(is_blank).len();
        parts.push(start..stop);
        start = behind(found + 4);
        at = start;
    }
    parts.push(start..end);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, at_lines: bool) -> Vec<&str> {
        split(text, at_lines).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn new_versions_split_at_lines() {
        assert_eq!(parts("\n---\na: 1\n\n---  \n\nb: 2\n---\n\n", true), ["a: 1\n\n", "b: 2\n"]);
        assert_eq!(parts("a: |\n  ---\n  x\n", true), ["a: |\n  ---\n  x\n"]);
        assert_eq!(parts("---a: 1\n", true), ["a: 1\n"]);
        assert_eq!(parts("--- # note\na: 1", true), ["# note\na: 1"]);
        assert_eq!(parts("", true), [""; 0]);
    }

    #[test]
    fn old_versions_take_blanks_away() {
        assert_eq!(parts("---\na: 1\n\n---  \n\nb: 2\n---\n\n", false), ["a: 1", "b: 2"]);
        assert_eq!(parts("a: 1\n--- \nb: |\n  x\n\n", false), ["a: 1", "b: |\n  x"]);
        // What follows one separator at once is not taken for another.
        assert_eq!(parts("---\n---\na: 1\n", false), ["---\na: 1"]);
        assert_eq!(parts("a: 1\n---b: 2", false), ["a: 1", "b: 2"]);
        assert_eq!(parts(" \n ", false), [""; 0]);
    }
}
