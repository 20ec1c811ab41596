//! Secrets in plain text: in comments, in command lines, in files inside
//! scalars, in documents that do not parse.

use super::keys::is_secret;
use super::marks::{Mark, marks};

/// Names of flags and keys are no longer than this.
const NAME_BYTES: usize = 128;

/// How much of a value is looked at to find its end.
const VALUE_BYTES: usize = 4096;

/// What ends a value that a shell or a properties file reads.
const DELIMITERS: &[char] = &[' ', '\t', '\n', '\r', '"', '\'', '&', ';', ','];

/// Collects ranges of bytes of one text.
pub(crate) struct Found<'a> {
    text: &'a str,
    /// Where the text starts in its file.
    base: usize,
    ranges: Vec<(usize, usize)>,
    /// An `ExternalSecret` names the fields it fills by `secretKey`.
    is_mapped: bool,
    /// Short flags, and how far each was looked for: a line is searched once.
    searched: Vec<(&'static str, usize)>,
    /// Where the last token ends.
    token_end: usize,
}

impl<'a> Found<'a> {
    pub(crate) fn new(text: &'a str, base: usize) -> Self {
        Self { text, base, ranges: Vec::new(), is_mapped: false, searched: Vec::new(), token_end: 0 }
    }

    /// The whole text.
    pub(crate) fn scan(mut self) -> Vec<(usize, usize)> {
        self.is_mapped = memchr::memmem::find(self.text.as_bytes(), b"remoteRef").is_some();
        let mut state = State::default();
        let mut done = 0;
        for (start, end, mark) in marks(self.text) {
            if start >= done {
                done = self.lines(start, done, &mut state);
            }
            self.mark(start, end, mark);
        }
        self.ranges
    }

