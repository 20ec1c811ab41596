//! Scalars in quotes.

use super::sink::{Sink, is_line_feed, push_break};
use super::source::{BLANK_OR_END, Cursor, DOUBLE_QUOTE, SINGLE_QUOTE, Source};
use crate::fault::Fault;

/// Scans from the opening quote to behind the closing one.
pub(crate) fn scan(source: &Source<'_>, start: Cursor, sink: &mut impl Sink) -> Result<Cursor, Fault> {
    Quoted { source, start: start.at, quote: source.byte(start.at), sink }.scan(start)
}

struct Quoted<'a, 't, S> {
    source: &'a Source<'t>,
    start: usize,
    quote: u8,
    sink: &'a mut S,
}

impl<S: Sink> Quoted<'_, '_, S> {
    fn scan(&mut self, mut cursor: Cursor) -> Result<Cursor, Fault> {
        cursor.skip(1);
        loop {
            self.check_not_cut_off(cursor)?;
            let escaped_break = self.letters(&mut cursor)?;
            if self.source.byte(cursor.at) == self.quote {
                cursor.skip(1);
                return Ok(cursor);
            }
            self.blanks(&mut cursor, escaped_break);
        }
    }

    fn check_not_cut_off(&self, cursor: Cursor) -> Result<(), Fault> {
        let open = (self.start, self.start + 1);
        if self.source.is_end(cursor.at) {
            return Err(Fault::syntax(open.0, open.1, "this quote is never closed"));
        }
        if self.source.is_document_marker(cursor) {
            let fault = Fault::syntax(open.0, open.1, "this quote is not closed before the document ends");
            return Err(Fault { related: Some((cursor.at, cursor.at + 3)), ..fault });
        }
        Ok(())
    }

    /// Takes everything up to a blank, a line break or the closing quote.
    /// True if it ended with an escaped line break.
    fn letters(&mut self, cursor: &mut Cursor) -> Result<bool, Fault> {
        let stops = BLANK_OR_END | if self.quote == b'"' { DOUBLE_QUOTE } else { SINGLE_QUOTE };
        loop {
            let end = self.source.find(cursor.at, stops);
            self.sink.source(cursor.at, end);
            cursor.at = end;
            match self.source.byte(end) {
                b'\\' if self.quote == b'"' => {
                    if self.escape(cursor)? {
                        return Ok(true);
                    }
                }
                b'\'' if self.quote == b'\'' && self.source.byte(end + 1) == b'\'' => {
                    self.sink.made("'", end, end + 2);
                    cursor.skip(2);
                }
                _ => return Ok(false),
            }
        }
    }

    /// Takes an escape sequence. True if it is an escaped line break.
    fn escape(&mut self, cursor: &mut Cursor) -> Result<bool, Fault> {
        let start = cursor.at;
        let line_break = self.source.line_break(start + 1);
        if line_break > 0 {
            cursor.skip_line(1 + line_break);
            return Ok(true);
        }
        let digits = match self.source.byte(start + 1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            letter => {
                let text = self.short_escape(start, letter)?;
                cursor.skip(2);
                self.sink.made(text, start, cursor.at);
                return Ok(false);
            }
        };
        let end = start + 2 + digits;
        let letter = self.code_point(start, end)?;
        cursor.at = end;
        self.sink.made(letter.encode_utf8(&mut [0; 4]), start, end);
        Ok(false)
    }

    fn short_escape(&self, start: usize, letter: u8) -> Result<&'static str, Fault> {
        Ok(match letter {
            b'0' => "\0",
            b'a' => "\x07",
            b'b' => "\x08",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\x0B",
            b'f' => "\x0C",
            b'r' => "\r",
            b'e' => "\x1B",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{A0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            _ => {
                let rest = self.source.text().get(start + 1..).unwrap_or_default();
                let width = rest.chars().next().map_or(0, char::len_utf8);
                let message = "unknown escape sequence; write `\\\\` for a backslash or use single quotes";
                return Err(self.fault(start, start + 1 + width, message));
            }
        })
    }

    fn code_point(&self, start: usize, end: usize) -> Result<char, Fault> {
        let digits = self.source.text().get(start + 2..end).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.fault(start, start + 2, "this escape sequence wants more hexadecimal digits"));
        }
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
            .ok_or_else(|| self.fault(start, end, "this escape sequence is not a Unicode character"))
    }

    fn fault(&self, start: usize, end: usize, message: &'static str) -> Fault {
        Fault::syntax(start, end, message).from(self.start)
    }

    /// Takes blanks and line breaks: blanks within a line belong to the
    /// value, a single break becomes a space, of several one is dropped.
    fn blanks(&mut self, cursor: &mut Cursor, escaped_break: bool) {
        let start = cursor.at;
        let mut first_break = None;
        // The breaks after the first one are sent as they are met, the first
        // one only when it is clear what it turns into.
        let mut more_breaks = false;
        loop {
            let line_break = self.source.line_break(cursor.at);
            if line_break > 0 {
                let end = cursor.at + line_break;
                match first_break {
                    None if !escaped_break => first_break = Some((cursor.at, end)),
                    _ => {
                        if let Some((start, end)) = first_break.filter(|_| !more_breaks) {
                            self.keep_separator(start, end);
                        }
                        more_breaks = true;
                        push_break(self.sink, self.source, cursor.at, end);
                    }
                }
                cursor.skip_line(line_break);
            } else if self.source.is_blank(cursor.at) {
                cursor.skip(1);
            } else {
                break;
            }
        }
        match first_break {
            Some((start, end)) if !more_breaks => {
                if is_line_feed(self.source, start) {
                    self.sink.made(" ", start, end);
                } else {
                    self.sink.source(start, end);
                }
            }
            None if !escaped_break => self.sink.source(start, cursor.at),
            _ => {}
        }
    }

    /// A Unicode separator stays even where a line feed would be dropped.
    fn keep_separator(&mut self, start: usize, end: usize) {
        if !is_line_feed(self.source, start) {
            self.sink.source(start, end);
        }
    }
}
