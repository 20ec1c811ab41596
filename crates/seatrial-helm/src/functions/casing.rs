//! Functions that change the case of words: upper, title, snakecase, ...

use super::{args, fixed};
use crate::template::Type::Str;
use crate::template::runes::{
    decode, is_digit, is_letter, is_lower, is_number, is_punctuation, is_space, is_title, is_upper, to_lower,
    to_title, to_upper,
};
use crate::template::text::map_runes;
use crate::template::{Call, Fault, Function, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("camelcase", &[Str], |_, args| Ok(Value::from(pascal_case(args::text(args, 0), true)))),
    fixed("kebabcase", &[Str], |_, args| Ok(separated(args::text(args, 0), '-'))),
    fixed("lower", &[Str], |call, args| map_runes(call, &args[0], to_lower)),
    fixed("snakecase", &[Str], |_, args| Ok(separated(args::text(args, 0), '_'))),
    fixed("swapcase", &[Str], swap_case),
    fixed("title", &[Str], title),
    fixed("untitle", &[Str], untitle),
    fixed("upper", &[Str], |call, args| map_runes(call, &args[0], to_upper)),
];

/// `strings.Title`
fn title(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut before = ' ';
    map_runes(call, &args[0], |rune| {
        let starts_word = is_separator(before);
        before = rune;
        if starts_word { to_title(rune) } else { rune }
    })
}

fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !rune.is_ascii_alphanumeric() && rune != '_';
    }
    !is_letter(rune) && !is_digit(rune) && is_space(rune)
}

/// goutils' `Uncapitalize`
fn untitle(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut starts_word = true;
    map_runes(call, &args[0], |rune| {
        if is_space(rune) {
            starts_word = true;
            return rune;
        }
        if std::mem::take(&mut starts_word) { to_lower(rune) } else { rune }
    })
}

/// goutils' `SwapCase`
fn swap_case(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut is_after_space = true;
    map_runes(call, &args[0], |rune| {
        if is_upper(rune) || is_title(rune) {
            is_after_space = false;
            return to_lower(rune);
        }
        if !is_lower(rune) {
            is_after_space = is_space(rune);
            return rune;
        }
        if std::mem::take(&mut is_after_space) { to_title(rune) } else { to_upper(rune) }
    })
}

fn is_connector(rune: char) -> bool {
    matches!(rune, '-' | '_') || is_space(rune)
}

/// xstrings' `ToPascalCase`; before 1.5, `ToCamelCase` kept no capitals.
pub(super) fn pascal_case(mut source: &[u8], keeps_capitals: bool) -> String {
    let mut made = String::with_capacity(source.len());
    let mut next = || -> Option<char> {
        let (rune, size) = decode(source);
        source = &source[size..];
        (size > 0).then_some(rune)
    };
    // Connectors at the start stay.
    let mut starts_upper = false;
    let mut last = None;
    while let Some(rune) = next() {
        if !is_connector(rune) {
            starts_upper = is_upper(rune);
            last = Some(to_upper(rune));
            break;
        }
        made.push(rune);
        last = Some(rune);
    }
    let Some(mut last) = last else { return made };
    if is_connector(last) {
        // Nothing but connectors: the last one is written once more.
        made.push(last);
        return made;
    }
    while let Some(mut rune) = next() {
        let before = last;
        match (is_connector(rune), is_connector(before)) {
            (true, true) => made.push(before),
            (_, true) => {
                starts_upper = is_upper(rune);
                rune = to_upper(rune);
            }
            (_, false) => {
                if !keeps_capitals || starts_upper && is_upper(rune) {
                    rune = to_lower(rune);
                } else {
                    starts_upper = false;
                }
                made.push(before);
            }
        }
        last = rune;
    }
    made.push(last);
    made
}

/// What xstrings takes for one word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// xstrings' `ToSnakeCase` and `ToKebabCase`
fn separated(source: &[u8], connector: char) -> Value {
    let mut made = Vec::with_capacity(source.len() + 8);
    let mut words = Words { rest: source };
    let (mut kind, mut word) = words.next_word();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut made, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next_word();
        match before {
            Word::Number => (kind, word) = take_letters(&mut made, &mut words, kind, word, connector),
            Word::Connector => push_lower(&mut made, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    push_rune(&mut made, connector);
                }
            }
            _ if words.rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = words.next_word();
                if kind == Word::Letters {
                    // `HTTP2xx`: the number belongs to what follows.
                    push_rune(&mut made, connector);
                    push_lower(&mut made, Word::Number, number, connector);
                    (kind, word) = take_letters(&mut made, &mut words, kind, word, connector);
                } else {
                    // `Bld4Floor`: to what stands before.
                    push_lower(&mut made, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        push_rune(&mut made, connector);
                    }
                }
            }
        }
    }
    push_lower(&mut made, kind, word, connector);
    Value::bytes_as_str(made)
}

