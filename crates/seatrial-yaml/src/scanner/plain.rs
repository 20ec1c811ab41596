//! Scalars without quotes.

use super::sink::{Sink, is_line_feed, push_break};
use super::source::{BLANK_OR_END, COLON, Cursor, FLOW, Source};
use crate::fault::Fault;

/// Where a plain scalar ends.
pub(crate) struct Plain {
    /// Behind its last letter.
    pub(crate) end: usize,
    /// Behind the blanks and line breaks that follow.
    pub(crate) cursor: Cursor,
    /// Whether line breaks follow.
    pub(crate) ends_line: bool,
}

/// Scans a scalar whose further lines start at column `indent` or right of
/// it, unless it stands in a flow collection.
pub(crate) fn scan(
    source: &Source<'_>,
    start: Cursor,
    indent: usize,
    in_flow: bool,
    sink: &mut impl Sink,
) -> Result<Plain, Fault> {
    let stops = BLANK_OR_END | COLON | if in_flow { FLOW } else { 0 };
    let mut cursor = start;
    let mut end = start.at;
    let mut gap = Gap::default();
    loop {
        if source.is_document_marker(cursor) || source.byte(cursor.at) == b'#' {
            break;
        }
        let word_end = word(source, cursor.at, stops);
        if word_end > cursor.at {
            gap.send(source, end, cursor.at, sink);
            gap = Gap::default();
            sink.source(cursor.at, word_end);
            cursor.at = word_end;
            end = word_end;
        }
        if !source.is_blank_or_end(cursor.at) || source.is_end(cursor.at) {
            break;
        }
        gap.scan(source, &mut cursor, indent).map_err(|fault| fault.from(start.at))?;
        if !in_flow && cursor.column() < indent {
            break;
        }
    }
    Ok(Plain { end, cursor, ends_line: gap.first_break.is_some() })
}

/// The end of a run of letters: a colon counts as a letter unless a blank
/// follows.
fn word(source: &Source<'_>, mut at: usize, stops: u8) -> usize {
    loop {
        at = source.find(at, stops);
        if source.byte(at) != b':' || source.is_blank_or_end(at + 1) {
            return at;
        }
        at += 1;
    }
}

/// Blanks and line breaks between two words.
#[derive(Default)]
struct Gap {
    first_break: Option<(usize, usize)>,
    /// From the end of the first break to the end of the last, if there are more.
    more_breaks: Option<(usize, usize)>,
}

impl Gap {
    fn scan(&mut self, source: &Source<'_>, cursor: &mut Cursor, indent: usize) -> Result<(), Fault> {
        loop {
            let line_break = source.line_break(cursor.at);
            if line_break > 0 {
                let at = (cursor.at, cursor.at + line_break);
                match (self.first_break, &mut self.more_breaks) {
                    (None, _) => self.first_break = Some(at),
                    (_, Some(more)) => more.1 = at.1,
                    (_, more) => *more = Some(at),
                }
                cursor.skip_line(line_break);
            } else if source.is_blank(cursor.at) {
                if self.first_break.is_some() && cursor.column() < indent && source.byte(cursor.at) == b'\t' {
                    let message = "a tab may not stand in the indentation; use spaces";
                    return Err(Fault::syntax(cursor.at, cursor.at + 1, message));
                }
                cursor.skip(1);
            } else {
                return Ok(());
            }
        }
    }

    /// Sends what the gap means, now that a word follows it.
    fn send(&self, source: &Source<'_>, start: usize, end: usize, sink: &mut impl Sink) {
        let Some(first) = self.first_break else {
            sink.source(start, end);
            return;
        };
        if !is_line_feed(source, first.0) {
            sink.source(first.0, first.1);
        } else if self.more_breaks.is_none() {
            sink.made(" ", first.0, first.1);
        }
        if let Some((mut at, end)) = self.more_breaks {
            while at < end {
                let line_break = source.line_break(at);
                if line_break > 0 {
                    push_break(sink, source, at, at + line_break);
                }
                at += line_break.max(1);
            }
        }
    }
}
