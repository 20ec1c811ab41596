//! Runes as Go sees them in strings of any bytes: decoding, character classes,
//! the simple case mappings, and `strconv.Quote`.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// The rune at the start and its length. What is not UTF-8 gives U+FFFD and one
/// byte; nothing gives U+FFFD and none.
pub(crate) fn decode(bytes: &[u8]) -> (char, usize) {
    match bytes.first() {
        None => (char::REPLACEMENT_CHARACTER, 0),
        Some(byte) if byte.is_ascii() => (char::from(*byte), 1),
        Some(_) => decode_long(&bytes[..bytes.len().min(4)]),
    }
}

fn decode_long(bytes: &[u8]) -> (char, usize) {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("valid up to there"),
    };
    valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |it| (it, it.len_utf8()))
}

/// The rune at the end and its length, by the rules of [`decode`].
pub(crate) fn decode_last(bytes: &[u8]) -> (char, usize) {
    let Some(last) = bytes.last() else { return (char::REPLACEMENT_CHARACTER, 0) };
    if last.is_ascii() {
        return (char::from(*last), 1);
    }
    let longest = bytes.len().min(4);
    (2..=longest)
        .map(|length| (decode(&bytes[bytes.len() - length..]), length))
        .find(|((_, size), length)| size == length)
        .map_or((char::REPLACEMENT_CHARACTER, 1), |(rune, _)| rune)
}

/// The runes of a string, each with its place and length.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (rune, size) = decode(bytes.get(at..)?);
        let start = at;
        at += size;
        (size > 0).then_some((start, rune, size))
    })
}

/// `unicode.IsSpace`
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// `unicode.IsUpper`
pub(crate) fn is_upper(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_uppercase();
    }
    get_general_category(rune) == Category::UppercaseLetter
}

/// `unicode.IsLower`
pub(crate) fn is_lower(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_lowercase();
    }
    get_general_category(rune) == Category::LowercaseLetter
}

/// `unicode.IsTitle`
pub(crate) fn is_title(rune: char) -> bool {
    !rune.is_ascii() && get_general_category(rune) == Category::TitlecaseLetter
}

/// `unicode.IsLetter`
pub(crate) fn is_letter(rune: char) -> bool {
    use Category::{LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter};
    if rune.is_ascii() {
        return rune.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(rune),
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
    )
}

/// `unicode.IsDigit`
pub(crate) fn is_digit(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_digit();
    }
    get_general_category(rune) == Category::DecimalNumber
}

/// `unicode.IsNumber`
pub(crate) fn is_number(rune: char) -> bool {
    use Category::{DecimalNumber, LetterNumber, OtherNumber};
    if rune.is_ascii() {
        return rune.is_ascii_digit();
    }
    matches!(get_general_category(rune), DecimalNumber | LetterNumber | OtherNumber)
}

/// `unicode.IsPunct`
pub(crate) fn is_punctuation(rune: char) -> bool {
    use Category::{
        ClosePunctuation, ConnectorPunctuation, DashPunctuation, FinalPunctuation, InitialPunctuation,
        OpenPunctuation, OtherPunctuation,
    };
    if rune.is_ascii() {
        return rune.is_ascii_punctuation() && !"$+<=>^`|~".contains(rune);
    }
    matches!(
        get_general_category(rune),
        ConnectorPunctuation
            | DashPunctuation
            | OpenPunctuation
            | ClosePunctuation
            | InitialPunctuation
            | FinalPunctuation
            | OtherPunctuation
    )
}

/// `strconv.IsPrint`
pub(crate) fn is_print(rune: char) -> bool {
    use Category::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate, Unassigned,
    };
    if rune.is_ascii() {
        return matches!(rune, ' '..='~');
    }
    !matches!(
        get_general_category(rune),
        Control
            | Format
            | Surrogate
            | PrivateUse
            | Unassigned
            | LineSeparator
            | ParagraphSeparator
            | SpaceSeparator
    )
}

