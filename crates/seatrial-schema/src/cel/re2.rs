//! Regular expressions as Go's `regexp` has them, on the `regex` crate: the
//! pattern is read once, refused where Go refuses it and in its words, and written
//! anew where the two differ (`\d`, `\w`, `\s` and `\b` know ASCII only, classes
//! do not nest, `\Q..\E` quotes, `\z` ends the text, repetitions are not repeated,
//! names of groups may be anything and stand twice).

use std::fmt::Write;

use regex::{Regex, RegexBuilder, bytes};

/// How large a compiled pattern may be.
const LARGEST_BYTES: usize = 8 << 20;
/// How often Go lets a part be repeated, nested repetitions multiplied.
const MOST_REPEATS: u32 = 1000;
/// How deep Go lets groups be nested.
const DEPTH: usize = 1000;

/// Compiles the pattern; the error says what is wrong with it.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    compile_with_names(pattern).map(|(regex, _)| regex)
}

/// Compiles the pattern, and lists the names of its groups in their order.
/// Within the expression itself they have none.
pub fn compile_with_names(pattern: &str) -> Result<(Regex, Vec<Option<String>>), String> {
    let (translated, names) = translate(pattern)?;
    let regex = RegexBuilder::new(&translated)
        .size_limit(LARGEST_BYTES)
        .nest_limit(2 * DEPTH as u32)
        .build()
        .map_err(|_| wrong("expression too large", pattern))?;
    Ok((regex, names))
}

/// The same for texts of nothing but ASCII, where it can do without the rest of
/// Unicode: that takes most of the time and memory of compiling. None where that
/// cannot be told.
pub fn compile_for_ascii(pattern: &str) -> Option<(bytes::Regex, Vec<Option<String>>)> {
    // Letters beyond ASCII may be others' large or small ones: `(?i)ſ` is found in `s`.
    if !pattern.is_ascii() || pattern.contains("\\x") {
        return None;
    }
    let (translated, names) = translate(pattern).ok()?;
    let regex = bytes::RegexBuilder::new(&translated)
        .unicode(false)
        .size_limit(LARGEST_BYTES)
        .nest_limit(2 * DEPTH as u32)
        .build()
        .ok()?;
    Some((regex, names))
}

/// Go's message: what is wrong, and the part of the pattern where it is.
fn wrong(what: &str, part: &str) -> String {
    format!("error parsing regexp: {what}: `{part}`")
}

const NO_ARGUMENT: &str = "missing argument to repetition operator";
const BAD_REPEAT: &str = "invalid nested repetition operator";
const BAD_COUNT: &str = "invalid repeat count";
const BAD_ESCAPE: &str = "invalid escape sequence";
const BAD_RANGE: &str = "invalid character class range";
const BAD_NAME: &str = "invalid named capture";

fn translate(pattern: &str) -> Result<(String, Vec<Option<String>>), String> {
    let mut writer = Writer {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 8),
        has_operand: false,
        last_repetition: None,
        names: Vec::new(),
    };
    let mut repeats = Repeats::default();
    while let Some(char) = writer.rest.chars().next() {
        let repetition = writer.last_repetition.take();
        match char {
            '\\' => writer.escape()?,
            '[' => writer.class()?,
            '*' | '+' | '?' => writer.repeat(repetition, 1)?,
            '{' => match bounds(writer.rest) {
                Some((length, least, most)) => {
                    let part = &writer.rest[..length];
                    if least > MOST_REPEATS || most.is_some_and(|it| it > MOST_REPEATS || it < least) {
                        return Err(wrong(BAD_COUNT, part));
                    }
                    writer.repeat(repetition, length)?;
                    repeats.multiply(most.unwrap_or(least), part)?;
                }
                None => writer.literal(r"\{", 1),
            },
            '}' => writer.literal(r"\}", 1),
            ']' => writer.literal(r"\]", 1),
            '(' => writer.group(&mut repeats)?,
            ')' => {
                if !repeats.close() {
                    return Err(wrong("unexpected )", pattern));
                }
                writer.copy(1, true);
            }
            '|' => writer.copy(1, false),
            other => writer.copy(other.len_utf8(), true),
        }
        if repeats.open.len() > DEPTH {
            return Err(wrong("expression nests too deeply", pattern));
        }
    }
    if repeats.open.is_empty() {
        Ok((writer.out, writer.names))
    } else {
        Err(wrong("missing closing )", pattern))
    }
}

/// The repetitions around each open group. Go multiplies them; what is counted
/// here is the product of a group's own and those inside it.
#[derive(Default)]
struct Repeats {
    open: Vec<u32>,
    closed: u32,
}

