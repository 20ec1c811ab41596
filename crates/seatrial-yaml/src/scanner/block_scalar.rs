//! Literal and folded scalars.

use super::sink::{Sink, is_line_feed, push_break};
use super::source::{BREAK_OR_END, Cursor, Source};
use crate::fault::Fault;

/// Where a block scalar ends, and the comment in its first line.
pub(crate) struct BlockScalar {
    /// Behind the last line that belongs to the value, without its break.
    pub(crate) end: usize,
    /// At the start of what follows.
    pub(crate) cursor: Cursor,
    pub(crate) comment: Option<(usize, usize)>,
}

/// Scans from the `|` or `>`. `around` is the indentation of the block that
/// the scalar stands in, -1 for none.
pub(crate) fn scan(
    source: &Source<'_>,
    start: Cursor,
    around: isize,
    sink: &mut impl Sink,
) -> Result<BlockScalar, Fault> {
    let mut cursor = start;
    let header = Header::scan(source, &mut cursor)?;
    let header_end = header.comment.map_or(cursor.at, |comment| comment.1);
    cursor.skip_line(source.line_break(cursor.at));
    let indent = header.increment.map(|increment| around.max(0).cast_unsigned() + increment);
    let least = (around + 1).max(1).cast_unsigned();
    let lines = Lines { source, indent, least, folded: source.byte(start.at) == b'>', start: start.at, sink };
    let (end, cursor) = lines.scan(header.chomping, header_end, cursor)?;
    Ok(BlockScalar { end, cursor, comment: header.comment })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

struct Header {
    chomping: Chomping,
    increment: Option<usize>,
    comment: Option<(usize, usize)>,
}

impl Header {
    /// Leaves the cursor before the line break.
    fn scan(source: &Source<'_>, cursor: &mut Cursor) -> Result<Self, Fault> {
        let start = cursor.at;
        cursor.skip(1);
        let mut header = Self { chomping: Chomping::Clip, increment: None, comment: None };
        let mut chomped = false;
        for _ in 0..2 {
            match source.byte(cursor.at) {
                sign @ (b'+' | b'-') if !chomped => {
                    header.chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
                    chomped = true;
                }
                b'0' if header.increment.is_none() => {
                    let message = "the indentation of a block scalar is at least 1";
                    return Err(Fault::syntax(cursor.at, cursor.at + 1, message).from(start));
                }
                digit @ b'1'..=b'9' if header.increment.is_none() => {
                    header.increment = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            cursor.skip(1);
        }
        cursor.at = source.skip_blanks(cursor.at);
        let end = source.line_end(cursor.at);
        if source.byte(cursor.at) == b'#' {
            header.comment = Some((cursor.at, end));
        } else if end > cursor.at {
            let message = "only a comment may follow in the first line of a block scalar";
            return Err(Fault::syntax(cursor.at, end, message).from(start));
        }
        cursor.at = end;
        Ok(header)
    }
}

struct Lines<'a, 't, S> {
    source: &'a Source<'t>,
    /// The column of the text; none until the first line shows it.
    indent: Option<usize>,
    /// The least that it can be.
    least: usize,
    folded: bool,
    start: usize,
    sink: &'a mut S,
}

/// Line breaks after a line: the one that ends it, and empty lines.
#[derive(Clone, Copy)]
struct Breaks {
    own: (usize, usize),
    /// From the end of `own` to the end of the last empty line.
    empty: (usize, usize),
}

impl<S: Sink> Lines<'_, '_, S> {
    fn scan(
        mut self,
        chomping: Chomping,
        header_end: usize,
        mut cursor: Cursor,
    ) -> Result<(usize, Cursor), Fault> {
        let first = cursor.at;
        let mut pending = Breaks { own: (first, first), empty: (first, self.empty_lines(&mut cursor)?) };
        let mut end = header_end;
        let mut after_blank = false;
        while Some(cursor.column()) == self.indent && !self.source.is_end(cursor.at) {
            let blank = self.source.is_blank(cursor.at);
            self.send_breaks(pending, !after_blank && !blank);
            after_blank = blank;
            end = self.source.find(cursor.at, BREAK_OR_END);
            self.sink.source(cursor.at, end);
            let own = (end, end + self.source.line_break(end));
            cursor.at = end;
            if own.1 > own.0 {
                cursor.skip_line(own.1 - own.0);
            }
            pending = Breaks { own, empty: (own.1, self.empty_lines(&mut cursor)?) };
        }
        if chomping != Chomping::Strip && pending.own.0 < pending.own.1 {
            push_break(self.sink, self.source, pending.own.0, pending.own.1);
        }
        if chomping == Chomping::Keep {
            end = self.send_empty_lines(pending.empty).unwrap_or(end);
        }
        Ok((end, cursor))
    }

    /// Skips indentation and empty lines; returns the end of the last empty line.
    fn empty_lines(&mut self, cursor: &mut Cursor) -> Result<usize, Fault> {
        let mut end = cursor.at;
        let mut widest = 0;
        loop {
            while self.indent.is_none_or(|indent| cursor.column() < indent)
                && self.source.byte(cursor.at) == b' '
            {
                cursor.skip(1);
            }
            widest = widest.max(cursor.column());
            let in_indentation = self.indent.is_none_or(|indent| cursor.column() < indent);
            if in_indentation && self.source.byte(cursor.at) == b'\t' {
                let message = "a tab may not stand in the indentation of a block scalar; use spaces";
                return Err(Fault::syntax(cursor.at, cursor.at + 1, message).from(self.start));
            }
            let line_break = self.source.line_break(cursor.at);
            if line_break == 0 {
                break;
            }
            cursor.skip_line(line_break);
            end = cursor.at;
        }
        self.indent.get_or_insert(widest.max(self.least));
        Ok(end)
    }

    /// Sends the breaks before a line, folded if both lines around are text.
    fn send_breaks(&mut self, breaks: Breaks, between_text: bool) {
        let (start, end) = breaks.own;
        if start < end {
            let folds = self.folded && between_text && is_line_feed(self.source, start);
            if !folds {
                push_break(self.sink, self.source, start, end);
            } else if breaks.empty.0 == breaks.empty.1 {
                self.sink.made(" ", start, end);
            }
        }
        self.send_empty_lines(breaks.empty);
    }

    /// Sends the breaks of empty lines; returns where the last one starts.
    fn send_empty_lines(&mut self, (mut at, end): (usize, usize)) -> Option<usize> {
        let mut last = None;
        while at < end {
            let line_break = self.source.line_break(at);
            if line_break > 0 {
                last = Some(at);
                push_break(self.sink, self.source, at, at + line_break);
            }
            at += line_break.max(1);
        }
        last
    }
}
