//! The head of a document that is written plainly, as nearly all charts write:
//! block mappings and lists, and scalars that need no second look. It is told
//! without a tree. What is not surely of that form, and whatever might be
//! wrong, is left to the parser.

use super::head::Head;

/// How deep blocks may nest; a mapping of plain scalars comes nowhere near.
const DEPTH_MAX: usize = 64;
/// What is longer may have more nodes than the parser takes: `a:` has two.
const BYTES_MAX: usize = 1_400_000;
/// Keys that are longer may be none for the parser.
const KEY_MAX: usize = 200;

/// The head of a document; none when it takes the parser to tell.
pub(super) fn glance(text: &str) -> Option<Head> {
    if text.len() > BYTES_MAX || !is_plain(text) {
        return None;
    }
    let mut glance = Glance::default();
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        glance.line(&rest[..end])?;
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    (!glance.open.is_empty() && glance.quote.is_none()).then_some(glance.head)
}

/// Whether every character may stand in a document and breaks no line.
fn is_plain(text: &str) -> bool {
    // No early exit: this way it is done many bytes at a time.
    let is_odd = |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f;
    if text.bytes().fold(false, |found, byte| found | is_odd(byte)) {
        return false;
    }
    text.is_ascii() || text.chars().all(is_plain_char)
}

fn is_plain_char(char: char) -> bool {
    matches!(
        char,
        '\0'..='\u{7e}' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..
    )
}

/// What a block is to Helm.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Other,
    Root,
    Metadata,
    Annotations,
    /// The value of a key that must be a scalar.
    Scalar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Mapping,
    List,
}

/// A block that is open.
struct Block {
    column: usize,
    shape: Shape,
    part: Part,
}

