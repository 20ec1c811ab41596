//! Variables in the text of an object, as Flux fills them in after a build:
//! `${name}` with the operators of `fluxcd/pkg/envsubst`. It keeps which bytes
//! of the result a variable brought.

use std::ops::Range;

use super::shell_pattern;

/// Deepest nesting of variables in the arguments of others.
const DEPTH_MAX: usize = 50;
/// Longest text that is made.
const TEXT_MAX: usize = 16 << 20;

/// A text with its variables filled in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Expansion {
    pub(crate) text: String,
    /// The stretches of the result in order, each with where it comes from.
    pub(crate) pieces: Vec<Piece>,
    /// The variables that were read and have no value, each with the bytes of
    /// the expression, in order.
    pub(crate) unset: Vec<(String, Range<usize>)>,
}

/// A stretch of the result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its bytes in the result.
    pub(crate) made: Range<usize>,
    /// The bytes it stands for in the text.
    pub(crate) source: Range<usize>,
    /// The variable, where it is one.
    pub(crate) variable: Option<String>,
}

/// Why a text cannot be filled in, in the words of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where the expression begins.
    pub(crate) at: usize,
    pub(crate) message: &'static str,
}

/// Fills in the variables of a text. A variable without a value is empty.
pub(crate) fn expand(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<Expansion, Fault> {
    let mut reader = Reader { text, at: 0, value, unset: Vec::new() };
    let mut made = Expansion::default();
    while reader.at < text.len() {
        let start = reader.at;
        let variable = if reader.take("${") {
            let fault = |message| Fault { at: start, message };
            let (variable, result) = reader.expression(start, 0).map_err(fault)?;
            made.text.push_str(&result);
            Some(variable)
        } else {
            reader.literal(&mut made.text);
            None
        };
        if made.text.len() > TEXT_MAX {
            return Err(Fault { at: start, message: "the text becomes too long" });
        }
        made.add(start..reader.at, variable);
    }
    made.unset = reader.unset;
    Ok(made)
}

impl Expansion {
    fn add(&mut self, source: Range<usize>, variable: Option<String>) {
        let start = self.pieces.last().map_or(0, |it| it.made.end);
        self.pieces.push(Piece { made: start..self.text.len(), source, variable });
    }
}

const BAD: &str = "bad substitution";
const NOT_CLOSED: &str = "missing closing brace";
const NO_NAME: &str = "unable to parse variable name";
const BAD_ARGUMENT: &str = "unable to parse substitution within function";

struct Reader<'t> {
    text: &'t str,
    at: usize,
    value: &'t dyn Fn(&str) -> Option<String>,
    unset: Vec<(String, Range<usize>)>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, word: &str) -> bool {
        let is_there = self.rest().starts_with(word);
        self.at += if is_there { word.len() } else { 0 };
        is_there
    }

    /// Text up to the next variable; `$$` is a dollar.
    fn literal(&mut self, into: &mut String) {
        while let Some(next) = self.peek() {
            if self.rest().starts_with("${") {
                return;
            }
            // What follows an escaped dollar is text: `$${a}` is no variable.
            if self.rest().starts_with("$$") {
                self.at += 1;
            }
            into.push(next);
            self.at += next.len_utf8();
        }
    }

    /// The characters that are accepted, by how many bytes of the word they end.
    fn word(&mut self, accept: impl Fn(char, usize) -> bool) -> &'t str {
        let start = self.at;
        while let Some(next) = self.peek() {
            let end = self.at + next.len_utf8();
            if !accept(next, end - start) {
                break;
            }
            self.at = end;
        }
        &self.text[start..self.at]
    }

    /// What follows `${`: the variable, and what the expression comes to.
    fn expression(&mut self, start: usize, depth: usize) -> Result<(String, String), &'static str> {
        if depth > DEPTH_MAX {
            return Err("variables nest too deeply");
        }
        if self.take("#") {
            return self.length(start);
        }
        let name = self.word(|c, _| c.is_alphanumeric() || c == '_').to_owned();
        if name.is_empty() {
            return Err(NO_NAME);
        }
        let made = match self.peek() {
            Some(':') => self.default_or_part(&name, start, depth),
            Some('=') => self.default(&name, start, depth),
            Some(',' | '^') => self.casing(&name, start),
            Some('/') => self.replacement(&name, start, depth),
            Some('#' | '%') => self.trimmed(&name, start, depth),
            _ => {
                self.close(NOT_CLOSED)?;
                Ok(self.read(&name, start))
            }
        }?;
        Ok((name, made))
    }

    fn close(&mut self, otherwise: &'static str) -> Result<(), &'static str> {
        if self.take("}") { Ok(()) } else { Err(otherwise) }
    }

    /// The value of a variable; a note where it has none.
    fn read(&mut self, name: &str, start: usize) -> String {
        let value = (self.value)(name);
        if value.is_none() {
            self.unset.push((name.to_owned(), start..self.at));
        }
        value.unwrap_or_default()
    }

    fn length(&mut self, start: usize) -> Result<(String, String), &'static str> {
        let name = self.word(|c, _| c.is_alphanumeric() || c == '_').to_owned();
        if name.is_empty() {
            return Err(BAD);
        }
        self.close(BAD)?;
        let length = self.read(&name, start).len();
        Ok((name, length.to_string()))
    }

    fn default_or_part(&mut self, name: &str, start: usize, depth: usize) -> Result<String, &'static str> {
        let is_default = self.rest()[1..].starts_with(['=', '-', '?', '+']);
        if is_default { self.default(name, start, depth) } else { self.part(name, start, depth) }
    }

    /// `${name:=word}`. All the operators of this form give the word where the
    /// variable is empty, `:+` and `:?` too.
    fn default(&mut self, name: &str, start: usize, depth: usize) -> Result<String, &'static str> {
        self.take(":");
        self.at += "=".len();
        let mut word = String::new();
        while self.peek() != Some('}') {
            word.push_str(&self.argument(start, depth, |c| c != '}', false)?);
        }
        self.close(BAD)?;
        // That it is unset is what the word is for.
        Ok((self.value)(name).filter(|it| !it.is_empty()).unwrap_or(word))
    }

    /// `${name:offset}` and `${name:offset:length}`, in bytes.
    fn part(&mut self, name: &str, start: usize, depth: usize) -> Result<String, &'static str> {
        self.at += ":".len();
        let offset = self.argument(start, depth, |c| c != ':' && c != '}', false)?;
        let mut length = None;
        if !self.take("}") {
            if self.word(|c, _| c == ':').is_empty() {
                return Err(BAD);
            }
            length = Some(self.argument(start, depth, |c| c != '}', false)?);
            self.close(BAD)?;
        }
        part_of(self.read(name, start), &offset, length.as_deref())
    }

    fn casing(&mut self, name: &str, start: usize) -> Result<String, &'static str> {
        let operator = self.word(|c, end| matches!(c, ',' | '^') && end < 3).to_owned();
        self.close(BAD)?;
        let value = self.read(name, start);
        let first = |change: fn(char) -> String| {
            let mut characters = value.chars();
            characters.next().map_or_else(String::new, |it| change(it) + characters.as_str())
        };
        Ok(match operator.as_str() {
            "," => first(|it| it.to_lowercase().collect()),
            ",," => value.to_lowercase(),
            "^" => first(|it| it.to_uppercase().collect()),
            "^^" => value.to_uppercase(),
            _ => value,
        })
    }

    /// `${name/old/new}`, `//` for all of them, `/#` and `/%` at an end.
    fn replacement(&mut self, name: &str, start: usize, depth: usize) -> Result<String, &'static str> {
        let accept = |c, end| if end == 1 { c == '/' } else { end == 2 && matches!(c, '/' | '#' | '%') };
        let operator = self.word(accept).to_owned();
        let old = self.argument(start, depth, |c| c != '/', true)?;
        if self.word(|c, _| c == '/').is_empty() {
            return Err(BAD);
        }
        let new = match self.peek() {
            Some('}') => None,
            _ => Some(self.argument(start, depth, |c| c != '}', true)?),
        };
        self.close(BAD)?;
        let value = self.read(name, start);
        if new.as_ref().is_some_and(|new| value.len().saturating_mul(new.len() + 1) > TEXT_MAX) {
            return Err("the text becomes too long");
        }
        Ok(match (operator.as_str(), new) {
            ("/", new) => value.replacen(&old, &new.unwrap_or_default(), 1),
            ("//", new) => value.replace(&old, &new.unwrap_or_default()),
            ("/#", Some(new)) => value.strip_prefix(&old).map(|it| new + it).unwrap_or(value),
            ("/%", Some(new)) => value.strip_suffix(&old).map(|it| it.to_owned() + &new).unwrap_or(value),
            _ => value,
        })
    }

    /// `${name#pattern}` and `${name%pattern}`, doubled for the longest match.
    fn trimmed(&mut self, name: &str, start: usize, depth: usize) -> Result<String, &'static str> {
        let sign = self.peek().unwrap_or('#');
        let operator = self.word(|c, end| c == sign && end < 3).to_owned();
        let pattern = self.argument(start, depth, |c| c != '}', false)?;
        self.close(BAD)?;
        let value = self.read(name, start);
        let is_longest = operator.len() == 2;
        if sign == '#' {
            return Ok(value[shell_pattern::prefix(&pattern, &value, is_longest)..].to_owned());
        }
        let reverse = |text: &str| text.chars().rev().collect::<String>();
        let backwards = reverse(&value);
        let matched = shell_pattern::prefix(&reverse(&pattern), &backwards, is_longest);
        Ok(reverse(&backwards[matched..]))
    }

    /// One argument: a variable of its own, or text as long as it is accepted.
    fn argument(
        &mut self,
        start: usize,
        depth: usize,
        accept: impl Fn(char) -> bool,
        with_escapes: bool,
    ) -> Result<String, &'static str> {
        if self.take("${") {
            return Ok(self.expression(start, depth + 1)?.1);
        }
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if self.rest().starts_with("${") {
                break;
            }
            if with_escapes && self.is_escape() {
                self.at += 1;
                let escaped = self.peek().unwrap_or(next);
                text.push(escaped);
                self.at += escaped.len_utf8();
                continue;
            }
            if !accept(next) {
                break;
            }
            text.push(next);
            self.at += next.len_utf8();
        }
        if text.is_empty() { Err(BAD_ARGUMENT) } else { Ok(text) }
    }

    fn is_escape(&self) -> bool {
        let rest = self.rest();
        ["$$", "\\/", "\\\\"].iter().any(|it| rest.starts_with(it))
    }
}

