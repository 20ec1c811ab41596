//! Where the pieces of a scalar's value go while it is scanned.

use super::source::Source;
use super::token::Text;

/// Takes a scalar's value piece by piece. The same scan serves to read a
/// value and, later, to find where a part of it stands.
pub(crate) trait Sink {
    /// The value goes on with a piece of the source.
    fn source(&mut self, start: usize, end: usize);

    /// The value goes on with a text that `start..end` of the source stands for.
    fn made(&mut self, text: &str, start: usize, end: usize);
}

/// Builds the value. As long as all pieces follow each other in the source,
/// nothing is copied.
pub(crate) struct Collector<'s, 't> {
    text: &'t str,
    decoded: &'s mut String,
    run: (usize, usize),
    /// Where the copy starts in `decoded`, once there is one.
    copied: Option<usize>,
}

impl<'s, 't> Collector<'s, 't> {
    pub(crate) fn new(source: &Source<'t>, decoded: &'s mut String) -> Self {
        Self { text: source.text(), decoded, run: (0, 0), copied: None }
    }

    fn copy(&mut self) -> &mut String {
        if self.copied.is_none() {
            self.copied = Some(self.decoded.len());
            self.decoded.push_str(&self.text[self.run.0..self.run.1]);
        }
        self.decoded
    }

    pub(crate) fn finish(self) -> Text {
        match self.copied {
            Some(start) => Text::decoded(start, self.decoded.len() - start),
            None => Text::source(self.run.0, self.run.1 - self.run.0),
        }
    }
}

impl Sink for Collector<'_, '_> {
    #[inline]
    fn source(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        if self.copied.is_none() {
            if self.run.0 == self.run.1 {
                self.run = (start, end);
                return;
            }
            if self.run.1 == start {
                self.run.1 = end;
                return;
            }
        }
        let text = self.text;
        self.copy().push_str(&text[start..end]);
    }

    fn made(&mut self, text: &str, start: usize, end: usize) {
        if &self.text[start..end] == text {
            self.source(start, end);
        } else {
            self.copy().push_str(text);
        }
    }
}

/// Sends a line break of the source as the value has it: all but the two
/// Unicode separators become a line feed.
pub(crate) fn push_break(sink: &mut impl Sink, source: &Source<'_>, start: usize, end: usize) {
    if is_line_feed(source, start) {
        sink.made("\n", start, end);
    } else {
        sink.source(start, end);
    }
}

pub(crate) fn is_line_feed(source: &Source<'_>, at: usize) -> bool {
    source.byte(at) != 0xE2
}
