//! Secrets in plain text: in comments, in command lines, in files inside
//! scalars, in documents that do not parse. Works line by line.

use rustc_hash::FxHashMap;

use super::keys::is_secret;

/// Names of flags and keys are no longer than this.
const NAME_BYTES: usize = 128;

/// Beginnings of tokens that well-known services hand out, and how many more
/// characters make one.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xapp-", 10),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("whsec_", 10),
    ("sk-proj-", 16),
    ("sk-ant-", 16),
    ("AIza", 30),
    ("hvs.", 16),
    ("npm_", 30),
    ("dop_v1_", 30),
    ("SG.", 40),
    ("eyJ", 30),
];

/// Collects ranges of bytes of one text.
pub(crate) struct Found<'a> {
    text: &'a str,
    /// Where the text starts in its file.
    base: usize,
    ranges: Vec<(usize, usize)>,
    /// Names met before: a file has few, over and over.
    known: FxHashMap<&'a str, bool>,
    /// Programs in it whose short flags carry passwords.
    programs: Programs,
    /// An `ExternalSecret` names the fields it fills by `secretKey`.
    is_mapped: bool,
}

/// Which programs with short flags a text calls.
#[derive(Clone, Copy, Default)]
struct Programs {
    curl: bool,
    mysql: bool,
    redis: bool,
}

impl<'a> Found<'a> {
    pub(crate) fn new(text: &'a str, base: usize) -> Self {
        let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let programs =
            Programs { curl: has("curl"), mysql: has("mysql") || has("mariadb"), redis: has("redis-cli") };
        let is_mapped = has("remoteRef");
        Self { text, base, ranges: Vec::new(), known: FxHashMap::default(), programs, is_mapped }
    }

    fn add(&mut self, start: usize, end: usize) {
        if start < end && !is_open_reference(&self.text[start..end]) {
            self.ranges.push((self.base + start, self.base + end));
        }
    }

    fn is_secret(&mut self, name: &'a str) -> bool {
        let mapped = self.is_mapped && name == "secretKey";
        !mapped && *self.known.entry(name).or_insert_with(|| is_secret(name))
    }