/// A part of a text as bash would cut it; numbers that are none leave it whole.
fn part_of(value: String, offset: &str, length: Option<&str>) -> Result<String, &'static str> {
    let Ok(offset) = offset.parse::<i64>() else { return Ok(value) };
    let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let from = if offset < 0 { (size + offset).max(0) } else { offset };
    let to = match length.map(str::parse::<i64>) {
        None => size,
        Some(Err(_)) => return Ok(value),
        Some(Ok(length)) => from.saturating_add(length).min(size),
    };
    if from >= size {
        return Ok(String::new());
    }
    if to < from {
        return Err("a part of negative length");
    }
    let [from, to] = [from, to].map(|it| usize::try_from(it).unwrap_or_default());
    let bytes = value.as_bytes().get(from..to).unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, made: &str) {
        let value = |name: &str| match name {
            "a" => Some("alpha".to_owned()),
            "path" => Some("usr/local/bin".to_owned()),
            "empty" => Some(String::new()),
            "Greek" => Some("Ελλάς".to_owned()),
            _ => None,
        };
        let found = match expand(text, &value) {
            Ok(made) => made.text,
            Err(fault) => format!("{}: {}", fault.at, fault.message),
        };
        assert_eq!(found, made, "{text}");
    }

    #[test]
    fn variables_are_filled_in() {
        check("x ${a} y", "x alpha y");
        check("${a}${a}", "alphaalpha");
        check("${none}.", ".");
        check("$a and $", "$a and $");
    }

    #[test]
    fn two_dollars_are_one_and_no_variable() {
        check("$${a}", "${a}");
        check("$$a", "$a");
        check("$$$${a}", "$${a}");
    }

    #[test]
    fn what_follows_colon_and_sign_stands_in_for_nothing() {
        check("${none:=b}${none:-c}${none=d}${empty:-e}", "bcde");
        check("${a:-b}", "alpha");
        check("${none:+b}${a:+b}", "balpha");
        check("${none:-}", "");
        check("${none:-x${a}y}", "xalphay");
        check("${none:-${other:-z}}", "z");
    }

    #[test]
    fn parts_are_counted_in_bytes() {
        check("${a:1}${a:1:2}${a:-9}", "lphalpalpha");
        check("${a: -2}", "alpha");
        check("${a:9}", "");
        check("${a:x}", "alpha");
    }

    #[test]
    fn case_and_length_change() {
        check("${a^}${a^^}${Greek,,}${#a}", "AlphaALPHAελλάς5");
    }

    #[test]
    fn replacements_know_ends_and_escapes() {
        check("${path/\\//:}", "usr:local/bin");
        check("${path//\\//:}", "usr:local:bin");
        check("${path/#usr/opt}${path/%bin/lib}", "opt/local/binusr/local/lib");
        check("${a/ph/}", "ala");
    }

    #[test]
    fn patterns_are_cut_off() {
        check("${path#*/}", "local/bin");
        check("${path##*/}", "bin");
        check("${path%/*}", "usr/local");
        check("${path%%/*}", "usr");
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        check("a ${a.b}", "2: missing closing brace");
        check("${{ x }}", "0: unable to parse variable name");
        check("${}", "0: unable to parse variable name");
        check("${a", "0: missing closing brace");
        check("${a-b}", "0: missing closing brace");
        check("${a/x}", "0: bad substitution");
        check("${a:}", "0: unable to parse substitution within function");
    }

    #[test]
    fn pieces_name_their_variables() {
        let made = expand("x${a}y${b:-2}", &|_| None).expect("it is well formed");
        let variables: Vec<Option<&str>> = made.pieces.iter().map(|it| it.variable.as_deref()).collect();
        assert_eq!(variables, [None, Some("a"), None, Some("b")]);
        assert_eq!(made.unset, [("a".to_owned(), 1..5)]);
        assert_eq!(made.pieces[3].made, 2..3);
    }
}
