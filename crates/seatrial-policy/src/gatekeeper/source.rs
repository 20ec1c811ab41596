//! Where the engine reads Rego otherwise than OPA does: the source is written so
//! that both read the same.
//!
//! - A `(` that opens a line begins a statement; the engine takes it for a call of
//!   what stands on the line above.
//! - An argument that is undefined fails a body even behind `not`, as OPA looks
//!   arguments up before; the engine negates that, too.

use std::fmt::Write as _;

use super::growth::looks;

/// One word or sign of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    start: usize,
    /// Whether it is the first of its line.
    pub(super) opens_line: bool,
}

impl Token<'_> {
    pub(super) fn is_word(self) -> bool {
        self.text.starts_with(|it: char| it.is_alphanumeric() || it == '_')
    }

    /// Whether a statement can end with it.
    pub(super) fn ends_term(self) -> bool {
        self.is_word()
            && !matches!(self.text, "not" | "some" | "in" | "with" | "as" | "if" | "else" | "every")
            || self.text.starts_with(['"', '`', ')', ']', '}'])
    }
}

/// The source as the engine has to be given it.
pub(super) fn for_engine(source: &str) -> String {
    let tokens = tokens(source);
    let mut insertions: Vec<(usize, String)> = Vec::new();
    let mut looks = looks(&tokens);
    looks.sort_by_key(|(at, _)| *at);
    let mut looks = looks.into_iter().peekable();
    let mut open: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        while let Some((_, text)) = looks.next_if(|(before, _)| *before == at) {
            // What begins the statement behind it is put in below.
            let is_behind = token.text == "(" && token.opens_line;
            let text = if is_behind { text.trim_end_matches("; ").to_owned() } else { text };
            insertions.push((token.start, text));
        }
        let is_behind_term = at > 0 && tokens[at - 1].ends_term();
        if token.text == "(" && token.opens_line && is_behind_term && open.last() == Some(&"{") {
            insertions.push((token.start, "; ".to_owned()));
        }
        if token.text == "not" && open.last() == Some(&"{") {
            let looked_up = looked_up_behind(&tokens[at + 1..]);
            if !looked_up.is_empty() {
                insertions.push((token.start, looked_up));
            }
        }
        match token.text {
            "(" | "[" | "{" => open.push(token.text),
            ")" | "]" | "}" => drop(open.pop()),
            _ => {}
        }
    }
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    for (at, text) in insertions {
        out.push_str(&source[from..at]);
        out.push_str(&text);
        from = at;
    }
    out.push_str(&source[from..]);
    out
}

/// Statements that look up the arguments of the calls in one statement.
fn looked_up_behind(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    let mut calls: Vec<bool> = Vec::new();
    let mut argument: Option<usize> = None;
    for (at, token) in tokens.iter().enumerate() {
        let is_over = at > 0 && token.opens_line && calls.is_empty();
        if is_over || calls.is_empty() && matches!(token.text, ";" | "}") {
            break;
        }
        let is_in_call = calls.last() == Some(&true);
        match token.text {
            "(" => {
                let is_call = at > 0 && tokens[at - 1].is_word() && !token.opens_line;
                calls.push(is_call);
                argument = is_call.then_some(at + 1);
            }
            "," | ")" if is_in_call => {
                if let Some(reference) = argument.and_then(|from| reference(&tokens[from..at])) {
                    let _ = write!(out, "_ = {reference}; ");
                }
                argument = (token.text == ",").then_some(at + 1);
                if token.text == ")" {
                    calls.pop();
                }
            }
            "[" | "{" => calls.push(false),
            ")" | "]" | "}" => drop(calls.pop()),
            _ => {}
        }
    }
    out
}

/// The text of an argument that is nothing but a reference into something, with
/// fixed steps.
fn reference(tokens: &[Token<'_>]) -> Option<String> {
    let (first, rest) = tokens.split_first()?;
    let is_fixed = |it: &Token<'_>| {
        it.text != "_" && (it.is_word() || it.text.starts_with('"') || matches!(it.text, "." | "[" | "]"))
    };
    if rest.is_empty() || !first.is_word() || !rest.iter().all(is_fixed) {
        return None;
    }
    Some(tokens.iter().map(|it| it.text).collect())
}

/// The words and signs of a source, with `a["b"]` written as `a.b`.
pub(super) fn references<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut words: Vec<&str> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let ("]", [.., "[", step]) = (token.text, &words[..])
            && let Some(name) = quoted_name(step)
        {
            words.truncate(words.len() - 2);
            words.extend([".", name]);
        } else {
            words.push(token.text);
        }
    }
    words
}

/// What a text says, if it could be a word.
fn quoted_name(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(['"', '`'])?.strip_suffix(['"', '`'])?;
    (!inner.is_empty() && inner.bytes().all(is_word_byte)).then_some(inner)
}

/// Whether a source names something by these words, from the first step of a
/// reference on if they begin with one.
pub(super) fn mentions(words: &[&str], steps: &[&str]) -> bool {
    let is_field = |at: usize| at > 0 && words[at - 1] == "." && steps[0] != ".";
    words.windows(steps.len()).enumerate().any(|(at, it)| it == steps && !is_field(at))
}

/// The words and signs of a source, without its comments.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut all = Vec::new();
    let (mut at, mut opens_line) = (0, true);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' => {
                opens_line = true;
                at += 1;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..].iter().position(|it| *it == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            b'`' => {
                let end = bytes[at + 1..].iter().position(|it| *it == b'`');
                at = end.map_or(bytes.len(), |length| at + length + 2);
            }
            byte if is_word_byte(byte) => {
                at += bytes[at..].iter().position(|it| !is_word_byte(*it)).unwrap_or(bytes.len() - at);
            }
            _ => at += 1,
        }
        while !source.is_char_boundary(at) {
            at += 1;
        }
        all.push(Token { text: &source[start..at], start, opens_line });
        opens_line = false;
    }
    all
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parenthesis_that_opens_a_line_begins_a_statement() {
        assert_eq!(for_engine("a {\n b.c\n (x - y) > 1\n}"), "a {\n b.c\n ; (x - y) > 1\n}");
        assert_eq!(
            for_engine("a {\n b := c\n (x - y) > 1\n}"),
            "a {\n b := c\n seatrial_small(b); seatrial_small(c); (x - y) > 1\n}"
        );
        let call = "a {\n f(x,\n (y))\n z == [b\n, (c)]\n}";
        assert_eq!(for_engine(call), call);
    }

    #[test]
    fn arguments_are_looked_up_before_they_are_negated() {
        assert_eq!(for_engine("a { not f(x, p.q[\"r\"]) }"), "a { _ = p.q[\"r\"]; not f(x, p.q[\"r\"]) }");
        assert_eq!(
            for_engine("a { not f(g(x.y), [z.y]) == 1; c }"),
            "a { _ = x.y; not f(g(x.y), [z.y]) == 1; c }"
        );
        for kept in ["a { not f(x, y) }", "a { not x.y }", "a { not f(x[_]) }", "a { \"not f(x.y)\" }"] {
            assert_eq!(for_engine(kept), kept);
        }
    }

    #[test]
    fn broken_sources_are_taken_as_they_are() {
        for text in ["\"", "`", "`a", "\"\\", "not f(", ")]}", "# é\n\"é", "not f(é.ü)"] {
            for_engine(text);
        }
    }
}
