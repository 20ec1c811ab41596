//! Go's string constants: `strconv.Unquote`, and quoting in ASCII.

use std::fmt::Write as _;

pub(super) use super::runes::quote;
use super::runes::{push_quoted, runes};

/// `strconv.QuoteToASCII`.
pub(super) fn quote_ascii(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for (start, rune, size) in runes(bytes) {
        push_ascii(&mut out, &bytes[start..start + size], rune, '"');
    }
    out.push('"');
    out
}

/// `strconv.QuoteRune`, or `strconv.QuoteRuneToASCII`.
pub(super) fn quote_rune(rune: char, is_ascii: bool) -> String {
    let mut out = String::from("'");
    let mut buffer = [0; 4];
    let source = rune.encode_utf8(&mut buffer).as_bytes();
    if is_ascii {
        push_ascii(&mut out, source, rune, '\'');
    } else {
        push_quoted(&mut out, source, rune, '\'');
    }
    out.push('\'');
    out
}

fn push_ascii(out: &mut String, source: &[u8], rune: char, quotes: char) {
    if rune.is_ascii() || source.len() == 1 {
        push_quoted(out, source, rune, quotes);
    } else if u32::from(rune) < 0x10000 {
        let _ = write!(out, "\\u{:04x}", u32::from(rune));
    } else {
        let _ = write!(out, "\\U{:08x}", u32::from(rune));
    }
}

/// What stands between the quotes of a constant that the lexer took, where
/// nothing has to be taken out or put in.
pub(super) fn verbatim(text: &str) -> Option<&str> {
    let inside = text.get(1..text.len().checked_sub(1)?)?;
    let special = if text.starts_with('`') { b'\r' } else { b'\\' };
    memchr::memchr(special, inside.as_bytes()).is_none().then_some(inside)
}

/// `strconv.Unquote` of a constant with its quotes.
pub(super) fn unquote(text: &str) -> Option<Vec<u8>> {
    let (quotes, inside) = match text.as_bytes() {
        [first @ (b'"' | b'`'), .., last] if first == last => (*first as char, &text[1..text.len() - 1]),
        _ => return None,
    };
    let bytes = inside.as_bytes();
    if quotes == '`' {
        return Some(bytes.iter().copied().filter(|it| *it != b'\r').collect());
    }
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while !rest.is_empty() {
        let (unit, tail) = unquote_char(rest, quotes)?;
        match unit {
            Unit::Rune(rune) => out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => out.push(byte),
        }
        rest = tail;
    }
    Some(out)
}

/// One rune or byte of a quoted constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Rune(char),
    /// Written as `\x80` or `\200`.
    Byte(u8),
}

/// `strconv.UnquoteChar`: the first rune, and what follows it.
pub(super) fn unquote_char(text: &str, quotes: char) -> Option<(Unit, &str)> {
    let mut chars = text.chars();
    let char = chars.next()?;
    if char == quotes || char == '\n' {
        return None;
    }
    if char != '\\' {
        return Some((Unit::Rune(char), chars.as_str()));
    }
    let escape = chars.next()?;
    let rune = match escape {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        '\'' | '"' if escape == quotes => escape,
        'x' => return numeric(chars.as_str(), 2, 16, true),
        'u' => return numeric(chars.as_str(), 4, 16, false),
        'U' => return numeric(chars.as_str(), 8, 16, false),
        '0'..='7' => return numeric(&text[1..], 3, 8, true),
        _ => return None,
    };
    Some((Unit::Rune(rune), chars.as_str()))
}

fn numeric(text: &str, digits: usize, radix: u32, is_byte: bool) -> Option<(Unit, &str)> {
    let (number, rest) = (text.get(..digits)?, text.get(digits..)?);
    if !number.chars().all(|it| it.is_digit(radix)) {
        return None;
    }
    let number = u32::from_str_radix(number, radix).ok()?;
    let unit = match u8::try_from(number) {
        Ok(byte) if is_byte && byte >= 0x80 => Unit::Byte(byte),
        Err(_) if is_byte => return None,
        _ => Unit::Rune(char::from_u32(number)?),
    };
    Some((unit, rest))
}