/// A value that ends in its line.
#[derive(Clone, Copy)]
enum Seen<'t> {
    /// Text in quotes, nothing in it written otherwise.
    Quoted(&'t [u8]),
    Plain(&'t [u8]),
    /// A text, whatever it is.
    Text,
    /// A list or mapping.
    Collection,
    /// What it is stands in the lines below.
    Below,
}

#[derive(Default)]
struct Glance {
    open: Vec<Block>,
    /// Whether the last key or item has no value yet.
    is_waiting: bool,
    /// What a block would be that begins below.
    next: Part,
    /// The block scalar that lines belong to.
    scalar: Option<Scalar>,
    /// The quote that ends a scalar which goes on in the next line.
    quote: Option<u8>,
    /// Whether a scalar without quotes may go on in the next line.
    may_go_on: bool,
    /// Names that count once: bits.
    known: u8,
    head: Head,
}

/// A block scalar that has begun.
struct Scalar {
    /// The column of its text, once a line shows it; until then the least that
    /// it can be.
    column: usize,
    is_known: bool,
    /// The widest line of blanks before the first line.
    widest: usize,
}

impl Scalar {
    /// Whether a line belongs to it; none where that is not plain.
    fn takes(&mut self, line: &[u8], column: usize) -> Option<bool> {
        let Some(first) = line.get(column) else {
            self.widest = self.widest.max(column);
            return Some(true);
        };
        if column < self.column {
            return (*first != b'\t').then_some(false);
        }
        if !self.is_known {
            if column < self.widest || *first == b'\t' {
                return None;
            }
            self.is_known = true;
            self.column = column;
        }
        Some(true)
    }
}

impl Glance {
    fn line(&mut self, line: &[u8]) -> Option<()> {
        let column = line.iter().position(|it| *it != b' ').unwrap_or(line.len());
        if let Some(scalar) = &mut self.scalar {
            if scalar.takes(line, column)? {
                return Some(());
            }
            self.scalar = None;
        }
        if let Some(quote) = self.quote {
            return self.quoted_line(line, quote);
        }
        let rest = &line[column..];
        let Some(first) = rest.first() else { return Some(()) };
        if *first == b'#' {
            // A comment ends what stands before it.
            self.may_go_on = false;
            return Some(());
        }
        let is_item = matches!(rest, [b'-'] | [b'-', b' ', ..]);
        if memchr::memchr(b'\t', rest).is_some() {
            return None;
        }
        if self.may_go_on && column > self.open.last()?.column {
            return goes_on(rest);
        }
        self.may_go_on = false;
        if rest.starts_with(b"{}") {
            return self.empty_mapping(rest, column);
        }
        self.find_block(column, is_item)?;
        if is_item { self.item(rest, column) } else { self.entry(rest) }
    }

    /// A scalar in quotes, which may end in a line below.
    fn quoted<'t>(&mut self, value: &'t [u8], quote: u8) -> Option<Seen<'t>> {
        let Closing::At(at, is_as_written) = closing(value, 1, quote)? else {
            self.quote = Some(quote);
            return Some(Seen::Text);
        };
        let seen = if is_as_written { Seen::Quoted(&value[1..at]) } else { Seen::Text };
        ends(&value[at + 1..]).then_some(seen)
    }

    /// A line of a scalar in quotes.
    fn quoted_line(&mut self, line: &[u8], quote: u8) -> Option<()> {
        if line.starts_with(b"---") || line.starts_with(b"...") {
            return None;
        }
        let Closing::At(at, _) = closing(line, 0, quote)? else { return Some(()) };
        self.quote = None;
        ends(&line[at + 1..]).then_some(())
    }

    /// `{}` on a line of its own.
    fn empty_mapping(&mut self, rest: &[u8], column: usize) -> Option<()> {
        let is_below = self.is_waiting && self.next != Part::Scalar && column > self.open.last()?.column;
        self.is_waiting = false;
        (is_below && ends(&rest[2..])).then_some(())
    }

    /// Closes what ended, and opens what begins, so that the last block is the
    /// line's.
    fn find_block(&mut self, column: usize, is_item: bool) -> Option<()> {
        let Some(top) = self.open.last() else {
            return if column == 0 && !is_item { self.begin(0, Shape::Mapping, Part::Root) } else { None };
        };
        let shape = if is_item { Shape::List } else { Shape::Mapping };
        // A list may stand at the column of the key that it is the value of.
        let is_below = column > top.column || column == top.column && is_item && top.shape == Shape::Mapping;
        if is_below {
            return if self.is_waiting { self.begin(column, shape, self.next) } else { None };
        }
        while self.open.last()?.column > column {
            self.open.pop();
        }
        if self.open.last()?.shape == Shape::List && !is_item {
            self.open.pop();
        }
        let top = self.open.last()?;
        (top.column == column && top.shape == shape).then_some(())
    }

    fn begin(&mut self, column: usize, shape: Shape, part: Part) -> Option<()> {
        let fits = match part {
            Part::Other => true,
            Part::Scalar => false,
            Part::Root | Part::Metadata | Part::Annotations => shape == Shape::Mapping,
        };
        if !fits || self.open.len() >= DEPTH_MAX {
            return None;
        }
        self.open.push(Block { column, shape, part });
        Some(())
    }

    /// `- value`, or `- key: value`, which begins a mapping.
    fn item(&mut self, rest: &[u8], column: usize) -> Option<()> {
        self.next = Part::Other;
        let blanks = rest[1..].iter().take_while(|it| **it == b' ').count();
        let value = &rest[1 + blanks..];
        if matches!(value, [b'-'] | [b'-', b' ', ..]) {
            return None;
        }
        if key(value).is_some() {
            self.begin(column + 1 + blanks, Shape::Mapping, Part::Other)?;
            return self.entry(value);
        }
        self.value(value).map(|_| ())
    }

    fn entry(&mut self, rest: &[u8]) -> Option<()> {
        let (name, value) = key(rest)?;
        let part = self.open.last()?.part;
        self.next = part_below(part, name)?;
        let seen = self.value(value)?;
        self.keep(part, name, seen)
    }

    /// Reads what follows a key or a dash.
    fn value<'t>(&mut self, value: &'t [u8]) -> Option<Seen<'t>> {
        let blanks = value.iter().take_while(|it| **it == b' ').count();
        let value = &value[blanks..];
        self.is_waiting = false;
        match *value {
            [] | [b'#', ..] => {
                self.is_waiting = true;
                Some(Seen::Below)
            }
            [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+'] => {
                let column = self.open.last()?.column + 1;
                self.scalar = Some(Scalar { column, is_known: false, widest: 0 });
                Some(Seen::Text)
            }
            [quote @ (b'"' | b'\''), ..] => self.quoted(value, quote),
            [b'{', b'}', ref rest @ ..] => ends(rest).then_some(Seen::Collection),
            [b'[', ..] => list(value),
            _ => {
                let seen = plain(value)?;
                let is_whole =
                    matches!(seen, Seen::Plain(text) if text.len() == value.trim_ascii_end().len());
                self.may_go_on = is_whole;
                Some(seen)
            }
        }
    }

    /// Keeps what Helm looks at.
    fn keep(&mut self, part: Part, name: &[u8], seen: Seen<'_>) -> Option<()> {
        match (part, name) {
            (Part::Root, b"kind") => {
                self.once(1)?;
                self.head.kind = word(seen)?;
            }
            (Part::Root, b"metadata") => {
                self.once(2)?;
                return matches!(seen, Seen::Below).then_some(());
            }
            (Part::Metadata, b"annotations") => {
                self.once(4)?;
                return matches!(seen, Seen::Below).then_some(());
            }
            (Part::Annotations, b"helm.sh/hook") => {
                self.once(8)?;
                self.head.hook = Some(word(seen)?);
            }
            (Part::Annotations, b"helm.sh/hook-weight") => {
                self.once(16)?;
                self.head.weight = Some(word(seen)?);
            }
            _ => {}
        }
        (self.next != Part::Scalar || !matches!(seen, Seen::Collection)).then_some(())
    }

    /// A name that stands twice is for the parser to choose, and so is a value
    /// that goes on in the next line.
    fn once(&mut self, bit: u8) -> Option<()> {
        self.may_go_on = false;
        let is_new = self.known & bit == 0;
        self.known |= bit;
        is_new.then_some(())
    }
}