    /// A document of kind Secret that does not parse, or that stands inside a
    /// scalar: everything from its first `data` on, or from a line of a template
    /// that may print such a key, or, with neither, all.
    pub(crate) fn scan_secret(mut self) -> Vec<(usize, usize)> {
        let opened = super::head_of_secret(self.text).map(|head| self.opened(head));
        let mut inside = false;
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let code = line.trim_end();
            inside &= !code.starts_with("---");
            let data = data_key(code);
            inside |= opened == Some(start) && data.is_none() && !includes(code);
            if inside && !is_head(code.trim_start()) {
                self.add(start + value_part(code), start + code.len());
            } else if let Some(at) = data {
                inside = true;
                let after = code[at..].find(':').map_or(code.len(), |colon| at + colon + 1);
                self.add(start + after + blanks(&code[after..]), start + code.len());
            }
            inside |= opened == Some(start);
            start += line.len();
        }
        self.ranges
    }

    /// The line of a Secret from which on a template may have printed its data.
    fn opened(&self, head: usize) -> usize {
        let mut start = head;
        for line in self.text[head..].split_inclusive('\n') {
            if data_key(line).is_some() || prints(line.trim()) {
                return start;
            }
            start += line.len();
        }
        head
    }

    fn add(&mut self, start: usize, end: usize) {
        let value = &self.text[start..end];
        if !is_switch(value) && !stands_for_another(value) && !is_open_reference(value) {
            self.ranges.push((self.base + start, self.base + end));
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        !(self.is_mapped && name == "secretKey") && is_secret(name)
    }

    /// Looks at the line around a mark, and at those after it as long as they
    /// belong to it. Answers where the next unseen line starts.
    fn lines(&mut self, mark: usize, seen: usize, state: &mut State) -> usize {
        let mut start = self.text[seen..mark].rfind('\n').map_or(seen, |at| seen + at + 1);
        loop {
            let end = line_end(self.text, start);
            self.line(start, self.text[start..end].trim_end_matches('\r'), state);
            start = (end + 1).min(self.text.len());
            if !state.is_open() || start == self.text.len() {
                return start;
            }
        }
    }

    fn line(&mut self, start: usize, line: &str, state: &mut State) {
        let indent = blanks(line);
        if self.key_block(start, line, state) || state.hides(line, indent) {
            self.add(start + indent, start + line.len());
            return;
        }
        if line.len() > indent {
            state.path_hides =
                patches_secret(line) || (state.path_hides && !line[indent..].starts_with("- "));
        }
        self.pairs(start, line, state);
    }

    /// Private keys from their first line to their last.
    fn key_block(&mut self, start: usize, line: &str, state: &mut State) -> bool {
        if let Some(at) = line.find("-----BEGIN ").filter(|_| line.contains("PRIVATE KEY")) {
            state.in_key = !line[at..].contains("-----END ");
            self.add(start + at, start + line.len());
            return false;
        }
        state.in_key &= is_key_body(line);
        let hides = state.in_key;
        state.in_key &= !line.contains("-----END ");
        hides
    }

    /// `name: value` and `name=value` with a secret name.
    fn pairs(&mut self, start: usize, line: &str, state: &mut State) {
        let bytes = line.as_bytes();
        let mut from = 0;
        for at in memchr::memchr2_iter(b':', b'=', bytes) {
            if at < from {
                continue;
            }
            let Some(name) = name_before(line, at) else { continue };
            let is_patch_value = state.path_hides && name.text == "value";
            let is_pair = bytes[at] == b'=' || is_mapping_colon(bytes, at, name.quoted);
            if !is_pair || !(is_patch_value || self.is_secret(name.text)) {
                continue;
            }
            let value = at + 1 + blanks(&line[at + 1..]);
            let is_mapping = bytes[at] == b':';
            if is_mapping && name.is_prose(line) {
                continue;
            }
            let end = if is_mapping { mapped(line, value, name.quoted) } else { assigned(line, value) };
            if is_mapping && matches!(bytes.get(value), Some(b'|' | b'>')) {
                state.block_indent = Some(name.column);
            } else if !(is_mapping && is_structure(&line[value..end])) {
                self.add(start + value, start + end);
            }
            from = end;
        }
    }

    fn mark(&mut self, start: usize, end: usize, mark: Mark) {
        match mark {
            Mark::Address => self.address(start, end),
            Mark::Flag => self.flag(end),
            Mark::Scheme => self.scheme(start, end),
            Mark::Program(flag) => self.short_flag(end, flag),
            Mark::Hook => self.hook(end),
            Mark::Token(prefix, length) => self.token(start, prefix, length),
            // What these say is said of their line.
            Mark::Stem | Mark::KeyBlock | Mark::PatchPath => {}
        }
    }

    /// Passwords in addresses: `postgres://user:password@host`.
    fn address(&mut self, start: usize, from: usize) {
        let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | '<' | '>' | '`' | ',');
        let rest = window(self.text, from, VALUE_BYTES);
        // Another address may follow in the same word.
        let rest = rest.split("://").next().unwrap_or_default();
        let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let Some(sign) = rest[..authority].rfind('@').or_else(|| late_sign(rest, authority)) else { return };
        let is_web = self.text[..start].ends_with("http") || self.text[..start].ends_with("https");
        match rest[..sign].find(':') {
            Some(colon) => self.add(from + colon + 1, from + sign),
            None if is_web => self.add(from, from + sign),
            None => {}
        }
    }

    /// `--password value`; with `=` it is a pair.
    fn flag(&mut self, name: usize) {
        let rest = window(self.text, name, NAME_BYTES);
        let length = rest.find(|it: char| !is_name_char(it)).unwrap_or(rest.len());
        let is_flag = length > 0 && rest[length..].starts_with(' ');
        if !is_flag || !is_secret(&rest[..length]) {
            return;
        }
        let after = name + length;
        let value = after + (self.text[after..].len() - self.text[after..].trim_start_matches(' ').len());
        if !self.text[value..].starts_with('-') {
            self.add(value, assigned(self.text, value));
        }
    }

    /// `curl -u user:password`, `mysql -ppassword`, `redis-cli -a password`.
    fn short_flag(&mut self, from: usize, flag: &'static str) {
        let seen = self.searched.iter().position(|(known, _)| *known == flag);
        if seen.is_some_and(|at| self.searched[at].1 > from) {
            return;
        }
        let line = &self.text[..line_end(self.text, from)];
        let found = line[from..].find(flag).map(|at| from + at + flag.len());
        let until = found.unwrap_or(line.len());
        match seen {
            Some(at) => self.searched[at].1 = until,
            None => self.searched.push((flag, until)),
        }
        if let Some(at) = found {
            let end = assigned(self.text, at);
            let colon =
                self.text[at..end].find(':').filter(|_| flag == " -u ").map_or(at, |colon| at + colon + 1);
            self.add(colon, end);
        }
    }

    /// What follows `Bearer` and `Basic`.
    fn scheme(&mut self, start: usize, value: usize) {
        // Prose speaks of schemes, too.
        if !self.text[..start].trim_end().ends_with([':', '=', '"', '\'', '(']) {
            return;
        }
        let rest = &self.text[value..];
        let length = rest.find(|it: char| !is_base64_char(it)).unwrap_or(rest.len());
        if length >= 8 {
            self.add(value, value + length);
        }
    }

    /// The path behind the host of a webhook, which is its password.
    fn hook(&mut self, host: usize) {
        let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | '<' | '>' | '`' | ',' | ')');
        let rest = window(self.text, host, VALUE_BYTES);
        let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        // A JSON text may write `\/`.
        let Some(slash) =
            rest.find('/').filter(|at| rest[..*at].bytes().all(|it| b":\\0123456789".contains(&it)))
        else {
            return;
        };
        if slash + 1 < rest.len() {
            self.add(host + slash + 1, host + rest.len());
        }
    }

    fn token(&mut self, start: usize, prefix: &str, more: usize) {
        let rest = &self.text[start..];
        let is_start = start == 0 || !self.text.as_bytes()[start - 1].is_ascii_alphanumeric();
        if !is_start || start < self.token_end || !rest.starts_with(prefix) {
            return;
        }
        let length = rest.find(|it: char| !is_token_char(it)).unwrap_or(rest.len());
        self.token_end = start + length;
        if length >= prefix.len() + more {
            self.add(start, start + length);
        }
    }
}

