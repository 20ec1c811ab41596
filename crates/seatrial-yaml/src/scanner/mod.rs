//! From text to tokens, by libyaml's rules: indentation opens and closes
//! blocks, and a key is known only once its colon is found.

mod block_scalar;
mod plain;
mod properties;
mod quoted;
pub(crate) mod sink;
pub(crate) mod source;
pub(crate) mod token;

use std::collections::VecDeque;

use sink::{Collector, Sink};
use source::{Cursor, Source};
use token::{Directive, RawTag, Text, Token, TokenKind};

use crate::fault::Fault;
use crate::tree::Style;
use crate::{Dialect, ProblemKind};

/// A key without `?` must end this many characters after its start.
const LONGEST_KEY: usize = 1024;

pub(crate) struct Scanner<'t> {
    source: Source<'t>,
    cursor: Cursor,
    /// Column of the block that the scanner is in; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    /// What may turn out to be a key, one place for each flow level.
    keys: Vec<KeyCandidate>,
    key_allowed: bool,
    queue: VecDeque<Token>,
    /// How many tokens have left the queue.
    taken: usize,
    /// Why scanning cannot go on; reported once the queue is used up.
    fault: Option<Fault>,
    lookahead: usize,
    depth: usize,
    pub(crate) decoded: String,
    pub(crate) comments: Vec<(u32, u32)>,
    tags: Vec<RawTag>,
    directives: Vec<Directive>,
}