impl Repeats {
    fn open(&mut self) {
        self.open.push(1);
        self.closed = 1;
    }

    /// Whether there was a group to close.
    fn close(&mut self) -> bool {
        let Some(closed) = self.open.pop() else { return false };
        self.closed = closed;
        if let Some(outer) = self.open.last_mut() {
            *outer = (*outer).max(self.closed);
        }
        true
    }

    fn multiply(&mut self, most: u32, part: &str) -> Result<(), String> {
        let product = self.closed.max(1).saturating_mul(most.max(1));
        if product > MOST_REPEATS {
            return Err(wrong(BAD_COUNT, part));
        }
        if let Some(outer) = self.open.last_mut() {
            *outer = (*outer).max(product);
        }
        self.closed = 1;
        Ok(())
    }
}

struct Writer<'a> {
    rest: &'a str,
    out: String,
    /// Whether something stands before that can be repeated.
    has_operand: bool,
    /// Where the repetition starts that stands right before.
    last_repetition: Option<&'a str>,
    names: Vec<Option<String>>,
}

impl<'a> Writer<'a> {
    fn copy(&mut self, length: usize, is_operand: bool) {
        let (text, rest) = self.rest.split_at(length);
        self.out.push_str(text);
        self.rest = rest;
        self.has_operand = is_operand;
    }

    fn literal(&mut self, text: &str, length: usize) {
        self.out.push_str(text);
        self.rest = &self.rest[length..];
        self.has_operand = true;
    }

    fn push_code(&mut self, letter: char) {
        write!(self.out, r"\x{{{:X}}}", u32::from(letter)).expect("a string takes everything");
    }

    /// What stands between two places of the pattern.
    fn part(from: &'a str, to: &str) -> &'a str {
        &from[..from.len() - to.len()]
    }

    fn repeat(&mut self, last: Option<&'a str>, length: usize) -> Result<(), String> {
        let before = self.rest;
        let is_lazy = before[length..].starts_with('?');
        let after = &before[length + usize::from(is_lazy)..];
        if let Some(last) = last {
            return Err(wrong(BAD_REPEAT, Self::part(last, after)));
        }
        if !self.has_operand {
            return Err(wrong(NO_ARGUMENT, Self::part(before, after)));
        }
        self.copy(length + usize::from(is_lazy), true);
        self.last_repetition = Some(before);
        Ok(())
    }

    fn group(&mut self, repeats: &mut Repeats) -> Result<(), String> {
        let whole = self.rest;
        if !whole.starts_with("(?") {
            repeats.open();
            self.names.push(None);
            self.copy(1, false);
            return Ok(());
        }
        let name_at = if whole.len() > 4 && whole.starts_with("(?P<") { 4 } else { 3 };
        if name_at == 4 || whole.len() > 3 && whole.starts_with("(?<") {
            let end = whole.find('>').ok_or_else(|| wrong(BAD_NAME, whole))?;
            let name = &whole[name_at..end];
            if name.is_empty() || !name.chars().all(|it| it == '_' || it.is_ascii_alphanumeric()) {
                return Err(wrong(BAD_NAME, &whole[..=end]));
            }
            repeats.open();
            self.names.push(Some(name.to_owned()));
            self.out.push('(');
            self.rest = &whole[end + 1..];
            self.has_operand = false;
            return Ok(());
        }
        self.flags(repeats)
    }

    /// `(?i)` or `(?i-s:`
    fn flags(&mut self, repeats: &mut Repeats) -> Result<(), String> {
        let whole = self.rest;
        let (mut is_negative, mut saw_flag) = (false, false);
        for (at, letter) in whole.char_indices().skip(2) {
            match letter {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !is_negative => (is_negative, saw_flag) = (true, false),
                ':' | ')' if saw_flag || !is_negative => {
                    // Without flags there is nothing to say for the crate.
                    if letter == ')' && at == 2 {
                        self.rest = &whole[3..];
                        return Ok(());
                    }
                    let is_group = letter == ':';
                    let operand = self.has_operand && !is_group;
                    self.copy(at + 1, operand);
                    if is_group {
                        repeats.open();
                    }
                    return Ok(());
                }
                _ => {
                    let end = at + letter.len_utf8();
                    return Err(wrong("invalid or unsupported Perl syntax", &whole[..end]));
                }
            }
        }
        Err(wrong("invalid or unsupported Perl syntax", whole))
    }

    fn escape(&mut self) -> Result<(), String> {
        let next = self.rest[1..].chars().next();
        match next {
            Some('Q') => {
                let quoted = &self.rest[2..];
                let end = quoted.find(r"\E");
                let text = &quoted[..end.unwrap_or(quoted.len())];
                self.out.push_str(&regex::escape(text));
                self.rest = &quoted[end.map_or(quoted.len(), |end| end + 2)..];
                self.has_operand |= !text.is_empty();
            }
            Some('b') => self.literal(r"(?-u:\b)", 2),
            // Differs from Go beside letters beyond ASCII: the ASCII form cannot be had.
            Some('A' | 'z' | 'B') => self.copy(2, true),
            Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                let class = format!("[{}]", perl_class(letter));
                self.literal(&class, 2);
            }
            Some('p' | 'P') => {
                let length = property(self.rest)?;
                self.copy(length, true);
            }
            _ => {
                let (code, rest) = character(self.rest)?;
                self.push_code(code);
                self.rest = rest;
                self.has_operand = true;
            }
        }
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        let whole = self.rest;
        self.copy(1, true);
        if self.rest.starts_with('^') {
            self.copy(1, true);
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            let posix_end = self.rest.strip_prefix("[:").and_then(|it| it.find(":]"));
            if let Some(end) = posix_end {
                let name = &self.rest[..end + 4];
                if !is_posix(name) {
                    return Err(wrong(BAD_RANGE, name));
                }
                self.copy(name.len(), true);
                continue;
            }
            let letter = self.rest.strip_prefix('\\').and_then(|it| it.chars().next());
            match letter {
                Some('p' | 'P') => {
                    let length = property(self.rest)?;
                    self.copy(length, true);
                }
                Some(letter @ ('d' | 's' | 'w')) => self.literal(perl_class(letter), 2),
                Some(letter @ ('D' | 'S' | 'W')) => {
                    let class = format!("[{}]", perl_class(letter));
                    self.literal(&class, 2);
                }
                _ => self.range(whole)?,
            }
        }
        self.copy(1, true);
        Ok(())
    }

