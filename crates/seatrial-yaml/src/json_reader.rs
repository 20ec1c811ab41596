//! JSON as Go's `encoding/json` reads it: a stream of values, of which each
//! is a document.

use std::sync::Arc;

use crate::builder::Builder;
use crate::fault::Fault;
use crate::numbers;
use crate::tree::{NodeData, Shape, Style};
use crate::{Limits, Problem, ProblemKind, Stream};

/// Reads a text as JSON. Behind the first fault nothing can be told apart, so
/// reading ends there.
pub(crate) fn read(stream: Stream, limits: &Limits) -> Stream {
    let text = Arc::clone(&stream.text);
    let builder = Builder::new(stream, limits.nodes);
    let mut reader = Reader { text: &text, at: 0, builder, open: Vec::new(), depth: limits.depth };
    reader.skip_space();
    while reader.at < text.len() {
        reader.builder.begin_document(reader.at as u32);
        let result = reader.value();
        if let Err(fault) = &result {
            reader.close(fault);
        }
        reader.builder.end_document();
        let end = reader.at as u32;
        if let Some(document) = reader.builder.stream.documents.last_mut() {
            document.span.end = end.max(document.span.start);
        }
        if result.is_err() {
            break;
        }
        reader.skip_space();
    }
    reader.builder.stream
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    builder: Builder,
    /// The brackets that are open, and where.
    open: Vec<(u8, usize)>,
    depth: usize,
}

