//! Anchors, aliases, tags and directives.

use super::source::{Source, WORD};
use super::token::{Directive, RawTag};
use crate::fault::Fault;

/// The end of the name of an anchor or alias, from its `&` or `*`.
pub(crate) fn name_end(source: &Source<'_>, start: usize) -> Result<usize, Fault> {
    let end = skip_word(source, start + 1);
    let ends_well = source.is_blank_or_end(end)
        || matches!(source.byte(end), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
    if end > start + 1 && ends_well {
        return Ok(end);
    }
    let message = match source.byte(start) {
        b'*' => "a value that starts with `*` is an alias; quote it to make it text",
        _ => "a value that starts with `&` has an anchor; quote it to make it text",
    };
    Err(Fault::syntax(start, word_like_end(source, start), message))
}

fn skip_word(source: &Source<'_>, mut at: usize) -> usize {
    while source.is(at, WORD) {
        at += 1;
    }
    at
}

/// Up to the next blank: what a person takes for one word.
fn word_like_end(source: &Source<'_>, mut at: usize) -> usize {
    while !source.is_blank_or_end(at) {
        at += 1;
    }
    at
}

/// A tag and its end, from its `!`.
pub(crate) fn tag(source: &Source<'_>, start: usize) -> Result<(RawTag, usize), Fault> {
    let (tag, end) = if source.byte(start + 1) == b'<' {
        let (suffix, end) = uri(source, start + 2, String::new(), false)?;
        if source.byte(end) != b'>' {
            return Err(Fault::syntax(start, end, "this tag wants a closing `>`"));
        }
        (RawTag { handle: String::new(), suffix }, end + 1)
    } else {
        handle_and_suffix(source, start)?
    };
    if source.is_blank_or_end(end) {
        return Ok((tag, end));
    }
    let message = "a value that starts with `!` has a tag; quote it to make it text";
    Err(Fault::syntax(start, word_like_end(source, start), message))
}

fn handle_and_suffix(source: &Source<'_>, start: usize) -> Result<(RawTag, usize), Fault> {
    let (handle, end) = handle(source, start);
    if handle.len() > 1 && handle.ends_with('!') {
        let (suffix, end) = uri(source, end, String::new(), false)?;
        return Ok((RawTag { handle, suffix }, end));
    }
    // What looked like a handle is the start of the suffix, without its `!`.
    let (suffix, end) = uri(source, end, handle[1..].to_owned(), true)?;
    let tag = if suffix.is_empty() {
        RawTag { handle: suffix, suffix: "!".to_owned() }
    } else {
        RawTag { handle: "!".to_owned(), suffix }
    };
    Ok((tag, end))
}

/// `!`, `!!` or `!name!`; also `!name`, which is none.
fn handle(source: &Source<'_>, start: usize) -> (String, usize) {
    let mut end = skip_word(source, start + 1);
    if source.byte(end) == b'!' {
        end += 1;
    }
    (source.text()[start..end].to_owned(), end)
}

fn uri(
    source: &Source<'_>,
    start: usize,
    head: String,
    may_be_empty: bool,
) -> Result<(String, usize), Fault> {
    let mut bytes = head.into_bytes();
    let mut at = start;
    loop {
        match source.byte(at) {
            b'%' => at = escaped_character(source, at, &mut bytes)?,
            byte if source.is(at, WORD) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                bytes.push(byte);
                at += 1;
            }
            _ => break,
        }
    }
    if at == start && !may_be_empty {
        return Err(Fault::syntax(start - 1, start, "this tag has no name"));
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), at))
}

/// One character in UTF-8, each byte as `%` and two digits.
fn escaped_character(source: &Source<'_>, start: usize, bytes: &mut Vec<u8>) -> Result<usize, Fault> {
    let mut at = start;
    let mut left = 1;
    while left > 0 {
        let end = at.max(start + 1);
        let fault =
            || Fault::syntax(start, end, "`%` in a tag wants two hexadecimal digits that make up UTF-8");
        let byte = percent_byte(source, at).ok_or_else(fault)?;
        if at == start {
            left = match byte {
                0..0x80 => 1,
                0xC0..0xE0 => 2,
                0xE0..0xF0 => 3,
                0xF0..0xF8 => 4,
                _ => return Err(fault()),
            };
        } else if byte & 0xC0 != 0x80 {
            return Err(fault());
        }
        bytes.push(byte);
        at += 3;
        left -= 1;
    }
    Ok(at)
}

fn percent_byte(source: &Source<'_>, at: usize) -> Option<u8> {
    let digit = |at| char::from(source.byte(at)).to_digit(16).map(|digit| digit as u8);
    (source.byte(at) == b'%').then_some(())?;
    Some(digit(at + 1)? << 4 | digit(at + 2)?)
}

/// A directive and its end, from its `%`; behind it, only a comment may follow.
pub(crate) fn directive(source: &Source<'_>, start: usize) -> Result<(Directive, usize), Fault> {
    let name_end = skip_word(source, start + 1);
    let fault = |message| Fault::syntax(start, source.line_end(start), message).in_directive();
    let (directive, end) = match (&source.text()[start + 1..name_end], source.is_blank_or_end(name_end)) {
        ("YAML", true) => {
            version(source, name_end).ok_or_else(|| fault("a `%YAML` directive wants a version"))?
        }
        ("TAG", true) => match tag_directive(source, name_end).map_err(Fault::in_directive)? {
            Some(found) => found,
            None => return Err(fault("a `%TAG` directive wants a handle and a prefix")),
        },
        _ => return Err(fault("`%` at the start of a line begins a directive, and this one is unknown")),
    };
    let rest = source.skip_blanks(end);
    if source.byte(rest) == b'#' || source.is_break_or_end(rest) {
        return Ok((directive, end));
    }
    Err(fault("only a comment may follow a directive"))
}

fn version(source: &Source<'_>, at: usize) -> Option<(Directive, usize)> {
    let number = |at: usize| {
        let digits = (0..3).take_while(|ahead| source.byte(at + ahead).is_ascii_digit()).count();
        let end = at + digits;
        let value = source.text()[at..end].parse().ok()?;
        (digits <= 2).then_some((value, end))
    };
    let (major, end) = number(source.skip_blanks(at))?;
    if source.byte(end) != b'.' {
        return None;
    }
    let (minor, end) = number(end + 1)?;
    Some((Directive::Version { major, minor }, end))
}

fn tag_directive(source: &Source<'_>, at: usize) -> Result<Option<(Directive, usize)>, Fault> {
    let start = source.skip_blanks(at);
    if source.byte(start) != b'!' {
        return Ok(None);
    }
    let (handle, end) = handle(source, start);
    let is_handle = handle == "!" || handle.len() > 1 && handle.ends_with('!');
    if !is_handle || !source.is_blank(end) {
        return Ok(None);
    }
    let (prefix, end) = uri(source, source.skip_blanks(end), String::new(), false)?;
    Ok(source.is_blank_or_end(end).then_some((Directive::Tag { handle, prefix }, end)))
}