    /// One letter of a class, or from one to another.
    fn range(&mut self, whole: &str) -> Result<(), String> {
        let start = self.rest;
        let (low, rest) = class_character(start, whole)?;
        self.rest = rest;
        self.push_code(low);
        if rest.starts_with('-') && rest.len() >= 2 && !rest[1..].starts_with(']') {
            let (high, rest) = class_character(&rest[1..], whole)?;
            self.rest = rest;
            if high < low {
                return Err(wrong(BAD_RANGE, Self::part(start, rest)));
            }
            self.out.push('-');
            self.push_code(high);
        }
        Ok(())
    }
}

fn class_character<'a>(text: &'a str, whole: &str) -> Result<(char, &'a str), String> {
    match text.chars().next() {
        None => Err(wrong("missing closing ]", whole)),
        Some('\\') => character(text),
        Some(letter) => Ok((letter, &text[letter.len_utf8()..])),
    }
}

/// The letter that an escape stands for, and what follows it.
fn character(text: &str) -> Result<(char, &str), String> {
    let mut rest = text[1..].chars();
    let Some(letter) = rest.next() else {
        return Err(wrong("trailing backslash at end of expression", ""));
    };
    let simple = match letter {
        'a' => '\u{7}',
        'f' => '\u{C}',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'v' => '\u{B}',
        'x' => return hexadecimal(text),
        '0'..='7' => {
            let digits: &str = &text[1..];
            let length = digits.bytes().take(3).take_while(|it| matches!(it, b'0'..=b'7')).count();
            // One digit that is no zero would be a back reference.
            if letter != '0' && length == 1 {
                return Err(wrong(BAD_ESCAPE, &text[..2]));
            }
            let code = u32::from_str_radix(&digits[..length], 8).unwrap_or(0);
            return Ok((char::from_u32(code).unwrap_or_default(), &digits[length..]));
        }
        _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => letter,
        _ => return Err(wrong(BAD_ESCAPE, &text[..=letter.len_utf8()])),
    };
    Ok((simple, rest.as_str()))
}