/// What earlier lines say about the next.
#[derive(Default)]
struct State {
    in_key: bool,
    /// Column of a secret key whose value is a block scalar.
    block_indent: Option<usize>,
    /// A JSON patch names a secret field: its `value` is to come.
    path_hides: bool,
}

impl State {
    fn is_open(&self) -> bool {
        self.in_key || self.block_indent.is_some() || self.path_hides
    }

    /// Whether a line belongs to the block scalar of a secret key.
    fn hides(&mut self, line: &str, indent: usize) -> bool {
        let Some(column) = self.block_indent else { return false };
        if line.trim().is_empty() {
            return false;
        }
        let belongs = indent > column;
        if !belongs {
            self.block_indent = None;
        }
        belongs
    }
}

/// A name that stands before a `:` or `=`.
struct Name<'a> {
    text: &'a str,
    column: usize,
    quoted: bool,
}

impl Name<'_> {
    /// Whether it stands in the middle of a sentence of a comment.
    fn is_prose(&self, line: &str) -> bool {
        let before = line[..self.column].trim_start_matches([' ', '#', '-', '\t', '"', '\'', '{', ',']);
        line.trim_start().starts_with('#') && !before.is_empty() && !self.quoted
    }
}

fn name_before(line: &str, at: usize) -> Option<Name<'_>> {
    // Templates declare with `:=`.
    let before = line[..at].trim_end();
    let before =
        before.strip_suffix(':').filter(|_| line[at..].starts_with('=')).unwrap_or(before).trim_end();
    let quoted = before.ends_with(['"', '\'']);
    let bare = before.trim_end_matches(['"', '\'', '\\']);
    let start = bare
        .rfind(|it: char| !is_name_char(it))
        .map_or(0, |it| it + line[it..].chars().next().map_or(1, char::len_utf8));
    let text = bare[start..].trim_start_matches('-');
    (!text.is_empty() && text.len() <= NAME_BYTES).then_some(Name { text, column: start, quoted })
}