/// `unicode.ToUpper`: one rune for one, where Rust gives several.
pub(crate) fn to_upper(rune: char) -> char {
    match rune {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(rune, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(rune, 9),
        _ => only(rune.to_uppercase(), rune),
    }
}

/// `unicode.ToLower`
pub(crate) fn to_lower(rune: char) -> char {
    match rune {
        '\u{130}' => 'i',
        _ => only(rune.to_lowercase(), rune),
    }
}

/// `unicode.ToTitle`
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

fn shifted(rune: char, by: u32) -> char {
    char::from_u32(rune as u32 + by).unwrap_or(rune)
}

/// The mapped rune, or the rune itself where the mapping has several.
fn only(mut mapped: impl Iterator<Item = char>, rune: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(first), None) => first,
        _ => rune,
    }
}

/// `strconv.Quote`: the string as a Go literal between double quotes.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push('"');
    for (start, rune, size) in runes(bytes) {
        push_quoted(&mut quoted, &bytes[start..start + size], rune, '"');
    }
    quoted.push('"');
    quoted
}

/// One rune as it stands in a Go literal between these quotes; `source` are the
/// bytes it was decoded from.
pub(crate) fn push_quoted(quoted: &mut String, source: &[u8], rune: char, quotes: char) {
    use std::fmt::Write;

    let written = match rune {
        char::REPLACEMENT_CHARACTER if source.len() == 1 => write!(quoted, "\\x{:02x}", source[0]),
        '\\' => quoted.write_str("\\\\"),
        _ if rune == quotes => write!(quoted, "\\{rune}"),
        _ if is_print(rune) => quoted.write_char(rune),
        '\x07' => quoted.write_str("\\a"),
        '\x08' => quoted.write_str("\\b"),
        '\x0c' => quoted.write_str("\\f"),
        '\n' => quoted.write_str("\\n"),
        '\r' => quoted.write_str("\\r"),
        '\t' => quoted.write_str("\\t"),
        '\x0b' => quoted.write_str("\\v"),
        '\0'..' ' | '\x7f' => write!(quoted, "\\x{:02x}", rune as u32),
        '\0'..='\u{ffff}' => write!(quoted, "\\u{:04x}", rune as u32),
        _ => write!(quoted, "\\U{:08x}", rune as u32),
    };
    written.expect("a String takes all");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runes_are_decoded_from_either_end() {
        assert_eq!(decode("é!".as_bytes()), ('é', 2));
        assert_eq!(decode(b"\xc3!"), ('\u{fffd}', 1));
        assert_eq!(decode(b"\xf0\x9f\x98"), ('\u{fffd}', 1));
        assert_eq!(decode_last("a😀".as_bytes()), ('😀', 4));
        assert_eq!(decode_last(b"a\xa9"), ('\u{fffd}', 1));
        assert_eq!(decode_last(b""), ('\u{fffd}', 0));
        assert_eq!(runes(b"a\xffb").map(|it| it.1).collect::<String>(), "a\u{fffd}b");
    }

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        assert_eq!(
            quote("a\"b\\'\n\t\u{7f}é☺\u{200b}\u{10ffff}".as_bytes()),
            r#""a\"b\\'\n\t\x7fé☺\u200b\U0010ffff""#
        );
        assert_eq!(quote(b"\xff\x00"), r#""\xff\x00""#);
    }

    #[test]
    fn case_is_mapped_one_rune_to_one() {
        assert_eq!(['ß', 'ŉ', 'ᾳ', 'ﬁ', 'ǆ'].map(to_upper), ['ß', 'ŉ', 'ᾼ', 'ﬁ', 'Ǆ']);
        assert_eq!(['İ', 'Σ', 'Ǆ'].map(to_lower), ['i', 'σ', 'ǆ']);
        assert_eq!(['ǆ', 'ა', 'x'].map(to_title), ['ǅ', 'ა', 'X']);
    }
}