/// `\x41` or `\x{1F600}`
fn hexadecimal(text: &str) -> Result<(char, &str), String> {
    let mut rest = text[2..].chars();
    let fail = |rest: &str| Err(wrong(BAD_ESCAPE, &text[..text.len() - rest.len()]));
    let Some(first) = rest.next() else { return fail("") };
    let mut code = 0;
    if first == '{' {
        let mut digits = 0;
        loop {
            match rest.next() {
                Some('}') if digits > 0 => break,
                Some(letter) if letter.is_ascii_hexdigit() => {
                    code = code * 16 + letter.to_digit(16).unwrap_or(0);
                    digits += 1;
                    if code > 0x10_FFFF {
                        return fail(rest.as_str());
                    }
                }
                _ => return fail(rest.as_str()),
            }
        }
    } else {
        let second = rest.next();
        match (first.to_digit(16), second.and_then(|it| it.to_digit(16))) {
            (Some(high), Some(low)) => code = high * 16 + low,
            _ => return fail(rest.as_str()),
        }
    }
    // A surrogate matches nothing that is text; neither does this.
    Ok((char::from_u32(code).unwrap_or('\u{10FFFF}'), rest.as_str()))
}

fn perl_class(letter: char) -> &'static str {
    match letter {
        'd' => "0-9",
        'D' => "^0-9",
        's' => r"\t\n\x0C\r ",
        'S' => r"^\t\n\x0C\r ",
        'w' => "0-9A-Za-z_",
        _ => "^0-9A-Za-z_",
    }
}

fn is_posix(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
        "upper", "word", "xdigit",
    ];
    let inner = &name[2..name.len() - 2];
    let inner = inner.strip_prefix('^').unwrap_or(inner);
    NAMES.contains(&inner)
}

/// The length of `\pL` or `\p{Greek}`.
fn property(text: &str) -> Result<usize, String> {
    let length = if text[2..].starts_with('{') {
        text.find('}').map(|at| at + 1).ok_or_else(|| wrong(BAD_RANGE, text))?
    } else {
        2 + text[2..].chars().next().map_or(0, char::len_utf8)
    };
    let part = &text[..length];
    let name = part[2..].trim_start_matches('{').trim_start_matches('^');
    // The crate takes names in any spelling, Go only its own.
    let is_spelt = name.starts_with(|it: char| it.is_ascii_uppercase());
    if is_spelt && Regex::new(part).is_ok() { Ok(length) } else { Err(wrong(BAD_RANGE, part)) }
}

/// The length of `{2,5}` at the start and the numbers in it, if it is one.
fn bounds(text: &str) -> Option<(usize, u32, Option<u32>)> {
    let end = text.find('}')?;
    let number = |digits: &str| {
        let is_plain = digits.bytes().all(|it| it.is_ascii_digit()) && !digits.is_empty();
        let is_plain = is_plain && !(digits.len() > 1 && digits.starts_with('0'));
        is_plain.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let (least, most) = match text[1..end].split_once(',') {
        None => {
            let only = number(&text[1..end])?;
            (only, Some(only))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((end + 1, least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        let matches = |pattern: &str, text: &str| compile(pattern).unwrap().is_match(text);
        assert!(!matches(r"^\d$", "\u{0663}"));
        assert!(matches(r"^[a[b]+$", "a[b"));
        assert!(matches(r"^[a&&b]+$", "&"));
        assert!(matches(r"^\Qa.b\E+$", "a.bb"));
        assert!(matches(r"^[[:alpha:]\d-]+$", "a1-"));
        assert!(matches(r"^a{,2}$", "a{,2}"));
        assert!(matches(r"(?i)^ABC\z", "abc"));
        assert!(matches(r"\bfoo\b", "a foo"));
        assert!(matches(r"^[]a]$", "]"));
        assert!(matches(r"^[^()<>@\]]+$", "ab") && !matches(r"^[^()<>@\]]+$", "a<"));
        assert!(matches(r"^\<a\>$", "<a>"));
    }

    #[test]
    fn texts_of_ascii_need_no_more() {
        for pattern in [r"\W+", "[^a-z-]+$", "(?i)k.?", r"a\b|^$", "é|b", r"\x{212a}|c", r"(?i)[^ſ]", r"\pL"]
        {
            let whole = compile(pattern).unwrap();
            let Some((ascii, _)) = compile_for_ascii(pattern) else { continue };
            for text in ["", "a", "Kb c", "a b-C\n", "x_1.\tk"] {
                let found: Vec<_> = ascii.find_iter(text.as_bytes()).map(|it| it.range()).collect();
                assert_eq!(
                    found,
                    whole.find_iter(text).map(|it| it.range()).collect::<Vec<_>>(),
                    "{pattern}"
                );
            }
        }
        assert!(compile_for_ascii(r"\W+").is_some());
        assert!(compile_for_ascii("(").is_none());
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for wrong in [r"a**", "(", "[a", r"\", r"\y", "*a", "a{1001}", "(a{100}){100}", r"\1", "(?=a)"] {
            assert!(compile(wrong).is_err(), "{wrong}");
        }
    }
}
