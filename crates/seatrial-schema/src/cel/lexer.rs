//! Text to tokens, by the lexical grammar of the language definition.

use super::unescape::unescape;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Ident,
    /// `` `a.b/c` ``
    EscapedIdent,
    Int,
    Uint,
    Float,
    Text,
    Bytes,
    /// An operator or bracket, `in`, `true`, `false`, `null`.
    Symbol(&'static str),
    End,
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A place where the text is no token, and what is there.
pub(super) struct LexError {
    pub(super) at: u32,
    pub(super) message: String,
}

const SYMBOLS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%",
];
const WORDS: [&str; 4] = ["in", "true", "false", "null"];

/// All tokens, an end among them.
pub(super) fn tokens(text: &str) -> Result<Vec<Lexeme>, LexError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut all = Vec::new();
    loop {
        lexer.skip_blanks();
        let start = lexer.at;
        let token = lexer.token()?;
        let end = token == Token::End;
        all.push(Lexeme { token, start: start as u32, end: lexer.at as u32 });
        if end {
            return Ok(all);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        loop {
            let blanks = self.rest().bytes().take_while(|it| b"\t \r\n\x0c".contains(it)).count();
            self.at += blanks;
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if blanks == 0 {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<Token, LexError> {
        if self.rest().is_empty() {
            return Ok(Token::End);
        }
        if let Some((token, length)) = self.quoted() {
            self.at += length;
            return Ok(token);
        }
        let first = self.byte(0);
        if first.is_ascii_digit() || first == b'.' && self.byte(1).is_ascii_digit() {
            return Ok(self.number());
        }
        if first.is_ascii_alphabetic() || first == b'_' {
            return Ok(self.word());
        }
        if first == b'`' {
            return self.escaped_ident();
        }
        match SYMBOLS.into_iter().find(|symbol| self.rest().starts_with(symbol)) {
            Some(symbol) => {
                self.at += symbol.len();
                Ok(Token::Symbol(symbol))
            }
            None => Err(self.unrecognized()),
        }
    }

    /// The generated lexer names the text up to where it could not go on.
    fn unrecognized(&self) -> LexError {
        let shown: String = match self.byte(0) {
            b'"' | b'\'' | b'`' => self.rest().lines().next().unwrap_or_default().to_owned(),
            _ => self.rest().chars().take(1).collect(),
        };
        LexError { at: self.at as u32, message: format!("token recognition error at: '{shown}'") }
    }

    fn word(&mut self) -> Token {
        let length = self.rest().bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        WORDS.into_iter().find(|it| *it == word).map_or(Token::Ident, Token::Symbol)
    }

    fn escaped_ident(&mut self) -> Result<Token, LexError> {
        let inner = self.rest()[1..]
            .bytes()
            .take_while(|it| it.is_ascii_alphanumeric() || b"_.-/ ".contains(it))
            .count();
        if inner == 0 || self.byte(inner + 1) != b'`' {
            return Err(self.unrecognized());
        }
        self.at += inner + 2;
        Ok(Token::EscapedIdent)
    }

    fn number(&mut self) -> Token {
        if self.rest().starts_with("0x") && self.byte(2).is_ascii_hexdigit() {
            self.at += 2;
            self.skip_digits(u8::is_ascii_hexdigit);
            return self.whole();
        }
        self.skip_digits(u8::is_ascii_digit);
        let mut float = false;
        if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
            self.at += 1;
            self.skip_digits(u8::is_ascii_digit);
            float = true;
        }
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
            self.at += 1 + sign;
            self.skip_digits(u8::is_ascii_digit);
            float = true;
        }
        if float { Token::Float } else { self.whole() }
    }

    fn skip_digits(&mut self, accept: fn(&u8) -> bool) {
        self.at += self.rest().bytes().take_while(accept).count();
    }

    fn whole(&mut self) -> Token {
        if matches!(self.byte(0), b'u' | b'U') {
            self.at += 1;
            return Token::Uint;
        }
        Token::Int
    }

    /// A string or bytes literal and its length, where a complete one starts here.
    fn quoted(&self) -> Option<(Token, usize)> {
        let text = self.rest();
        let bytes = text.bytes().next().is_some_and(|it| matches!(it, b'b' | b'B'));
        let after_b = usize::from(bytes);
        let raw = text.as_bytes().get(after_b).is_some_and(|it| matches!(it, b'r' | b'R'));
        let prefix = after_b + usize::from(raw);
        let length = prefix + quoted_length(&text[prefix..], raw)?;
        Some((if bytes { Token::Bytes } else { Token::Text }, length))
    }
}

fn quoted_length(text: &str, raw: bool) -> Option<usize> {
    let quote = *text.as_bytes().first().filter(|it| matches!(it, b'"' | b'\''))?;
    for triple in ["\"\"\"", "'''"] {
        if text.starts_with(triple)
            && let Some(length) = body_length(&text[3..], triple, raw)
        {
            return Some(length + 6);
        }
    }
    let close = if quote == b'"' { "\"" } else { "'" };
    body_length(&text[1..], close, raw).map(|length| length + 2)
}

/// How long the text before the closing quotes is.
fn body_length(text: &str, close: &str, raw: bool) -> Option<usize> {
    let single = close.len() == 1;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with(close) {
            return Some(at);
        }
        let next = rest.chars().next()?;
        if single && matches!(next, '\n' | '\r') {
            return None;
        }
        at += if next == '\\' && !raw { escape_length(rest)? } else { next.len_utf8() };
    }
}

/// The length of the escape sequence at the start, where it is one.
fn escape_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let all = |from: usize, count: usize, accept: fn(&u8) -> bool| {
        bytes.get(from..from + count).is_some_and(|it| it.iter().all(accept)).then_some(from + count)
    };
    match bytes.get(1)? {
        b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'\\' | b'?' | b'`' => Some(2),
        b'x' | b'X' => all(2, 2, u8::is_ascii_hexdigit),
        b'u' => all(2, 4, u8::is_ascii_hexdigit),
        b'U' => all(2, 8, u8::is_ascii_hexdigit),
        b'0'..=b'3' => all(2, 2, |it| (b'0'..=b'7').contains(it)),
        _ => None,
    }
}

/// What a string literal stands for.
pub(super) fn text_of(literal: &str) -> Result<String, &'static str> {
    let value = unescape(literal, false)?;
    String::from_utf8(value).map_err(|_| "unable to unescape string")
}

/// What a bytes literal stands for.
pub(super) fn bytes_of(literal: &str) -> Result<Vec<u8>, &'static str> {
    unescape(&literal[1..], true)
}