impl Reader<'_> {
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// One value with all that is in it.
    fn value(&mut self) -> Result<(), Fault> {
        loop {
            self.skip_space();
            if self.builder.is_full() {
                let fault = self.fault("the text has too many nodes; what follows was not read");
                return Err(fault.of_kind(ProblemKind::Size));
            }
            let opened = self.begin()?;
            if opened && self.first_key_or_value()? {
                continue;
            }
            if self.end_values()? {
                return Ok(());
            }
        }
    }

    /// A scalar, or the bracket that opens a collection: then true.
    fn begin(&mut self) -> Result<bool, Fault> {
        match self.byte() {
            bracket @ (b'{' | b'[') => {
                if self.open.len() >= self.depth {
                    return Err(self.fault("collections are nested too deep").of_kind(ProblemKind::Depth));
                }
                let shape = if bracket == b'{' { Shape::Mapping } else { Shape::Sequence };
                self.builder.begin(shape, Style::Flow, self.at as u32);
                self.open.push((bracket, self.at));
                self.at += 1;
                return Ok(true);
            }
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", NodeData::new(Shape::Bool, Style::Plain, 0, 0).with_bits(1))?,
            b'f' => self.word("false", NodeData::new(Shape::Bool, Style::Plain, 0, 0))?,
            b'n' => self.word("null", NodeData::new(Shape::Null, Style::Plain, 0, 0))?,
            _ => return Err(self.unexpected("expected a value here")),
        }
        Ok(false)
    }

    /// Behind an opening bracket: false if the closing one follows at once.
    fn first_key_or_value(&mut self) -> Result<bool, Fault> {
        self.skip_space();
        let (bracket, _) = self.open[self.open.len() - 1];
        if self.byte() == closing(bracket) {
            return Ok(false);
        }
        if bracket == b'{' {
            self.key()?;
        }
        Ok(true)
    }

    fn key(&mut self) -> Result<(), Fault> {
        self.skip_space();
        if self.byte() != b'"' {
            return Err(self.unexpected("expected a key in double quotes here"));
        }
        self.string()?;
        self.skip_space();
        if self.byte() != b':' {
            return Err(self.unexpected("expected a `:` after the key"));
        }
        self.at += 1;
        Ok(())
    }

    /// Behind a value: closes what ends here. True at the end of the document.
    fn end_values(&mut self) -> Result<bool, Fault> {
        while let Some(&(bracket, _)) = self.open.last() {
            self.skip_space();
            let byte = self.byte();
            if byte == b',' {
                self.at += 1;
                if bracket == b'{' {
                    self.key()?;
                }
                return Ok(false);
            }
            if byte != closing(bracket) {
                let message =
                    if bracket == b'{' { "expected `,` or `}` here" } else { "expected `,` or `]` here" };
                return Err(self.unexpected(message));
            }
            self.at += 1;
            self.open.pop();
            self.builder.end(self.at as u32);
        }
        Ok(true)
    }

    /// Gives up the document.
    fn close(&mut self, fault: &Fault) {
        while self.builder.depth() > 0 {
            self.builder.end(self.at as u32);
        }
        let span = |(start, end): (usize, usize)| self.builder.stream.span(start as u32, end as u32);
        let problem = Problem::fatal(fault.kind, span(fault.at), fault.message.clone());
        let problem = problem.related(fault.related.map(span));
        self.builder.problem(problem);
        self.at = self.text.len();
    }

    fn fault(&self, message: &'static str) -> Fault {
        let width = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Fault::syntax(self.at, self.at + width, message)
    }

    /// Something else was expected here; at the end of the text, the bracket
    /// that is still open is the place to look at.
    fn unexpected(&self, message: &'static str) -> Fault {
        let Some(&(_, open)) = self.open.last() else { return self.fault(message) };
        if self.at >= self.text.len() {
            return Fault::syntax(open, open + 1, "this bracket is never closed");
        }
        self.fault(message).opened_at(open, open + 1)
    }

    fn add(&mut self, start: usize, data: NodeData) {
        self.builder.add(NodeData { start: start as u32, end: self.at as u32, ..data });
    }

    fn word(&mut self, word: &str, data: NodeData) -> Result<(), Fault> {
        let start = self.at;
        if !self.text[start..].starts_with(word) {
            return Err(self.unexpected("expected a value here"));
        }
        self.at += word.len();
        self.add(start, data);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        let data = self.number_data(start);
        self.add(start, data);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.byte().is_ascii_digit() {
            return Err(self.unexpected("this number wants a digit here"));
        }
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn number_data(&mut self, start: usize) -> NodeData {
        let text = &self.text[start..self.at];
        let data = |shape| NodeData::new(shape, Style::Plain, 0, 0);
        if let Ok(value) = text.parse::<i64>() {
            return data(Shape::Int).with_bits(value.cast_unsigned());
        }
        if let Ok(value) = text.parse::<u64>() {
            return data(Shape::Uint).with_bits(value);
        }
        if let Some(value) = numbers::finite(text) {
            return data(Shape::Float).with_bits(value.to_bits());
        }
        let span = self.builder.stream.span(start as u32, self.at as u32);
        self.builder.value_problem(Problem::fatal(ProblemKind::Value, span, "this number is too large"));
        data(Shape::Float).with_bits(f64::INFINITY.to_bits())
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let decoded = self.builder.stream.decoded.len();
        let mut copied = start + 1;
        loop {
            match self.byte() {
                b'"' => break,
                b'\\' => {
                    let escape = self.at;
                    let letter = self.escape()?;
                    let buffer = &mut self.builder.stream.decoded;
                    buffer.push_str(&self.text[copied..escape]);
                    buffer.push(letter);
                    copied = self.at;
                }
                0..b' ' if self.at >= self.text.len() => {
                    return Err(Fault::syntax(start, start + 1, "this quote is never closed"));
                }
                0..b' ' => return Err(self.fault("a control character in a string must be escaped")),
                _ => self.at += 1,
            }
        }
        let data = if copied == start + 1 {
            let len = self.at - copied;
            NodeData::new(Shape::Str, Style::DoubleQuoted, 0, 0).with_run(copied as u32, len as u32)
        } else {
            let buffer = &mut self.builder.stream.decoded;
            buffer.push_str(&self.text[copied..self.at]);
            let len = buffer.len() - decoded;
            NodeData::new(Shape::DecodedStr, Style::DoubleQuoted, 0, 0).with_run(decoded as u32, len as u32)
        };
        self.at += 1;
        self.add(start, data);
        Ok(())
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let (letter, end) = escape(self.text, self.at)
            .ok_or_else(|| Fault::syntax(self.at, self.at + 1, "unknown escape sequence"))?;
        self.at = end;
        Ok(letter)
    }
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

/// What the escape sequence at a backslash stands for, and where it ends.
/// Half a surrogate pair is the replacement character.
pub(crate) fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let letter = match text.as_bytes().get(at + 1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\x08',
        b'f' => '\x0C',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape(text, at),
        _ => return None,
    };
    Some((letter, at + 2))
}

fn unicode_escape(text: &str, at: usize) -> Option<(char, usize)> {
    let first = code_unit(text, at)?;
    let second = code_unit(text, at + 6);
    if let (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) = (first, second) {
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(code)?, at + 12));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), at + 6))
}

fn code_unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