#[derive(Clone, Copy)]
struct KeyCandidate {
    possible: bool,
    /// It stands where a block mapping needs a key.
    required: bool,
    /// Go looks candidates up by token number, and forgets one when an empty
    /// flow collection closes that began with the same number.
    tracked: bool,
    /// Number of its first token.
    number: usize,
    start: Cursor,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str, dialect: Dialect, depth: usize) -> Self {
        let source = Source::new(text);
        let cursor = after_byte_order_marks(text);
        Self {
            source,
            cursor,
            indent: -1,
            indents: Vec::new(),
            keys: vec![KeyCandidate {
                possible: false,
                required: false,
                tracked: false,
                number: 0,
                start: cursor,
            }],
            key_allowed: true,
            queue: VecDeque::with_capacity(16),
            taken: 0,
            fault: None,
            // v3 looks two tokens ahead to attach comments, which lets it see
            // the colon after `[]` in time.
            lookahead: if dialect == Dialect::GoYaml3 { 2 } else { 0 },
            depth,
            decoded: String::new(),
            comments: Vec::new(),
            tags: Vec::new(),
            directives: Vec::new(),
        }
    }

    pub(crate) fn source(&self) -> &Source<'t> {
        &self.source
    }

    pub(crate) fn text_of(&self, text: Text) -> &str {
        text.of(self.source.text(), &self.decoded)
    }

    pub(crate) fn tag(&self, token: Token) -> &RawTag {
        &self.tags[token.text.start as usize]
    }

    pub(crate) fn directive(&self, token: Token) -> &Directive {
        &self.directives[token.text.start as usize]
    }

    pub(crate) fn comments(&self) -> &[(u32, u32)] {
        &self.comments
    }

    /// Where a document begins, if the token in front is a `---`.
    pub(crate) fn document_ahead(&self) -> Option<usize> {
        let token = self.queue.front()?;
        (token.kind == TokenKind::DocumentStart).then_some(token.start as usize)
    }

    /// The next token, left in place.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<Token, Fault> {
        self.fill()?;
        Ok(self.queue[0])
    }

    /// Takes the token that was peeked at.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.queue.pop_front();
        self.taken += 1;
    }

    /// Goes on at a line's start, in a block at `column` that is open.
    pub(crate) fn resume(&mut self, line: usize, column: usize) {
        self.reset(line);
        while self.indent > column.cast_signed() {
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Goes on at a line's start, outside of all blocks.
    pub(crate) fn restart(&mut self, line: usize) {
        self.reset(line);
        self.indents.clear();
        self.indent = -1;
    }

    fn reset(&mut self, line: usize) {
        self.cursor = Cursor { at: line, line };
        self.taken += self.queue.len();
        self.queue.clear();
        self.fault = None;
        self.keys.truncate(1);
        self.keys[0].possible = false;
        self.key_allowed = true;
        // Tokens that are scanned again bring their comments along.
        let kept = self.comments.partition_point(|&(start, _)| (start as usize) < line);
        self.comments.truncate(kept);
    }

    /// Fetches until the first token in the queue cannot be preceded by one
    /// that is still to come.
    fn fill(&mut self) -> Result<(), Fault> {
        if self.queue.is_empty() {
            // No token refers to it, and of events only the last one counts.
            self.decoded.clear();
        }
        loop {
            let wanted = self.queue.is_empty() || self.head_may_be_key()?;
            if !wanted && self.queue.len() > self.lookahead {
                return Ok(());
            }
            if let Some(fault) = &self.fault {
                return if wanted { Err(fault.clone()) } else { Ok(()) };
            }
            if let Err(fault) = self.fetch() {
                self.fault = Some(fault);
            }
        }
    }

    fn head_may_be_key(&mut self) -> Result<bool, Fault> {
        let level = self.keys.partition_point(|key| key.number < self.taken);
        match self.keys.get(level) {
            Some(key) if key.tracked && key.number == self.taken => self.is_key_valid(level),
            _ => Ok(false),
        }
    }

    /// Whether a candidate may still become a key.
    fn is_key_valid(&mut self, level: usize) -> Result<bool, Fault> {
        let key = self.keys[level];
        if !key.possible {
            return Ok(false);
        }
        let on_this_line = key.start.line == self.cursor.line;
        if on_this_line && !self.is_longer_than_a_key(key.start.at) {
            return Ok(true);
        }
        if key.required {
            return Err(self.missing_colon(key));
        }
        self.keys[level].possible = false;
        Ok(false)
    }

    fn is_longer_than_a_key(&self, start: usize) -> bool {
        self.cursor.at - start > LONGEST_KEY && self.source.count_chars(start..self.cursor.at) > LONGEST_KEY
    }

    fn missing_colon(&self, key: KeyCandidate) -> Fault {
        let start = key.start.at;
        let line_end = self.source.line_end(start);
        let end = self.source.trim_blanks(start, line_end);
        let is_long = self.is_longer_than_a_key(start) && key.start.line == self.cursor.line;
        let message =
            if is_long { "this key is longer than 1024 characters" } else { "expected a `:` after this key" };
        Fault::syntax(start, end, message)
    }

    fn fetch(&mut self) -> Result<(), Fault> {
        self.skip_to_token();
        self.unroll(self.cursor.column().cast_signed());
        let start = self.cursor.at;
        let byte = self.source.byte(start);
        if byte == 0 && self.source.is_end(start) {
            return self.fetch_stream_end();
        }
        if self.cursor.column() == 0 {
            if byte == b'%' {
                return self.fetch_directive();
            }
            if self.source.is_document_marker(self.cursor) {
                return self.fetch_document_marker(byte);
            }
        }
        let in_flow = self.in_flow();
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.source.is_blank_or_end(start + 1) => self.fetch_block_entry(),
            b'?' if in_flow || self.source.is_blank_or_end(start + 1) => self.fetch_key(),
            b':' if in_flow || self.source.is_blank_or_end(start + 1) => self.fetch_value(),
            b'*' => self.fetch_name(TokenKind::Alias),
            b'&' => self.fetch_name(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !in_flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted(),
            b' ' | b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.no_token(byte)),
            _ => self.fetch_plain(),
        }?;
        if self.lookahead > 0 {
            self.skip_line_comment();
        }
        Ok(())
    }

    fn no_token(&self, byte: u8) -> Fault {
        let at = self.cursor.at;
        let message = match byte {
            b'\t' => "a tab may not stand in the indentation; use spaces".into(),
            b'`' => "a backtick cannot start a value; quote it".into(),
            _ => format!("`{}` cannot start a value; quote it", char::from(byte)),
        };
        Fault::syntax(at, at + 1, message)
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn push(&mut self, token: Token) {
        self.queue.push_back(token);
    }

    /// A token of the bytes from the cursor on.
    fn push_indicator(&mut self, kind: TokenKind, len: usize) {
        let start = self.cursor.at;
        self.cursor.skip(len);
        self.push(Token::new(kind, start, start + len));
    }

    fn skip_to_token(&mut self) {
        loop {
            while self.source.byte(self.cursor.at) == b' '
                || (self.in_flow() || !self.key_allowed) && self.source.byte(self.cursor.at) == b'\t'
            {
                self.cursor.skip(1);
            }
            if self.source.byte(self.cursor.at) == b'#' {
                self.skip_comment();
                if self.lookahead > 0 {
                    self.skip_further_comments();
                }
            }
            let line_break = self.source.line_break(self.cursor.at);
            if line_break == 0 {
                return;
            }
            self.cursor.skip_line(line_break);
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn skip_comment(&mut self) {
        let start = self.cursor.at;
        self.cursor.at = self.source.line_end(start);
        self.comments.push((start as u32, self.cursor.at as u32));
    }

    /// v3 reads a block of comments at once, and does not mind tabs before them.
    fn skip_further_comments(&mut self) {
        const FARTHEST: usize = 512;
        let mut ahead = self.cursor;
        while ahead.at - self.cursor.at < FARTHEST {
            let line_break = self.source.line_break(ahead.at);
            if line_break > 0 {
                ahead.skip_line(line_break);
            } else if self.source.is_blank(ahead.at) {
                ahead.skip(1);
            } else if self.source.byte(ahead.at) == b'#' {
                self.cursor = ahead;
                self.skip_comment();
                ahead = self.cursor;
            } else {
                return;
            }
        }
    }

    /// v3 reads a comment right after a token, and does not mind tabs before it.
    fn skip_line_comment(&mut self) {
        let Some(last) = self.queue.back() else { return };
        if last.kind == TokenKind::BlockEntry || self.cursor.line > last.end as usize {
            return;
        }
        let at = self.source.skip_blanks(self.cursor.at);
        if self.source.byte(at) == b'#' {
            self.cursor.at = at;
            self.skip_comment();
        }
    }

    /// Opens a block if the column lies right of the current one. `number` is
    /// that of the token to come first in it, none for the next one.
    fn roll(
        &mut self,
        column: usize,
        number: Option<usize>,
        kind: TokenKind,
        at: usize,
    ) -> Result<(), Fault> {
        if self.in_flow() || self.indent >= column.cast_signed() {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column.cast_signed();
        if self.indents.len() > self.depth {
            return Err(too_deep(at));
        }
        let token = Token::new(kind, at, at).with_number(column);
        self.insert(number, token);
        Ok(())
    }

    /// Puts a token before the one with a number; behind all if that one is
    /// gone already.
    fn insert(&mut self, number: Option<usize>, token: Token) {
        match number.and_then(|number| number.checked_sub(self.taken)) {
            Some(place) if place < self.queue.len() => self.queue.insert(place, token),
            _ => self.queue.push_back(token),
        }
    }

    /// Closes blocks that start right of the column.
    fn unroll(&mut self, column: isize) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            let at = self.cursor.at;
            self.push(Token::new(TokenKind::BlockEnd, at, at));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Notes that a key may start here.
    fn save_key(&mut self) -> Result<(), Fault> {
        if !self.key_allowed {
            return Ok(());
        }
        self.remove_key()?;
        let required = !self.in_flow() && self.indent == self.cursor.column().cast_signed();
        let number = self.next_number();
        let start = self.cursor;
        *self.last_key() = KeyCandidate { possible: true, required, tracked: true, number, start };
        Ok(())
    }

    /// Gives up the candidate of this flow level.
    fn remove_key(&mut self) -> Result<(), Fault> {
        let key = *self.last_key();
        if key.possible {
            if key.required {
                return Err(self.missing_colon(key));
            }
            self.last_key().possible = false;
            self.last_key().tracked = false;
        }
        Ok(())
    }

    fn last_key(&mut self) -> &mut KeyCandidate {
        self.keys.last_mut().expect("there is a place outside of all flow collections")
    }

    fn next_number(&self) -> usize {
        self.taken + self.queue.len()
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        self.cursor.line = self.cursor.at;
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.push_indicator(TokenKind::StreamEnd, 0);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Fault> {
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let (directive, end) = properties::directive(&self.source, start)?;
        self.directives.push(directive);
        self.cursor.at = self.source.skip_blanks(end);
        if self.source.byte(self.cursor.at) == b'#' {
            self.skip_comment();
        }
        let line_break = self.source.line_break(self.cursor.at);
        if line_break > 0 {
            self.cursor.skip_line(line_break);
        }
        self.push(Token::new(TokenKind::Directive, start, end).with_number(self.directives.len() - 1));
        Ok(())
    }

    fn fetch_document_marker(&mut self, byte: u8) -> Result<(), Fault> {
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let kind = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        self.push_indicator(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.save_key()?;
        let place = KeyCandidate {
            possible: false,
            required: false,
            tracked: false,
            number: self.next_number(),
            start: self.cursor,
        };
        self.keys.push(place);
        if self.keys.len() - 1 > self.depth {
            return Err(too_deep(self.cursor.at));
        }
        self.key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.remove_key()?;
        if self.in_flow() {
            let closed = self.keys.pop().map(|key| key.number);
            let outer = self.last_key();
            if closed == Some(outer.number) {
                outer.tracked = false;
            }
        }
        self.key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Fault> {
        self.remove_key()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        // In a flow collection the parser refuses it and can say where that began.
        if !self.in_flow() {
            let at = self.cursor.at;
            if !self.key_allowed {
                return Err(Fault::syntax(
                    at,
                    at + 1,
                    "a list item cannot start here; put it on a line of its own",
                ));
            }
            self.roll(self.cursor.column(), None, TokenKind::BlockSequenceStart, at)?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        if !self.in_flow() {
            let at = self.cursor.at;
            if !self.key_allowed {
                return Err(Fault::syntax(at, at + 1, "a `?` for a key cannot stand here; quote the text"));
            }
            self.roll(self.cursor.column(), None, TokenKind::BlockMappingStart, at)?;
        }
        self.remove_key()?;
        self.key_allowed = !self.in_flow();
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        let level = self.keys.len() - 1;
        if self.is_key_valid(level)? {
            let key = self.keys[level];
            let token = Token::new(TokenKind::Key, key.start.at, key.start.at);
            self.insert(Some(key.number), token);
            let column = key.start.column();
            self.roll(column, Some(key.number), TokenKind::BlockMappingStart, key.start.at)?;
            self.keys[level].possible = false;
            self.keys[level].tracked = false;
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                let at = self.cursor.at;
                if !self.key_allowed {
                    return Err(self.misplaced_colon(at));
                }
                self.roll(self.cursor.column(), None, TokenKind::BlockMappingStart, at)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn misplaced_colon(&self, at: usize) -> Fault {
        let on_key_line = self.queue.back().is_some_and(|token| token.start as usize >= self.cursor.line)
            || self.source.text().get(self.cursor.line..at).is_some_and(|before| before.contains(": "));
        let message = if on_key_line {
            "a second `: ` on this line; quote the value"
        } else {
            "a `:` cannot stand here; is the line above unfinished or the indentation wrong?"
        };
        Fault::syntax(at, at + 1, message)
    }

    fn fetch_name(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let end = properties::name_end(&self.source, start)?;
        self.cursor.at = end;
        self.push(Token::new(kind, start, end).with_text(Text::source(start + 1, end - start - 1)));
        Ok(())
    }

    fn fetch_tag(&mut self) -> Result<(), Fault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let (tag, end) = properties::tag(&self.source, start)?;
        self.tags.push(tag);
        self.cursor.at = end;
        self.push(Token::new(TokenKind::Tag, start, end).with_number(self.tags.len() - 1));
        Ok(())
    }

    fn fetch_block_scalar(&mut self) -> Result<(), Fault> {
        self.remove_key()?;
        self.key_allowed = true;
        let (token, cursor) = self.block_scalar(self.cursor, self.indent)?;
        self.cursor = cursor;
        self.push(token);
        Ok(())
    }

    /// The block scalar at a place in a block at column `around`, and what follows it.
    pub(crate) fn block_scalar(&mut self, start: Cursor, around: isize) -> Result<(Token, Cursor), Fault> {
        let mut value = Collector::new(&self.source, &mut self.decoded);
        let found = block_scalar::scan(&self.source, start, around, &mut value)?;
        let text = value.finish();
        self.comments.extend(found.comment.map(|(start, end)| (start as u32, end as u32)));
        let style = if self.source.byte(start.at) == b'|' { Style::Literal } else { Style::Folded };
        let detail = encode_indent(around);
        Ok((Token { detail, ..Token::scalar(style, start.at, found.end, text) }, found.cursor))
    }

    fn fetch_quoted(&mut self) -> Result<(), Fault> {
        self.save_key()?;
        self.key_allowed = false;
        let (token, cursor) = self.quoted(self.cursor)?;
        self.cursor = cursor;
        self.push(token);
        Ok(())
    }

    /// The scalar in quotes at a place, and what follows it.
    pub(crate) fn quoted(&mut self, start: Cursor) -> Result<(Token, Cursor), Fault> {
        let mut value = Collector::new(&self.source, &mut self.decoded);
        let cursor = quoted::scan(&self.source, start, &mut value)?;
        let text = value.finish();
        let is_double = self.source.byte(start.at) == b'"';
        let style = if is_double { Style::DoubleQuoted } else { Style::SingleQuoted };
        Ok((Token::scalar(style, start.at, cursor.at, text), cursor))
    }

    fn fetch_plain(&mut self) -> Result<(), Fault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.at;
        let indent = (self.indent + 1).cast_unsigned();
        let in_flow = self.in_flow();
        let mut value = Collector::new(&self.source, &mut self.decoded);
        let found = plain::scan(&self.source, self.cursor, indent, in_flow, &mut value)?;
        let text = value.finish();
        self.cursor = found.cursor;
        if found.ends_line {
            self.key_allowed = true;
        }
        self.push(Token::scalar(Style::Plain, start, found.end, text));
        Ok(())
    }
}

/// One mark is no part of the text. A second one is skipped as a character of
/// the first line.
fn after_byte_order_marks(text: &str) -> Cursor {
    const MARK: char = '\u{FEFF}';
    let Some(rest) = text.strip_prefix(MARK) else { return Cursor { at: 0, line: 0 } };
    let first = MARK.len_utf8();
    let second = if rest.starts_with(MARK) { first } else { 0 };
    let at = first + second;
    Cursor { at, line: at - second.min(1) }
}

fn too_deep(at: usize) -> Fault {
    Fault::syntax(at, at + 1, "collections are nested too deep").of_kind(ProblemKind::Depth)
}

/// The indentation around a block scalar in 16 bits, for `rescan`.
fn encode_indent(indent: isize) -> u16 {
    i16::try_from(indent + 1).map_or(u16::MAX, i16::cast_unsigned)
}

/// Scans one scalar again, for where the parts of its value come from: `text`
/// starts in its first line and ends with it. False if that is not possible.
pub(crate) fn rescan(text: &str, start: usize, style: Style, detail: u16, sink: &mut impl Sink) -> bool {
    let source = Source::new(text);
    let cursor = Cursor { at: start, line: 0 };
    match style {
        Style::Plain => plain::scan(&source, cursor, 0, false, sink).is_ok(),
        Style::SingleQuoted | Style::DoubleQuoted => quoted::scan(&source, cursor, sink).is_ok(),
        Style::Literal | Style::Folded if detail < u16::MAX => {
            block_scalar::scan(&source, cursor, isize::from(detail.cast_signed()) - 1, sink).is_ok()
        }
        _ => false,
    }
}