/// What the block below a key is. A key that is one of Helm's but for its
/// case may stand for it.
fn part_below(part: Part, name: &[u8]) -> Option<Part> {
    let ours: &[(&[u8], Part)] = match part {
        Part::Root => {
            &[(b"metadata", Part::Metadata), (b"kind", Part::Scalar), (b"apiVersion", Part::Scalar)]
        }
        Part::Metadata => &[(b"annotations", Part::Annotations), (b"name", Part::Scalar)],
        Part::Annotations => return Some(Part::Scalar),
        Part::Other | Part::Scalar => return Some(Part::Other),
    };
    match ours.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((known, below)) => (*known == name).then_some(*below),
        None => Some(Part::Other),
    }
}

/// A key that is surely one, and what stands behind its colon.
fn key(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, behind) = match *rest.first()? {
        quote @ (b'"' | b'\'') => {
            let end = 1 + rest[1..].iter().position(|it| matches!(it, b'"' | b'\'' | b'\\'))?;
            (rest[end] == quote).then_some((&rest[1..end], &rest[end + 1..]))?
        }
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
            let end = rest.iter().position(|it| !is_key(*it))?;
            (!rest[..end].eq_ignore_ascii_case(b"null")).then_some(rest.split_at(end))?
        }
        _ => return None,
    };
    let [b':', value @ ..] = behind else { return None };
    (name.len() < KEY_MAX && matches!(value, [] | [b' ', ..])).then_some((name, value))
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'$')
}

/// Whether nothing but a comment follows.
fn ends(rest: &[u8]) -> bool {
    let blanks = rest.iter().take_while(|it| **it == b' ').count();
    match rest.get(blanks) {
        None => true,
        Some(first) => *first == b'#' && blanks > 0,
    }
}

/// Where a scalar in quotes ends.
#[derive(Clone, Copy)]
enum Closing {
    /// Its last quote, and whether all before is as it is written.
    At(usize, bool),
    /// In a line below.
    Below,
}

