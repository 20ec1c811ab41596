//! From a part of a string's value to the bytes of the source that it is
//! written with.

use std::ops::Range;

use seatrial_source::Span;

use crate::scanner::rescan;
use crate::scanner::sink::Sink;
use crate::tree::{NodeData, Shape, Style};
use crate::{Dialect, Node, json_reader};

/// Where the bytes `part` of a string's value stand.
pub(crate) fn part_span(node: Node<'_>, part: Range<usize>) -> Option<Span> {
    let value = node.as_str()?;
    value.get(part.clone())?;
    let (stream, data) = (node.stream(), node.data());
    if value.is_empty() {
        let at = inside(data);
        return Some(stream.span(at, at));
    }
    let (start, end) = match data.shape {
        Shape::Str | Shape::Time => {
            let run = data.run();
            (run.start + part.start, run.start + part.end)
        }
        _ => {
            let pieces = pieces(node, data)?;
            // A value in base64 has other bytes than its source.
            if pieces.len != value.len() {
                return None;
            }
            pieces.locate(part)?
        }
    };
    Some(stream.span(start as u32, end as u32))
}

/// Where the text of an empty string would begin.
fn inside(data: &NodeData) -> u32 {
    let is_quoted = matches!(data.style, Style::SingleQuoted | Style::DoubleQuoted);
    data.start + u32::from(is_quoted)
}

fn pieces(node: Node<'_>, data: &NodeData) -> Option<Pieces> {
    let stream = node.stream();
    let text: &str = &stream.text;
    if stream.dialect == Dialect::Json {
        return Some(json_pieces(text, data));
    }
    let start = data.start as usize;
    let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = match data.style {
        Style::Literal | Style::Folded => end_of_line(text, data.end as usize),
        _ => data.end as usize,
    };
    let mut pieces = Pieces { base: line, ..Pieces::default() };
    rescan(&text[line..end], start - line, data.style, data.detail, &mut pieces).then_some(pieces)
}

/// Behind the line break at `at`, which is part of a block scalar's value.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line_break =
        ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].into_iter().find(|it| rest.starts_with(it));
    at + line_break.map_or(0, str::len)
}

fn json_pieces(text: &str, data: &NodeData) -> Pieces {
    let mut pieces = Pieces::default();
    let end = data.end as usize - 1;
    let mut at = data.start as usize + 1;
    while at < end {
        let stop = memchr::memchr(b'\\', &text.as_bytes()[at..end]).map_or(end, |found| at + found);
        pieces.source(at, stop);
        at = stop;
        if let Some((letter, after)) = json_reader::escape(text, at).filter(|_| at < end) {
            pieces.made(letter.encode_utf8(&mut [0; 4]), at, after);
            at = after;
        }
    }
    pieces
}

/// A value in pieces, in order.
#[derive(Default)]
struct Pieces {
    list: Vec<Piece>,
    len: usize,
    /// Where the text that is scanned starts in the source.
    base: usize,
}

struct Piece {
    value: Range<usize>,
    source: Range<usize>,
}

impl Pieces {
    fn push(&mut self, len: usize, start: usize, end: usize) {
        if len > 0 {
            let value = self.len..self.len + len;
            self.list.push(Piece { value, source: self.base + start..self.base + end });
            self.len += len;
        }
    }

    /// From the source of the first byte to the source of the last one.
    fn locate(&self, part: Range<usize>) -> Option<(usize, usize)> {
        if part.is_empty() {
            let at = self.list.iter().find(|piece| part.start < piece.value.end);
            let place = at
                .map(|piece| piece.start_of(part.start))
                .or(self.list.last().map(|piece| piece.source.end))?;
            return Some((place, place));
        }
        let holding = |byte| self.list.get(self.list.partition_point(|piece| piece.value.end <= byte));
        let start = holding(part.start)?.start_of(part.start);
        let end = holding(part.end - 1)?.end_of(part.end);
        Some((start, end.max(start)))
    }
}

impl Piece {
    fn is_verbatim(&self) -> bool {
        self.value.len() == self.source.len()
    }

    fn start_of(&self, byte: usize) -> usize {
        if self.is_verbatim() {
            self.source.start + byte.saturating_sub(self.value.start)
        } else {
            self.source.start
        }
    }

    fn end_of(&self, byte: usize) -> usize {
        if self.is_verbatim() { self.source.start + (byte - self.value.start) } else { self.source.end }
    }
}

impl Sink for Pieces {
    fn source(&mut self, start: usize, end: usize) {
        self.push(end - start, start, end);
    }

    fn made(&mut self, text: &str, start: usize, end: usize) {
        self.push(text.len(), start, end);
    }
}