/// Letters and numbers behind a number belong to it.
fn take_letters<'a>(
    made: &mut Vec<u8>,
    words: &mut Words<'a>,
    mut kind: Word,
    mut word: &'a [u8],
    connector: char,
) -> (Word, &'a [u8]) {
    while matches!(kind, Word::Letters | Word::Number) {
        push_lower(made, kind, word, connector);
        (kind, word) = words.next_word();
    }
    if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
        push_rune(made, connector);
    }
    (kind, word)
}

fn push_rune(made: &mut Vec<u8>, rune: char) {
    made.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

fn push_lower(made: &mut Vec<u8>, kind: Word, mut word: &[u8], connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        made.extend_from_slice(word);
        return;
    }
    while !word.is_empty() {
        let (rune, size) = decode(word);
        word = &word[size..];
        push_rune(
            made,
            if is_connector(rune) {
                connector
            } else if is_upper(rune) {
                to_lower(rune)
            } else {
                rune
            },
        );
    }
}

struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn next_word(&mut self) -> (Word, &'a [u8]) {
        let (rune, size) = valid_rune(self.rest, char::REPLACEMENT_CHARACTER);
        let (kind, length) = match rune {
            char::REPLACEMENT_CHARACTER => (Word::Invalid, size),
            _ if is_connector(rune) => (Word::Connector, self.run(rune, size, is_connector)),
            _ if is_punctuation(rune) => (Word::Punctuation, self.run(rune, size, is_punctuation)),
            _ if is_upper(rune) => (Word::Upper, self.upper_word(rune, size)),
            _ if is_alphabet(rune) => {
                (Word::Letters, self.run(rune, size, |it| is_alphabet(it) && !is_upper(it)))
            }
            _ if is_number(rune) => (Word::Number, self.run(rune, size, is_number)),
            _ => (Word::Other, self.run(rune, size, is_other)),
        };
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        (kind, word)
    }

    /// The end of a run of such runes that starts here.
    fn run(&self, first: char, size: usize, belongs: fn(char) -> bool) -> usize {
        let (mut end, mut before) = (size, first);
        while end < self.rest.len() {
            let (rune, size) = valid_rune(&self.rest[end..], before);
            if !belongs(rune) {
                break;
            }
            end += size;
            before = rune;
        }
        end
    }

    /// `Status`, `HTTP`; of `HTTPStatus` the part before `Status`.
    fn upper_word(&self, first: char, size: usize) -> usize {
        if size == self.rest.len() {
            return size;
        }
        let (second, second_size) = valid_rune(&self.rest[size..], first);
        if is_alphabet(second) && !is_upper(second) {
            return self.run(first, size, |it| is_alphabet(it) && !is_upper(it));
        }
        if !is_upper(second) {
            return size;
        }
        let (mut end, mut last_size, mut rune) = (size + second_size, second_size, second);
        while end < self.rest.len() {
            let (next, next_size) = valid_rune(&self.rest[end..], rune);
            rune = next;
            if !is_upper(next) {
                break;
            }
            last_size = next_size;
            end += next_size;
        }
        if end < self.rest.len() && is_alphabet(rune) { end - last_size } else { end }
    }
}

fn is_other(rune: char) -> bool {
    !is_connector(rune) && !is_alphabet(rune) && !is_number(rune) && !is_punctuation(rune)
}

/// Letters other than Chinese characters.
fn is_alphabet(rune: char) -> bool {
    let is_chinese =
        matches!(rune, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    is_letter(rune) && !is_chinese
}

/// The next rune that is valid and its length with what was left out before it;
/// `otherwise` when there is none.
fn valid_rune(bytes: &[u8], otherwise: char) -> (char, usize) {
    let mut at = 0;
    while at < bytes.len() {
        let (rune, size) = decode(&bytes[at..]);
        at += size;
        if rune != char::REPLACEMENT_CHARACTER {
            return (rune, at);
        }
    }
    (otherwise, at)
}
