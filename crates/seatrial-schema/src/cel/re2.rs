//! Regular expressions as Go's `regexp` has them, on the `regex` crate: the
//! pattern is read once, refused where Go refuses it, and written anew where the
//! two differ (`\d`, `\w`, `\s` and `\b` know ASCII only, classes do not nest,
//! `\Q..\E` quotes, `\z` ends the text, repetitions are not repeated).

use regex::{Regex, RegexBuilder};

/// How large a compiled pattern may be.
const LARGEST_BYTES: usize = 4 << 20;
/// How often Go lets a part be repeated, nested repetitions multiplied.
const MOST_REPEATS: u32 = 1000;

/// Compiles the pattern; the error says what is wrong with it.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&translated)
        .size_limit(LARGEST_BYTES)
        .nest_limit(200)
        .build()
        .map_err(|_| format!("error parsing regexp: invalid pattern: `{pattern}`"))
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut writer =
        Writer { rest: pattern, out: String::with_capacity(pattern.len() + 8), last: Last::Nothing };
    let mut repeats = Repeats::default();
    while let Some(char) = writer.rest.chars().next() {
        match char {
            '\\' => writer.escape()?,
            '[' => writer.class()?,
            '*' | '+' | '?' => writer.repeat(1)?,
            '{' => match bounds(writer.rest) {
                Some((length, most)) => {
                    repeats.multiply(most)?;
                    writer.repeat(length)?;
                }
                None => writer.literal(r"\{", 1),
            },
            '}' => writer.literal(r"\}", 1),
            '(' => {
                repeats.open();
                writer.group();
            }
            ')' => {
                repeats.close();
                writer.copy(1, Last::Operand);
            }
            '|' => writer.copy(1, Last::Nothing),
            '^' => writer.copy(1, Last::Operand),
            other => writer.copy(other.len_utf8(), Last::Operand),
        }
    }
    Ok(writer.out)
}

