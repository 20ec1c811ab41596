//! The text as the scanner sees it: bytes, with a zero byte after the end.

use std::borrow::Cow;

/// A place in the text and the start of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) at: usize,
    pub(crate) line: usize,
}

impl Cursor {
    /// Bytes from the start of the line. Wherever indentation is compared,
    /// only spaces and indicators stand before, so these are columns.
    pub(crate) fn column(self) -> usize {
        self.at - self.line
    }

    pub(crate) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(crate) fn skip_line(&mut self, line_break: usize) {
        self.at += line_break;
        self.line = self.at;
    }
}

/// Space, tab, line breaks of one byte, and the end.
pub(crate) const BLANK_OR_END: u8 = 1;
/// May start a line break of several bytes.
pub(crate) const WIDE: u8 = 2;
/// Ends a plain scalar in a flow collection.
pub(crate) const FLOW: u8 = 4;
pub(crate) const COLON: u8 = 8;
pub(crate) const SINGLE_QUOTE: u8 = 16;
/// Double quote and backslash.
pub(crate) const DOUBLE_QUOTE: u8 = 32;
/// Line breaks of one byte, and the end.
pub(crate) const BREAK_OR_END: u8 = 64;
/// Letters, digits, `_` and `-`.
pub(crate) const WORD: u8 = 128;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b' ' | b'\t' => BLANK_OR_END,
            b'\n' | b'\r' | 0 => BLANK_OR_END | BREAK_OR_END,
            0xC2 | 0xE2 => WIDE,
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
            b':' => COLON,
            b'\'' => SINGLE_QUOTE,
            b'"' | b'\\' => DOUBLE_QUOTE,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => WORD,
            _ => 0,
        };
        byte += 1;
    }
    class
}

/// A text and what a first look at it found.
#[derive(Clone, Debug)]
pub(crate) struct Source<'t> {
    text: &'t str,
    bytes: Cow<'t, [u8]>,
    /// `WIDE` if the text has a line break of several bytes, else 0: most
    /// have none, and then no letter needs a second look.
    wide: u8,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let has_nul = memchr::memchr(0, bytes).is_some();
        // A zero byte means the end below. Such a text is refused anyway, so
        // another control character may stand in for it.
        let without_nul = || bytes.iter().map(|&byte| byte.max(1)).collect::<Vec<_>>();
        let bytes = if has_nul { Cow::Owned(without_nul()) } else { Cow::Borrowed(bytes) };
        let wide = if has_wide_break(text.as_bytes()) { WIDE } else { 0 };
        Self { text, bytes, wide }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether every line break is one byte and nothing stands in for another.
    pub(crate) fn has_short_breaks(&self) -> bool {
        self.wide == 0 && matches!(self.bytes, Cow::Borrowed(_)) && !self.text.starts_with('\u{FEFF}')
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The byte there; 0 from the end on.
    #[inline]
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn is(&self, at: usize, classes: u8) -> bool {
        CLASS[self.byte(at) as usize] & classes != 0
    }

    pub(crate) fn is_end(&self, at: usize) -> bool {
        at >= self.bytes.len()
    }

    pub(crate) fn starts_with(&self, at: usize, text: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    #[inline]
    pub(crate) fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\t')
    }

    /// How many bytes the line break there has; 0 if there is none.
    #[inline]
    pub(crate) fn line_break(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.byte(at + 1) == b'\n'),
            0xC2 | 0xE2 if self.wide != 0 => self.wide_break(at),
            _ => 0,
        }
    }

    fn wide_break(&self, at: usize) -> usize {
        match (self.byte(at), self.byte(at + 1), self.byte(at + 2)) {
            (0xC2, 0x85, _) => 2,
            (0xE2, 0x80, 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    pub(crate) fn is_break_or_end(&self, at: usize) -> bool {
        self.is_end(at) || self.line_break(at) > 0
    }

    #[inline]
    pub(crate) fn is_blank_or_end(&self, at: usize) -> bool {
        self.is(at, BLANK_OR_END) || self.line_break(at) > 0
    }

    /// The first place from `at` on whose byte is of one of the classes, or
    /// where a line breaks.
    #[inline]
    pub(crate) fn find(&self, mut at: usize, classes: u8) -> usize {
        let stop = classes | self.wide;
        loop {
            let rest = &self.bytes[at.min(self.bytes.len())..];
            let Some(found) = rest.iter().position(|&byte| CLASS[byte as usize] & stop != 0) else {
                return self.bytes.len();
            };
            at += found;
            if self.is(at, classes) || self.wide_break(at) > 0 {
                return at;
            }
            at += 1;
        }
    }

    /// Where the line ends that `at` is in, without its break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        self.find(at, BREAK_OR_END)
    }

    /// The start of the line after the one that `at` is in.
    pub(crate) fn next_line(&self, at: usize) -> usize {
        let end = self.line_end(at);
        end + self.line_break(end)
    }

    pub(crate) fn skip_blanks(&self, mut at: usize) -> usize {
        while self.is_blank(at) {
            at += 1;
        }
        at
    }

    /// The first place from `at` on with another byte.
    pub(crate) fn skip(&self, mut at: usize, byte: u8) -> usize {
        while self.byte(at) == byte {
            at += 1;
        }
        at
    }

    /// Whether `---` or `...` stands at a line's start.
    #[inline]
    pub(crate) fn is_document_marker(&self, cursor: Cursor) -> bool {
        cursor.at == cursor.line
            && matches!(self.byte(cursor.at), b'-' | b'.')
            && (self.starts_with(cursor.at, b"---") || self.starts_with(cursor.at, b"..."))
            && self.is_blank_or_end(cursor.at + 3)
    }

    /// How many characters a piece of the text has.
    pub(crate) fn count_chars(&self, range: std::ops::Range<usize>) -> usize {
        self.bytes[range].iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    /// The place before `at` where blanks begin.
    pub(crate) fn trim_blanks(&self, from: usize, mut to: usize) -> usize {
        while to > from && self.is_blank(to - 1) {
            to -= 1;
        }
        to
    }
}

fn has_wide_break(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(0xC2, 0xE2, bytes)
        .any(|at| matches!(bytes[at..], [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]))
}

/// Where characters stand that YAML forbids, at most `most` of them.
pub(crate) fn forbidden_characters(text: &str, most: usize) -> Vec<usize> {
    const CHUNK: usize = 64;
    let mut found = Vec::new();
    for (index, chunk) in text.as_bytes().chunks(CHUNK).enumerate() {
        // Going on instead of stopping lets the compiler use vector instructions.
        let suspicious = chunk.iter().fold(false, |any, &byte| any | is_suspicious(byte));
        if !suspicious {
            continue;
        }
        let start = index * CHUNK;
        found.extend((start..start + chunk.len()).filter(|&at| is_forbidden(&text.as_bytes()[at..])));
        if found.len() >= most {
            found.truncate(most);
            break;
        }
    }
    found
}

/// Whether a forbidden character may begin with the byte.
fn is_suspicious(byte: u8) -> bool {
    byte < b' ' && byte != b'\n' || matches!(byte, 0x7F | 0xC2 | 0xEF)
}

fn is_forbidden(bytes: &[u8]) -> bool {
    match *bytes {
        [b'\t' | b'\n' | b'\r', ..] => false,
        [0..b' ' | 0x7F, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [0xC2, next, ..] => next < 0xA0 && next != 0x85,
        _ => false,
    }
}