    /// Every line of the text.
    pub(crate) fn scan(mut self) -> Vec<(usize, usize)> {
        let mut state = State::default();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            self.line(start, line.trim_end_matches(['\n', '\r']), &mut state);
            start += line.len();
        }
        self.tokens();
        self.ranges
    }

    /// A document of kind Secret that does not parse, or that stands inside a
    /// scalar: everything from its first `data` on.
    pub(crate) fn scan_secret(mut self) -> Vec<(usize, usize)> {
        let mut inside = false;
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let code = line.trim_end();
            if inside && !code.trim_start().starts_with("---") {
                let value = value_part(code);
                self.add(start + value, start + code.len());
            } else {
                let data = ["stringData", "\"data\"", "data:"].iter().filter_map(|it| code.find(it)).min();
                if let Some(at) = data {
                    inside = true;
                    let after = code[at..].find(':').map_or(code.len(), |colon| at + colon + 1);
                    let value = after + code[after..].len() - code[after..].trim_start().len();
                    self.add(start + value, start + code.len());
                }
            }
            if code.starts_with("---") {
                inside = false;
            }
            start += line.len();
        }
        self.ranges
    }

    fn line(&mut self, start: usize, line: &'a str, state: &mut State) {
        let indent = line.len() - line.trim_start().len();
        if self.key_block(start, line, state) || state.hides(line, indent) {
            self.add(start + indent, start + line.len());
            return;
        }
        if line.len() > indent {
            state.path_hides =
                patches_secret(line) || (state.path_hides && !line.trim_start().starts_with("- "));
        }
        self.pairs(start, line, state);
        self.urls(start, line);
        self.flags(start, line);
    }

    /// Private keys from their first line to their last.
    fn key_block(&mut self, start: usize, line: &str, state: &mut State) -> bool {
        if let Some(at) = line.find("-----BEGIN ").filter(|_| line.contains("PRIVATE KEY")) {
            let closes = line[at..].contains("-----END ");
            state.in_key = !closes;
            self.add(start + at, start + line.len());
            return false;
        }
        let was_in_key = state.in_key;
        state.in_key &= !line.contains("-----END ");
        was_in_key
    }

    /// `name: value` and `name=value` with a secret name.
    fn pairs(&mut self, start: usize, line: &'a str, state: &mut State) {
        let bytes = line.as_bytes();
        let mut from = 0;
        for at in memchr::memchr2_iter(b':', b'=', bytes) {
            if at < from {
                continue;
            }
            let Some(name) = name_before(line, at) else { continue };
            let is_patch_value = state.path_hides && name.text == "value";
            if !is_patch_value && !self.is_secret(name.text) {
                continue;
            }
            let is_pair = bytes[at] == b'=' || is_mapping_colon(bytes, at, name.quoted);
            if !is_pair {
                continue;
            }
            let value = at + 1 + (line[at + 1..].len() - line[at + 1..].trim_start().len());
            let end =
                if bytes[at] == b'=' { assigned(line, value) } else { mapped(line, value, name.quoted) };
            if bytes[at] == b':' && matches!(bytes.get(value), Some(b'|' | b'>')) {
                state.block_indent = Some(name.column);
            } else if bytes[at] == b':' && name.is_prose(line) {
                continue;
            } else if !is_plain_word(&line[value..end]) {
                self.add(start + value, start + end);
            }
            from = end;
        }
    }

    /// Passwords in addresses: `postgres://user:password@host`.
    fn urls(&mut self, start: usize, line: &str) {
        for at in memchr::memmem::find_iter(line.as_bytes(), b"://") {
            let from = at + 3;
            let length =
                line[from..].find([' ', '"', '\'', '<', '>', '`', '\t', ',']).unwrap_or(line.len() - from);
            let rest = &line[from..from + length];
            let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let Some(sign) = rest[..authority].rfind('@').or_else(|| late_sign(rest, authority)) else {
                continue;
            };
            let user = &rest[..sign];
            let scheme_is_web = line[..at].ends_with("http") || line[..at].ends_with("https");
            match user.find(':') {
                Some(colon) => self.add(from + start + colon + 1, from + start + sign),
                None if scheme_is_web => self.add(from + start, from + start + sign),
                None => {}
            }
        }
    }

    /// `--password value`, `-u user:password`, `-pvalue` of the programs of `MySQL`.
    fn flags(&mut self, start: usize, line: &str) {
        for at in memchr::memmem::find_iter(line.as_bytes(), b"--") {
            let name_end =
                at + 2 + line[at + 2..].find(|it: char| !is_name_char(it)).unwrap_or(line.len() - at - 2);
            let is_flag =
                name_end > at + 2 && name_end - at < NAME_BYTES && line[name_end..].starts_with(' ');
            if is_flag
                && is_secret(&line[at + 2..name_end])
                && !line[name_end..].trim_start().starts_with('-')
            {
                let value = name_end + (line[name_end..].len() - line[name_end..].trim_start().len());
                self.add(start + value, start + assigned(line, value));
            }
        }
        let short = |program: &str, flag: &str| {
            let at = line.find(program)?;
            let flag_at = line[at..].find(flag)? + at + flag.len();
            (flag_at < line.len()).then_some(flag_at)
        };
        if self.programs.curl
            && let Some(at) = short("curl", " -u ")
        {
            let end = assigned(line, at);
            let colon = line[at..end].find(':').map_or(at, |colon| at + colon + 1);
            self.add(start + colon, start + end);
        }
        for program in ["mysql", "mariadb"].iter().filter(|_| self.programs.mysql) {
            if let Some(at) = short(program, " -p").filter(|at| !line[*at..].starts_with(' ')) {
                self.ranges.push((self.base + start + at, self.base + start + assigned(line, at)));
            }
        }
        if self.programs.redis
            && let Some(at) = short("redis-cli", " -a ")
        {
            self.add(start + at, start + assigned(line, at));
        }
    }

    /// Tokens known by their beginning, and what follows `Bearer` and `Basic`.
    fn tokens(&mut self) {
        let text = self.text;
        for scheme in ["Bearer ", "bearer ", "Basic "] {
            for at in memchr::memmem::find_iter(text.as_bytes(), scheme.as_bytes()) {
                let value = at + scheme.len();
                let end =
                    value + text[value..].find(|it: char| !is_base64_char(it)).unwrap_or(text.len() - value);
                if end - value >= 8 {
                    self.add(value, end);
                }
            }
        }
        for (prefix, length) in TOKENS {
            for at in memchr::memmem::find_iter(text.as_bytes(), prefix.as_bytes()) {
                let is_start = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
                let end = at + text[at..].find(|it: char| !is_token_char(it)).unwrap_or(text.len() - at);
                if is_start && end - at >= prefix.len() + length {
                    self.add(at, end);
                }
            }
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
    let before = line[..at].trim_end();
    let quoted = before.ends_with(['"', '\'']);
    let bare = before.trim_end_matches(['"', '\'', '\\']);
    let start = bare
        .rfind(|it: char| !is_name_char(it))
        .map_or(0, |it| it + line[it..].chars().next().map_or(1, char::len_utf8));
    let text = bare[start..].trim_start_matches('-');
    (!text.is_empty() && text.len() <= NAME_BYTES).then_some(Name { text, column: start, quoted })
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

/// A colon that separates a key from its value: a blank follows, or the key is
/// quoted as in JSON.
fn is_mapping_colon(bytes: &[u8], at: usize, quoted: bool) -> bool {
    quoted || bytes.get(at + 1).is_none_or(|byte| matches!(byte, b' ' | b'\t'))
}

/// The end of a value that a shell or a properties file reads.
fn assigned(line: &str, start: usize) -> usize {
    let rest = &line[start..];
    if let Some(quote) = rest.chars().next().filter(|it| matches!(it, '"' | '\'')) {
        return rest[1..].find(quote).map_or(line.len(), |it| start + it + 2);
    }
    rest.find([' ', '\t', '"', '\'', '&', ';', ',', ')', ']', '}']).map_or(line.len(), |it| start + it)
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

/// A password with a `/` in it hides the end of the authority.
fn late_sign(rest: &str, authority: usize) -> Option<usize> {
    let colon = rest[..authority].find(':')?;
    let port = &rest[colon + 1..authority];
    if port.is_empty() || port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    rest.rfind('@')
}

fn patches_secret(line: &str) -> bool {
    line.contains("path:") && (line.contains("/stringData") || line.contains("/data"))
        || line.contains("\"path\"") && (line.contains("/stringData") || line.contains("/data"))
}

/// Words that are values of switches and never secrets.
fn is_plain_word(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', ' ']);
    // What a flow mapping holds has names of its own.
    let structure = bare.is_empty() || bare.starts_with(['{', '#']) || bare == "[";
    structure || matches!(bare, "true" | "false" | "null" | "~" | "yes" | "no" | "{}" | "[]")
}

/// `$(NAME)`, `${NAME}`, `$NAME` and `{{ … }}` name a value and are none.
fn is_open_reference(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', ' ']);
    let name =
        |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let wrapped = |open: &str, close: &str| {
        bare.strip_prefix(open).and_then(|it| it.strip_suffix(close)).is_some_and(|it| name(it.trim()))
    };
    wrapped("$(", ")") || wrapped("${", "}") || bare.strip_prefix('$').is_some_and(name) || {
        let inner = bare.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
        inner.is_some_and(|it| !it.contains(['"', '\'', '{']))
    }
}
