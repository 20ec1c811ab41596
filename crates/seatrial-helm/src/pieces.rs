//! Texts that remember where their parts came from.

use std::fmt;
use std::ops::Range;

use crate::template::trace::{FrameId, Origin, Piece};
use crate::template::{OriginId, Trace};

/// A text under construction. While tracing is off it records nothing.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) text: String,
    /// From which byte on the text has which origin.
    marks: Vec<(usize, OriginId)>,
    is_on: bool,
}

impl Recorder {
    pub(crate) fn new(trace: &Trace) -> Self {
        Self { text: String::new(), marks: Vec::new(), is_on: trace.is_on() }
    }

    /// What is written from here on comes from there.
    pub(crate) fn from(&mut self, origin: OriginId) {
        if self.is_on && self.marks.last().is_none_or(|(_, last)| *last != origin) {
            self.marks.push((self.text.len(), origin));
        }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The text and its origin.
    pub(crate) fn finish(self, trace: &mut Trace) -> (String, OriginId) {
        let ends = self.marks.iter().skip(1).map(|(at, _)| *at).chain([self.text.len()]);
        let pieces = self.marks.iter().zip(ends).filter_map(|((start, origin), end)| {
            let length = end.min(self.text.len()).checked_sub(*start).filter(|it| *it > 0)?;
            Some(Piece { length: length as u32, origin: *origin, frame: FrameId::ROOT })
        });
        let origin = if self.is_on { trace.pieces(pieces.collect()) } else { OriginId::NONE };
        (self.text, origin)
    }
}

impl fmt::Write for Recorder {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

/// The origins of the parts of a text, for values that are read from it.
pub(crate) struct Parts {
    whole: OriginId,
    /// The end of each piece, and the piece.
    pieces: Vec<(usize, Piece)>,
}

impl Parts {
    pub(crate) fn of(trace: &Trace, text: OriginId) -> Self {
        let mut end = 0;
        let pieces = match trace.origin(text) {
            Some(Origin::Pieces(pieces)) if trace.is_on() => pieces.as_slice(),
            _ => &[],
        };
        let pieces = pieces.iter().map(|piece| {
            end += piece.length as usize;
            (end, *piece)
        });
        Self { whole: text, pieces: pieces.collect() }
    }

    /// Where a stretch of the text came from.
    pub(crate) fn slice(&self, trace: &mut Trace, range: Range<usize>) -> OriginId {
        if self.pieces.is_empty() {
            return trace.slice(self.whole, range.start as u32, range.end as u32);
        }
        let first = self.pieces.partition_point(|(end, _)| *end <= range.start);
        let mut touched = Vec::new();
        for (end, piece) in &self.pieces[first..] {
            let start = end - piece.length as usize;
            if start >= range.end {
                break;
            }
            let (from, to) = (range.start.max(start) - start, range.end.min(*end) - start);
            let is_whole = to - from == piece.length as usize;
            let origin =
                if is_whole { piece.origin } else { trace.slice(piece.origin, from as u32, to as u32) };
            touched.push(Piece { length: (to - from) as u32, origin, ..*piece });
        }
        trace.pieces(touched)
    }
}
