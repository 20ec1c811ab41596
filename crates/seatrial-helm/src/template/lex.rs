//! Cuts the text of a template into tokens, as Go's `text/template/parse` does.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::quote::quote;
use super::runes::is_print;

/// What a token is. The order is Go's: keywords come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    #[default]
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    /// Whether it is a word of the language.
    pub(super) fn is_keyword(self) -> bool {
        self >= Self::Block
    }
}

/// A token: its bytes in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The lexer's place in the text.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    start: usize,
    is_inside: bool,
    paren_depth: u32,
    /// What is wrong, once a token of [`Kind::Error`] was given.
    pub(super) error: String,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Letters, digits and underscores of one byte.
static IS_WORD: [bool; 256] = {
    let mut is_word = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        is_word[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    is_word
};

/// Whether it belongs to a name.
pub(super) fn is_word(byte: u8) -> bool {
    IS_WORD[usize::from(byte)]
}

fn is_alphanumeric(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

/// `- ` after a left delimiter.
fn has_left_trim(rest: &[u8]) -> bool {
    matches!(rest, [b'-', next, ..] if is_space(*next))
}

/// ` -` before a right delimiter.
fn has_right_trim(rest: &[u8]) -> bool {
    matches!(rest, [first, b'-', ..] if is_space(*first))
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            start: 0,
            is_inside: false,
            paren_depth: 0,
            error: String::new(),
        }
    }

    /// The next token; [`Kind::Eof`] again and again at the end.
    pub(super) fn next(&mut self) -> Token {
        if self.is_inside { self.inside_action() } else { self.text() }
    }

    /// The place of what is next.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Whether the action that was begun may be a definition.
    pub(super) fn is_at_definition(&self) -> bool {
        self.rest().trim_ascii_start().starts_with(b"define")
    }

    /// Goes on in the text behind an action that ends before this place.
    pub(super) fn leave(&mut self, at: usize, is_trimmed: bool) {
        self.at = at;
        if is_trimmed {
            self.at += trim_start(self.rest());
        }
        self.start = self.at;
        self.is_inside = false;
    }

    fn token(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: self.start as u32, end: self.at as u32 };
        self.start = self.at;
        token
    }

    fn error(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        let token = Token { kind: Kind::Error, start: self.start as u32, end: self.at as u32 };
        self.at = self.bytes.len();
        self.start = self.at;
        self.is_inside = false;
        token
    }

    fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    fn peek(&self) -> Option<char> {
        match *self.bytes.get(self.at)? {
            byte if byte < 0x80 => Some(byte as char),
            _ => self.text[self.at..].chars().next(),
        }
    }

    fn next_char(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn text(&mut self) -> Token {
        loop {
            let Some(length) = find_delim(self.rest()) else {
                self.at = self.bytes.len();
                let kind = if self.at > self.start { Kind::Text } else { Kind::Eof };
                return self.token(kind);
            };
            let delim = self.at + length;
            if length > 0 {
                let is_trimmed = has_left_trim(&self.bytes[delim + 2..]);
                let text = &self.bytes[self.start..delim];
                let kept = if is_trimmed { trim_end(text) } else { text.len() };
                self.at = self.start + kept;
                let token = self.token(Kind::Text);
                self.at = delim;
                self.start = delim;
                if kept > 0 {
                    return token;
                }
            }
            if let Some(token) = self.left_delim() {
                return token;
            }
        }
    }

    /// The left delimiter; none after a comment, which is no token.
    fn left_delim(&mut self) -> Option<Token> {
        self.at += 2;
        let after = if has_left_trim(self.rest()) { 2 } else { 0 };
        if self.bytes[self.at + after..].starts_with(b"/*") {
            self.at += after;
            self.start = self.at;
            return self.comment();
        }
        let token = self.token(Kind::LeftDelim);
        self.is_inside = true;
        self.at += after;
        self.start = self.at;
        self.paren_depth = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        let Some(length) = memchr::memmem::find(&self.bytes[self.at + 2..], b"*/") else {
            return Some(self.error("unclosed comment"));
        };
        self.at += 2 + length + 2;
        let Some(is_trimmed) = self.at_right_delim() else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        self.at += if is_trimmed { 4 } else { 2 };
        if is_trimmed {
            self.at += trim_start(self.rest());
        }
        self.start = self.at;
        None
    }

    /// Whether a right delimiter is next, and whether it trims.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim(rest) && rest[2..].starts_with(b"}}") {
            return Some(true);
        }
        rest.starts_with(b"}}").then_some(false)
    }

    fn right_delim(&mut self, is_trimmed: bool) -> Token {
        if is_trimmed {
            self.at += 2;
            self.start = self.at;
        }
        self.at += 2;
        let token = self.token(Kind::RightDelim);
        if is_trimmed {
            self.at += trim_start(self.rest());
            self.start = self.at;
        }
        self.is_inside = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        let may_end = self.bytes.get(self.at).is_some_and(|it| *it == b'}' || is_space(*it));
        if let Some(is_trimmed) = may_end.then(|| self.at_right_delim()).flatten() {
            if self.paren_depth == 0 {
                return self.right_delim(is_trimmed);
            }
            return self.error("unclosed left paren");
        }
        let Some(char) = self.next_char() else {
            return self.error("unclosed action");
        };
        match char {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.token(Kind::Assign),
            ':' => match self.next_char() {
                Some('=') => self.token(Kind::Declare),
                _ => self.error("expected :="),
            },
            '|' => self.token(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_quoted(),
            '$' => self.field_or_variable(Kind::Variable, Kind::Variable),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '.' if !self.bytes.get(self.at).is_none_or(u8::is_ascii_digit) => {
                self.field_or_variable(Kind::Field, Kind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at -= 1;
                self.number()
            }
            '(' => {
                self.paren_depth += 1;
                self.token(Kind::LeftParen)
            }
            ')' => match self.paren_depth.checked_sub(1) {
                Some(depth) => {
                    self.paren_depth = depth;
                    self.token(Kind::RightParen)
                }
                None => self.error("unexpected right paren"),
            },
            char if is_alphanumeric(char) => self.identifier(),
            ' '..='~' => self.token(Kind::Char),
            char => self.error(format!("unrecognized character in action: {}", code_point(char))),
        }
    }

    /// Letters, digits and underscores.
    fn word(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.iter().position(|it| !is_word(*it)).unwrap_or(rest.len());
            if self.bytes.get(self.at).is_none_or(u8::is_ascii) || !self.peek().is_some_and(is_alphanumeric) {
                return;
            }
            self.next_char();
        }
    }

    /// A run of spaces; the first is taken. The last may belong to ` -}}`.
    fn space(&mut self) -> Token {
        while self.bytes.get(self.at).copied().is_some_and(is_space) {
            self.at += 1;
        }
        let last = &self.bytes[self.at - 1..];
        if has_right_trim(last) && last[2..].starts_with(b"}}") {
            self.at -= 1;
            if self.at == self.start {
                return self.right_delim(true);
            }
        }
        self.token(Kind::Space)
    }

    fn identifier(&mut self) -> Token {
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match &self.text[self.start..self.at] {
            "block" => Kind::Block,
            "break" => Kind::Break,
            "continue" => Kind::Continue,
            "define" => Kind::Define,
            "else" => Kind::Else,
            "end" => Kind::End,
            "if" => Kind::If,
            "range" => Kind::Range,
            "nil" => Kind::Nil,
            "template" => Kind::Template,
            "with" => Kind::With,
            "true" | "false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.token(kind)
    }

    fn field_or_variable(&mut self, kind: Kind, alone: Kind) -> Token {
        if self.at_terminator() {
            return self.token(alone);
        }
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.token(kind)
    }

    fn bad_character(&mut self) -> Token {
        let char = self.peek().map(code_point).unwrap_or_default();
        self.error(format!("bad character {char}"))
    }

    fn at_terminator(&self) -> bool {
        match self.bytes.get(self.at) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.rest().starts_with(b"}}"),
            Some(_) => false,
        }
    }

    /// A constant in quotes with backslashes; the first quote is taken.
    fn quoted(&mut self, end: char, kind: Kind, unterminated: &str) -> Token {
        loop {
            // What means nothing here is passed over at once.
            let rest = self.rest();
            let special = rest.iter().position(|it| matches!(it, b'"' | b'\'' | b'\\' | b'\n'));
            self.at += special.unwrap_or(rest.len());
            match self.next_char() {
                Some('\\') => match self.next_char() {
                    None | Some('\n') => return self.error(unterminated),
                    Some(_) => {}
                },
                None | Some('\n') => return self.error(unterminated),
                Some(char) if char == end => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self) -> Token {
        match memchr::memchr(b'`', self.rest()) {
            Some(length) => {
                self.at += length + 1;
                self.token(Kind::RawString)
            }
            None => self.error("unterminated raw quoted string"),
        }
    }

    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
            return self.token(Kind::Number);
        }
        if self.scan_number() && self.bytes[self.at - 1] == b'i' {
            return self.token(Kind::Complex);
        }
        self.bad_number()
    }

    fn bad_number(&mut self) -> Token {
        let text = quote(&self.bytes[self.start..self.at]);
        self.error(format!("bad number syntax: {text}"))
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next_char();
            return false;
        }
        true
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let is_valid = self.bytes.get(self.at).is_some_and(|it| valid.contains(it));
        self.at += usize::from(is_valid);
        is_valid
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }
}

/// `%#U`.
fn code_point(char: char) -> String {
    let number = u32::from(char);
    if is_print(char) { format!("U+{number:04X} '{char}'") } else { format!("U+{number:04X}") }
}

/// Two braces; what is printed has many that stand alone.
static DELIM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("{{"));

fn find_delim(text: &[u8]) -> Option<usize> {
    DELIM.find(text)
}

fn trim_end(text: &[u8]) -> usize {
    text.iter().rposition(|it| !is_space(*it)).map_or(0, |last| last + 1)
}

fn trim_start(text: &[u8]) -> usize {
    text.iter().position(|it| !is_space(*it)).unwrap_or(text.len())
}