/// Where a quote closes.
fn closing(line: &[u8], mut at: usize, quote: u8) -> Option<Closing> {
    let mut is_as_written = true;
    loop {
        let rest = &line[at..];
        let found =
            if quote == b'"' { memchr::memchr2(b'"', b'\\', rest) } else { memchr::memchr(quote, rest) };
        let Some(found) = found else { return Some(Closing::Below) };
        at += found;
        let next = line.get(at + 1).copied();
        let is_escape = line[at] == b'\\' || quote == b'\'' && next == Some(quote);
        if !is_escape {
            return Some(Closing::At(at, is_as_written));
        }
        // Other escapes, and one at the end of a line, are for the parser.
        matches!(next, Some(b'n' | b't' | b'r' | b'"' | b'\\' | b'\'')).then_some(())?;
        if line[at] == b'\\' && next == Some(b'\'') {
            return None;
        }
        is_as_written = false;
        at += 2;
    }
}

/// Whether a line of a scalar without quotes has nothing else in it.
fn goes_on(rest: &[u8]) -> Option<()> {
    let is_end = |at: usize| match rest[at] {
        b':' => matches!(rest.get(at + 1), None | Some(b' ')),
        _ => at > 0 && rest[at - 1] == b' ',
    };
    memchr::memchr2_iter(b':', b'#', rest).all(|at| !is_end(at)).then_some(())
}

/// `[a, "b"]`: words, and texts in quotes.
fn list(value: &[u8]) -> Option<Seen<'_>> {
    let end = memchr::memchr(b']', value)?;
    let mut rest = &value[1..end];
    ends(&value[end + 1..]).then_some(())?;
    if rest.iter().all(|it| *it == b' ') {
        return Some(Seen::Collection);
    }
    loop {
        let blanks = rest.iter().take_while(|it| **it == b' ').count();
        rest = &rest[blanks..];
        let length = match *rest.first()? {
            b'"' => 2 + rest[1..].iter().position(|it| matches!(it, b'"' | b'\\'))?,
            byte if byte.is_ascii_alphanumeric() => rest.iter().take_while(|it| is_item_word(**it)).count(),
            _ => return None,
        };
        if rest[length - 1] == b'\\' {
            return None;
        }
        let blanks = rest[length..].iter().take_while(|it| **it == b' ').count();
        match rest.get(length + blanks) {
            None => return Some(Seen::Collection),
            Some(b',') => rest = &rest[length + blanks + 1..],
            Some(_) => return None,
        }
    }
}

fn is_item_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'*')
}

/// A scalar without quotes, whose line has no more to say.
fn plain(value: &[u8]) -> Option<Seen<'_>> {
    let may_begin = match *value {
        [b'-', next, ..] => next.is_ascii_alphanumeric() || next == b'-',
        [b':', next, ..] => next != b' ',
        // `.nan` and `.inf` are numbers that JSON does not know.
        [b'.', ref rest @ ..] => !rest
            .get(..3)
            .is_some_and(|it| it.eq_ignore_ascii_case(b"nan") || it.eq_ignore_ascii_case(b"inf")),
        [first, ..] => {
            first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'$' | b'(' | b'^' | b'~')
        }
        [] => false,
    };
    if !may_begin {
        return None;
    }
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b':', b'#', &value[at..]) {
        at += found;
        if value[at] == b':' {
            // A key, or nothing that the parser takes.
            if matches!(value.get(at + 1), None | Some(b' ')) {
                return None;
            }
        } else if value[at - 1] == b' ' {
            return Some(Seen::Plain(value[..at].trim_ascii_end()));
        }
        at += 1;
    }
    Some(Seen::Plain(value.trim_ascii_end()))
}