/// A colon that separates a key from its value: a blank follows, or the key is
/// quoted as in JSON.
fn is_mapping_colon(bytes: &[u8], at: usize, quoted: bool) -> bool {
    quoted || bytes.get(at + 1).is_none_or(|byte| matches!(byte, b' ' | b'\t'))
}

/// The end of a mapping's value: of JSON and flow mappings at the quote or the
/// next delimiter, else the end of the line.
fn mapped(line: &str, start: usize, quoted_key: bool) -> usize {
    let rest = &line[start..];
    let flow = quoted_key || line[..start].contains('{');
    match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => closing(rest, quote).map_or(line.len(), |it| start + it),
        _ if flow => rest.find([',', '}', ']']).map_or(line.len(), |it| start + it),
        _ => line.len(),
    }
}

/// One past the quote that closes a quoted text.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Values of switches, and none at all: never secrets.
pub(super) fn is_switch(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', ' ']);
    matches!(bare, "" | "true" | "false" | "null" | "~" | "yes" | "no" | "{}" | "[]")
}

/// A value of a mapping that is none: what a flow mapping holds has names of
/// its own, and an alias stands for what is written elsewhere.
fn is_structure(value: &str) -> bool {
    value.starts_with(['{', '#', '*']) || value == "["
}

/// The value of an entry that is commented out: one key, one value.
pub(super) fn entry_of_comment(text: &str, comment: std::ops::Range<usize>) -> Option<(usize, usize)> {
    let body = text.get(comment.clone())?;
    let code = body.trim_start_matches(['#', ' ', '-']);
    let (key, value) = code.split_once(": ")?;
    let value = value.trim();
    if !key.chars().all(is_name_char) || value.contains(' ') || is_switch(value) {
        return None;
    }
    let start = comment.start + body.rfind(value)?;
    Some((start, start + value.len()))
}

/// The place of a value on a line: after its key, if it has one.
fn value_part(code: &str) -> usize {
    let indent = code.len() - code.trim_start().len();
    let colon =
        code.find(": ").filter(|colon| code[indent..*colon].chars().all(|it| is_name_char(it) || it == '"'));
    match colon {
        Some(colon) => colon + 2 + (code[colon + 2..].len() - code[colon + 2..].trim_start().len()),
        None if code.ends_with(':') => code.len(),
        None => indent,
    }
}

/// The end of a value that a shell or a properties file reads.
fn assigned(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let reference = [("${", '}'), ("$(", ')'), ("{{", '}')].iter().find(|(open, _)| rest.starts_with(open));
    if let Some(close) = reference.and_then(|(_, close)| window(rest, 0, NAME_BYTES).find(*close)) {
        let after = start + close + 1;
        return after + text[after..].find(DELIMITERS).unwrap_or(text.len() - after);
    }
    for quote in ["\"", "'", "\\\""] {
        let Some(inside) = rest.strip_prefix(quote) else { continue };
        let line = inside.find('\n').unwrap_or(inside.len()).min(VALUE_BYTES);
        let close = window(inside, 0, line).find(quote).map(|at| at + quote.len());
        return start + quote.len() + close.unwrap_or_else(|| window(inside, 0, line).len());
    }
    let ends = |it: char| DELIMITERS.contains(&it) || matches!(it, ')' | ']' | '}');
    rest.find(ends).map_or(text.len(), |it| start + it)
}

/// A password with a `/` in it hides the end of the authority.
fn late_sign(rest: &str, authority: usize) -> Option<usize> {
    let colon = rest[..authority].find(':')?;
    let port = &rest[colon + 1..authority];
    if port.is_empty() || port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    rest.rfind('@')
}

/// A line of a private key, perhaps in a comment: a text that only speaks of
/// one goes on in words.
fn is_key_body(line: &str) -> bool {
    let body = line.trim_matches(|it: char| it.is_whitespace() || matches!(it, '#' | '"' | '\'' | '.' | ','));
    let is_header =
        body.starts_with("Proc-Type") || body.starts_with("DEK-Info") || body.starts_with("-----END ");
    is_header || body.chars().all(|it| is_base64_char(it) || it == '\\')
}

