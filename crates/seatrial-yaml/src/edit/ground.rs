//! The text that nodes stand in: lines, blanks, and the marks between nodes
//! that the tree does not keep.

use std::ops::Range;

use crate::{Dialect, Node, Stream};

/// A text, by lines.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) text: &'a str,
    has_comments: bool,
}

/// Whether a text may break lines where editors see none: lines are counted by
/// line feeds and carriage returns here.
pub(super) fn has_wide_breaks(stream: &Stream) -> bool {
    let breaks = ["\u{85}", "\u{2028}", "\u{2029}"];
    stream.dialect() != Dialect::Json
        && breaks.iter().any(|it| memchr::memmem::find(stream.text().as_bytes(), it.as_bytes()).is_some())
}

/// The place of a value: behind its mark and its anchor and tag, if any.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) mark: Mark,
    /// Where the value may begin, without the blank before it.
    pub(super) at: usize,
    pub(super) tag: Option<Range<usize>>,
}

/// What stands before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `:`
    Colon,
    /// `-`
    Dash,
    /// `---`
    Marker,
    /// The start of a document without one.
    Document,
    /// A comma or an opening bracket.
    Comma,
}

impl<'a> Ground<'a> {
    pub(super) fn of(stream: &'a Stream) -> Self {
        Self { text: stream.text(), has_comments: stream.dialect() != Dialect::Json }
    }

    pub(super) fn byte(self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Where the line of a place starts; behind a byte order mark.
    pub(super) fn line_start(self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[..at];
        let start = memchr::memrchr2(b'\n', b'\r', bytes).map_or(0, |found| found + 1);
        if start == 0 && at >= 3 && self.text.starts_with('\u{FEFF}') { 3 } else { start }
    }

    /// Where the line of a place ends, before its break.
    pub(super) fn line_end(self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[at..];
        memchr::memchr2(b'\n', b'\r', bytes).map_or(self.text.len(), |found| at + found)
    }

    /// Where the line after the one of a place starts.
    pub(super) fn next_line(self, at: usize) -> usize {
        let end = self.line_end(at);
        end + self.break_at(end).len()
    }

    /// Where the line before the one of a place ends, before its break; none
    /// in the first line.
    pub(super) fn previous_line_end(self, at: usize) -> Option<usize> {
        let start = self.line_start(at);
        let before = self.text[..start].trim_end_matches('\u{FEFF}');
        let stripped = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']))?;
        Some(stripped.len())
    }

    /// The line break at a place, empty if there is none.
    pub(super) fn break_at(self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        let len = match rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        &rest[..len]
    }

    /// The line break to write near a place: that of its line, else that of
    /// the line before, else the text's first.
    pub(super) fn newline(self, at: usize) -> &'a str {
        let candidates = [Some(self.line_end(at)), self.previous_line_end(at), Some(self.line_end(0))];
        let breaks = candidates.into_iter().flatten().map(|at| self.break_at(at));
        breaks.into_iter().find(|found| !found.is_empty()).unwrap_or("\n")
    }

    /// Bytes from the start of the line.
    pub(super) fn column(self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Whether only blanks stand before a place in its line.
    pub(super) fn starts_line(self, at: usize) -> bool {
        // Not from the start of the line: a line may be as long as the text.
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', '\r']) || before == "\u{FEFF}"
    }

    /// The blanks that a line starts with.
    pub(super) fn indentation(self, at: usize) -> &'a str {
        let start = self.line_start(at);
        &self.text[start..self.skip_blanks(start)]
    }

    pub(super) fn skip_blanks(self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t') {
            at += 1;
        }
        at
    }

    /// The place before `at`, not before `from`, where blanks begin.
    pub(super) fn trim_blanks(self, from: usize, at: usize) -> usize {
        from + self.text[from..at].trim_end_matches([' ', '\t']).len()
    }

    /// Whether a comment begins at the next letter of the line.
    pub(super) fn is_comment(self, at: usize) -> bool {
        self.has_comments && self.byte(self.skip_blanks(at)) == b'#'
    }

    /// The first place from `at` on that is no blank, line break or comment.
    pub(super) fn skip_trivia(self, mut at: usize) -> usize {
        loop {
            at = self.skip_blanks(at);
            match self.byte(at) {
                b'\n' | b'\r' => at += 1,
                b'#' if self.has_comments => at = self.line_end(at),
                _ => return at,
            }
        }
    }

    /// Behind the indicators of a block scalar.
    pub(super) fn block_header_end(self, start: usize) -> usize {
        let mut end = start + 1;
        while matches!(self.byte(end), b'+' | b'-' | b'1'..=b'9') {
            end += 1;
        }
        end
    }

    /// The first place from `at` on behind anchors and tags, and the last tag.
    fn skip_properties(self, at: usize, until: usize) -> (usize, Option<Range<usize>>) {
        let (mut behind, mut tag) = (at, None);
        loop {
            let start = self.skip_trivia(behind);
            if start >= until || !matches!(self.byte(start), b'&' | b'!') {
                return (behind, tag);
            }
            let rest = &self.text[start..until];
            behind = start + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            if self.byte(start) == b'!' {
                tag = Some(start..behind);
            }
        }
    }

    /// The slot behind a mark that ends at `mark_end`.
    fn slot(self, mark: Mark, mark_end: usize, value: Node<'_>) -> Slot {
        let start = value.written_span().range().start;
        // Values that are left out stand behind their properties.
        let (at, tag) = if self.has_comments && !value.is_alias() {
            self.skip_properties(mark_end, start)
        } else {
            (mark_end, None)
        };
        Slot { mark, at, tag }
    }

    /// The slot of an entry's value; none where not even the `:` is written.
    pub(super) fn entry_slot(self, key: Node<'_>, value: Node<'_>) -> Option<Slot> {
        let colon = self.skip_trivia(key.written_span().range().end);
        (self.byte(colon) == b':').then(|| self.slot(Mark::Colon, colon + 1, value))
    }

    /// The slot of an item, given where the item starts, with the dash if it
    /// has one.
    pub(super) fn item_slot(self, start: usize, item: Node<'_>, in_flow: bool) -> Slot {
        if in_flow { self.slot(Mark::Comma, start, item) } else { self.slot(Mark::Dash, start + 1, item) }
    }

    /// The slot of a document's root.
    pub(super) fn root_slot(self, document: Range<usize>, root: Node<'_>) -> Slot {
        let end = root.written_span().range().start;
        let mut at = document.start;
        while at < end {
            if self.text[at..].starts_with("---") {
                return self.slot(Mark::Marker, at + 3, root);
            }
            if !matches!(self.byte(at), b'%' | b'#' | b'\n' | b'\r' | b' ' | b'\t') {
                break;
            }
            at = self.next_line(at);
        }
        self.slot(Mark::Document, document.start, root)
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}