/// The text of a value that is surely one: letters, or a whole number, which is
/// printed as it is written.
fn word(seen: Seen<'_>) -> Option<String> {
    const OTHERS: [&[u8]; 9] = [b"y", b"n", b"yes", b"no", b"on", b"off", b"true", b"false", b"null"];
    let bytes = match seen {
        Seen::Quoted(bytes) => bytes,
        Seen::Plain(bytes) => {
            let is_name = bytes.first()?.is_ascii_alphabetic()
                && bytes.iter().all(|it| it.is_ascii_alphabetic() || matches!(it, b'-' | b',' | b' '))
                && !OTHERS.iter().any(|it| it.eq_ignore_ascii_case(bytes));
            (is_name || is_number(bytes)).then_some(bytes)?
        }
        Seen::Text | Seen::Collection | Seen::Below => return None,
    };
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn is_number(bytes: &[u8]) -> bool {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let is_zero = bytes == b"0";
    is_zero
        || matches!(digits.first(), Some(b'1'..=b'9'))
            && digits.len() < 10
            && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::versions::HelmVersion;

    /// What is told without the parser is what the parser tells.
    fn agrees(text: &str) {
        if let Some(head) = glance(text) {
            let parsed = Head::parse(text, &HelmVersion::default().switches());
            assert_eq!(parsed, Ok(head), "{text}");
        }
    }

    #[test]
    fn a_plain_document_needs_no_parser() {
        let text = "# a comment\nkind: Job\nmetadata:\n  name: a\n  annotations:\n    \"helm.sh/hook\": pre-install, test\n    helm.sh/hook-weight: -5\n    other: \"x\"\nspec:\n  args: [\"a\", b]\n  containers:\n  - name: a # why\n    command:\n    - |\n      a: b\n       - c\n\n    - --x=y:z\n  - name: 'it''s'\n    env: []\n  empty:\nlong: it\n  goes on,\n\n  and on\nquoted: \"a\n\n  b\" # c\nother: 'it''s\n  so'\npath: .spec.x\nlast: |-\n  x\n";
        let head = glance(text).expect("it is plain");
        assert_eq!(head.kind, "Job");
        assert_eq!(head.hook.as_deref(), Some("pre-install, test"));
        assert_eq!(head.weight.as_deref(), Some("-5"));
        agrees(text);
    }

    #[test]
    fn what_is_not_surely_plain_is_left_to_the_parser() {
        for text in [
            "",
            "# only\n",
            "- a\n",
            "kind: Job\nkind: Pod\n",
            "Kind: Job\n",
            "kind: [a]\n",
            "kind: yes\n",
            "kind:\n- a\n",
            "metadata: a\n",
            "metadata:\n- a\n",
            "a: b: c\n",
            "a:\n  b\n",
            "a: &x b\n",
            "a: *x\n",
            "a: !!str b\n",
            "a: .nan\n",
            "kind: a\n  b\n",
            "a: \"b\n  c\" d\n",
            "a: b\n  # c\n  d\n",
            "a: b\n  c: d\n",
            "a: 'b\n",
            "a: {b: c}\n",
            "a:\n  b: 1\n c: 2\n",
            "a:\n\tb: 1\n",
            "a: |\n    \n  b\n",
            "a: |2\n  b\n",
            "a: \u{85}b\n",
            "null: a\n",
            "---\na: b\n",
            "? a\n",
            "a: - b\n",
            "a: b\n- c\n",
            "metadata:\n  annotations:\n    a: {}\n",
            "metadata:\n  annotations:\n    a:\n      b: c\n",
        ] {
            assert!(glance(text).is_none(), "{text}");
        }
    }

    fn line() -> impl Strategy<Value = String> {
        let values = [
            "",
            "kind:",
            "kind: Job",
            "metadata:",
            "annotations:",
            "helm.sh/hook: test",
            "name: a",
            "a:",
            "b: c",
            "- a",
            "- b: c",
            "-",
            "- - a",
            "a: |",
            "- |",
            "x: >-",
            "text",
            "\"q\": 'r'",
            "a: \"b\\n\" # c",
            "# note",
            "a: [b, \"c\"]",
            "a: {}",
            "a: b: c",
            "a: 'it''s'",
            "a: \"",
            "b #c",
            "a: b #c",
            "\tx",
            "- 'a': b",
            "a : b",
            "a: -",
            "a: --x",
            "a: http://b",
            "---",
            "...",
            "a: ~",
            "é: ü",
            "a: \u{2028}",
            "- {}",
            "? a",
            "a: \t",
            "a:b",
            "{}",
            "a: :b",
            "a: .+",
            "a: .nan",
        ];
        (0_usize..5, prop::sample::select(values.to_vec()))
            .prop_map(|(column, text)| format!("{}{text}", "  ".repeat(column)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn both_readers_agree(lines in prop::collection::vec(line(), 1..12), odd in 0_usize..40) {
            let mut text = lines.join("\n");
            if odd < text.len() && odd % 3 == 0 && text.is_char_boundary(odd) {
                text.insert(odd, ' ');
            }
            agrees(&text);
        }
    }
}