/// What an object says of itself after its data.
fn is_head(code: &str) -> bool {
    ["apiVersion: ", "kind: ", "type: Opaque", "type: kubernetes.io/"].iter().any(|it| code.starts_with(it))
}

/// Where a text first has a key `data` or `stringData`.
pub(crate) fn data_key(text: &str) -> Option<usize> {
    let is_key = |&(at, _): &(usize, &str)| {
        let is_bounded = !text[..at].ends_with(is_name_char);
        let rest = text[at + "data".len()..].trim_start_matches(['"', '\'', '\\']);
        is_bounded && rest.trim_start_matches(' ').starts_with(':')
    };
    let data = text.match_indices("data").find(is_key).map(|it| it.0);
    data.into_iter().chain(text.find("stringData")).min()
}

/// Whether a line of a template begins with what prints a text: any key, then.
fn prints(code: &str) -> bool {
    let Some(action) = code.strip_prefix("{{") else { return false };
    let word = action.trim_start_matches(['-', ' ']);
    let word = word.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_silent = matches!(word, "if" | "else" | "end" | "with" | "range" | "define");
    !is_silent || action.contains("{{")
}

/// Whether a line is an action that takes a text from another template: it has none itself.
fn includes(code: &str) -> bool {
    let action = code.trim().strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
    let action = action.map_or("", |it| it.trim_matches(['-', ' ']));
    !action.contains("}}") && ["include ", "template "].iter().any(|it| action.starts_with(it))
}

fn patches_secret(line: &str) -> bool {
    line.contains("path:") && (line.contains("/stringData") || line.contains("/data"))
        || line.contains("\"path\"") && (line.contains("/stringData") || line.contains("/data"))
}

/// What somebody or something puts another value in the place of: `$(NAME)`, `${NAME}`
/// and a blank of a form. Anything else with such signs may be a password.
pub fn stands_for_another(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', ' ']);
    let wrapped = |open: &str, close: &str| bare.strip_prefix(open).and_then(|it| it.strip_suffix(close));
    wrapped("$(", ")").or_else(|| wrapped("${", "}")).is_some_and(is_variable)
        || wrapped("<", ">").is_some_and(is_blank_of_form)
}

/// What is in `<PASSWORD>` and `<your password>`: only words that ask for a value.
fn is_blank_of_form(inner: &str) -> bool {
    let words = inner.split([' ', '_', '-']);
    inner.len() > 2 && words.clone().all(|word| BLANKS.iter().any(|it| word.eq_ignore_ascii_case(it)))
}

/// The words of blanks.
#[rustfmt::skip]
const BLANKS: &[&str] = &[
    "access", "admin", "api", "change", "changeme", "client", "credentials", "database", "db", "encoded",
    "enter", "fill", "generated", "here", "hidden", "id", "in", "insert", "key", "me", "my", "name", "new",
    "pass", "passphrase", "passwd", "password", "placeholder", "private", "put", "redacted", "replace",
    "root", "secret", "set", "the", "this", "to", "todo", "token", "user", "username", "value", "with",
    "your",
];

/// The name of a variable as almost all are written.
fn is_variable(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_uppercase() || it == '_')
        && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
}

/// `$NAME` of a script and `{{ … }}` of a template name a value and are none.
pub(super) fn is_open_reference(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', ' ']);
    bare.strip_prefix('$').is_some_and(is_variable) || {
        let inner = bare.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
        inner.is_some_and(|it| !it.contains(['"', '\'', '{']))
    }
}

/// Where the line that holds a place ends.
fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at)
}

/// At most so many bytes of a text from a place on, whole characters.
fn window(text: &str, from: usize, bytes: usize) -> &str {
    let mut end = text.len().min(from + bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[from..end]
}

/// How many bytes of blanks a text starts with.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn is_name_char(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')
}

fn is_token_char(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

fn is_base64_char(letter: char) -> bool {
    is_token_char(letter) || matches!(letter, '+' | '/' | '=' | '~')
}