/// What stands before the next character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Operand,
    Repetition,
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

    fn close(&mut self) {
        self.closed = self.open.pop().unwrap_or(1);
        if let Some(outer) = self.open.last_mut() {
            *outer = (*outer).max(self.closed);
        }
    }

    fn multiply(&mut self, most: u32) -> Result<(), String> {
        let product = self.closed.max(1).saturating_mul(most.max(1));
        if most > MOST_REPEATS || product > MOST_REPEATS {
            return Err("error parsing regexp: invalid repeat count".to_owned());
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
    last: Last,
}

impl Writer<'_> {
    fn copy(&mut self, length: usize, last: Last) {
        let (text, rest) = self.rest.split_at(length);
        self.out.push_str(text);
        self.rest = rest;
        self.last = last;
    }

    fn literal(&mut self, text: &str, length: usize) {
        self.out.push_str(text);
        self.rest = &self.rest[length..];
        self.last = Last::Operand;
    }

    fn group(&mut self) {
        self.copy(1, Last::Nothing);
        if self.rest.starts_with('?') {
            let end = self.rest.find([')', ':', '>']).map_or(self.rest.len(), |at| at + 1);
            // Flags alone, as in `(?i)`, are no operand; the closing one is copied by the caller.
            let end = if self.rest[..end].ends_with(')') { end - 1 } else { end };
            self.copy(end, Last::Nothing);
        }
    }

    fn repeat(&mut self, length: usize) -> Result<(), String> {
        if self.last == Last::Repetition {
            return Err("error parsing regexp: invalid nested repetition operator".to_owned());
        }
        if self.last == Last::Nothing {
            return Err("error parsing regexp: missing argument to repetition operator".to_owned());
        }
        self.copy(length, Last::Repetition);
        if self.rest.starts_with('?') {
            self.copy(1, Last::Repetition);
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(next) = self.rest[1..].chars().next() else {
            return Err("error parsing regexp: trailing backslash at end of expression: ``".to_owned());
        };
        let length = 1 + next.len_utf8();
        match next {
            'Q' => {
                let quoted = &self.rest[2..];
                let end = quoted.find(r"\E");
                self.out.push_str(&regex::escape(&quoted[..end.unwrap_or(quoted.len())]));
                self.rest = &quoted[end.map_or(quoted.len(), |end| end + 2)..];
                self.last = Last::Operand;
            }
            'b' => self.literal(r"(?-u:\b)", length),
            // Differs from Go beside letters beyond ASCII: the ASCII form cannot be had.
            'A' | 'z' | 'B' => self.copy(length, Last::Operand),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                let class = format!("[{}]", perl_class(next));
                self.literal(&class, length);
            }
            'p' | 'P' => {
                self.copy(property_length(self.rest).ok_or_else(|| bad_escape(next))?, Last::Operand);
            }
            _ => {
                let (text, length) = self.character(next)?;
                self.literal(&text, length);
            }
        }
        Ok(())
    }

    /// An escaped character, in or out of a class, and how long the escape is.
    fn character(&self, next: char) -> Result<(String, usize), String> {
        let code = |code: u32, length: usize| Ok((format!(r"\x{{{code:X}}}"), length));
        match next {
            'a' => code(7, 2),
            'f' => code(12, 2),
            't' => code(9, 2),
            'n' => code(10, 2),
            'r' => code(13, 2),
            'v' => code(11, 2),
            'x' => {
                let text = &self.rest[2..];
                let (digits, length) = match text.strip_prefix('{') {
                    Some(inside) => {
                        let end = inside.find('}').ok_or_else(|| bad_escape(next))?;
                        (&inside[..end], 4 + end)
                    }
                    None => (text.get(..2).ok_or_else(|| bad_escape(next))?, 4),
                };
                let number = u32::from_str_radix(digits, 16).ok().filter(|it| *it <= 0x10_ffff);
                code(number.ok_or_else(|| bad_escape(next))?, length)
            }
            '0'..='7' => {
                let digits: String =
                    self.rest[1..].chars().take(3).take_while(|it| ('0'..='7').contains(it)).collect();
                // One digit that is no zero would be a back reference.
                if next != '0' && digits.len() == 1 {
                    return Err(bad_escape(next));
                }
                code(u32::from_str_radix(&digits, 8).unwrap_or(0), 1 + digits.len())
            }
            _ if next.is_ascii_punctuation() => Ok((regex::escape(&next.to_string()), 2)),
            _ => Err(bad_escape(next)),
        }
    }

    fn class(&mut self) -> Result<(), String> {
        let whole = self.rest;
        self.copy(1, Last::Operand);
        if self.rest.starts_with('^') {
            self.copy(1, Last::Operand);
        }
        let mut first = true;
        loop {
            let Some(char) = self.rest.chars().next() else {
                return Err(format!("error parsing regexp: missing closing ]: `{whole}`"));
            };
            match char {
                ']' if !first => {
                    self.copy(1, Last::Operand);
                    return Ok(());
                }
                '[' if self.rest.starts_with("[:") && self.rest[2..].contains(":]") => {
                    let end = self.rest.find(":]").map_or(0, |at| at + 2);
                    self.copy(end, Last::Operand);
                }
                '\\' => self.class_escape()?,
                '-' => {
                    let bare = first || self.rest[1..].starts_with(']');
                    if bare { self.literal(r"\-", 1) } else { self.copy(1, Last::Operand) }
                }
                // Escaped, these two would be bounds of words.
                '<' | '>' => self.copy(1, Last::Operand),
                other if other.is_ascii_punctuation() => {
                    let escaped = format!("\\{other}");
                    self.literal(&escaped, 1);
                }
                other => self.copy(other.len_utf8(), Last::Operand),
            }
            first = false;
        }
    }

    fn class_escape(&mut self) -> Result<(), String> {
        let Some(next) = self.rest[1..].chars().next() else {
            return Err("error parsing regexp: trailing backslash at end of expression: ``".to_owned());
        };
        match next {
            'd' | 's' | 'w' => self.literal(perl_class(next), 2),
            'D' | 'S' | 'W' => {
                let class = format!("[{}]", perl_class(next));
                self.literal(&class, 2);
            }
            'p' | 'P' => {
                self.copy(property_length(self.rest).ok_or_else(|| bad_escape(next))?, Last::Operand);
            }
            _ => {
                let (text, length) = self.character(next)?;
                self.literal(&text, length);
            }
        }
        Ok(())
    }
}

fn bad_escape(next: char) -> String {
    format!("error parsing regexp: invalid escape sequence: `\\{next}`")
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

/// The length of `\pL` or `\p{Greek}`.
fn property_length(text: &str) -> Option<usize> {
    if text[2..].starts_with('{') {
        return text.find('}').map(|at| at + 1);
    }
    text[2..].chars().next().map(|it| 2 + it.len_utf8())
}

/// The length of `{2,5}` at the start and the larger number in it, if it is one.
fn bounds(text: &str) -> Option<(usize, u32)> {
    let end = text.find('}')?;
    let (least, most) = text[1..end].split_once(',').unwrap_or((&text[1..end], ""));
    let number = |digits: &str| {
        let plain = digits.bytes().all(|it| it.is_ascii_digit()) && !digits.is_empty();
        plain.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let least = number(least)?;
    let most = if most.is_empty() { least } else { number(most)? };
    Some((end + 1, most.max(least)))
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
    fn what_go_refuses_is_refused() {
        for wrong in [r"a**", "(", "[a", r"\", r"\y", "*a", "a{1001}", "(a{100}){100}", r"\1", "(?=a)"] {
            assert!(compile(wrong).is_err(), "{wrong}");
        }
    }
}
