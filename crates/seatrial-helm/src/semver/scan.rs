//! The form of versions, in a version itself and within ranges.

/// The parts of a version, as written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) major: &'a str,
    pub(super) minor: &'a str,
    pub(super) patch: &'a str,
    pub(super) prerelease: &'a str,
    pub(super) metadata: &'a str,
    /// How many bytes of the text it takes.
    pub(super) length: usize,
}

/// The longest version that the text starts with.
pub(super) fn version(text: &str, is_digit: fn(&u8) -> bool) -> Option<Parts<'_>> {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes[from..].iter().take_while(|it| is_digit(it)).count();
    let mut at = usize::from(bytes.first() == Some(&b'v'));
    let length = run(at);
    if length == 0 {
        return None;
    }
    let mut parts = Parts { major: &text[at..at + length], ..Parts::default() };
    at += length;
    for number in [&mut parts.minor, &mut parts.patch] {
        if bytes.get(at) != Some(&b'.') || run(at + 1) == 0 {
            break;
        }
        let end = at + 1 + run(at + 1);
        *number = &text[at + 1..end];
        at = end;
    }
    for (sign, words) in [(b'-', &mut parts.prerelease), (b'+', &mut parts.metadata)] {
        let length = bytes.get(at).filter(|it| **it == sign).map_or(0, |_| words_length(&bytes[at + 1..]));
        if length > 0 {
            *words = &text[at + 1..at + 1 + length];
            at += 1 + length;
        }
    }
    Some(Parts { length: at, ..parts })
}

/// The length of words with dots between them.
fn words_length(bytes: &[u8]) -> usize {
    let word = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'-').count()
    };
    let mut end = word(0);
    while end > 0 && bytes.get(end) == Some(&b'.') && word(end + 1) > 0 {
        end += 1 + word(end + 1);
    }
    end
}

/// The length of the white space that the text starts with.
pub(super) fn space(text: &str) -> usize {
    text.bytes().take_while(|it| matches!(it, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)).count()
}
