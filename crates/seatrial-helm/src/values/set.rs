//! The grammar of `--set` and its kin: `a.b[0]=x,c={y,z}`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits};

use super::input::Argument;
use super::text::value_of;
use crate::go;
use crate::template::{Data, Map, Trace, Value};

/// The highest index that may be set.
const INDEX_MAX: i64 = 65_536;

/// How many dots a name may have.
const NAME_LEVELS_MAX: u32 = 30;

/// What becomes of the text behind `=`.
#[derive(Clone, Copy)]
pub(super) enum Mode<'a> {
    /// `true`, `null` and whole numbers are what they look like.
    Typed,
    /// Text, whatever it looks like.
    Text,
    /// JSON.
    Json,
    /// The name of a file, whose text is the value.
    File(&'a BTreeMap<String, Result<Argument, String>>),
    /// Text up to the end, commas and backslashes with it.
    Literal,
    /// Notes the names of files.
    Paths(&'a RefCell<Vec<String>>),
}

/// Why a step of the parser gave nothing.
enum Stop {
    /// The text is at its end (`io.EOF`).
    End,
    /// Helm's words.
    Error(String),
}

type Step<T> = Result<T, Stop>;

fn error<T>(message: impl Into<String>) -> Step<T> {
    Err(Stop::Error(message.into()))
}

/// Sets what an argument says in a map.
pub(super) fn parse_into(
    argument: &Argument,
    base: &Map,
    mode: Mode<'_>,
    lost_index_is_end: bool,
    trace: &mut Trace,
) -> Result<(), String> {
    let mut parser = Parser { argument, at: 0, mode, lost_index_is_end, trace };
    loop {
        match parser.key(base, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(message)) => return Err(message),
        }
    }
}

/// The paths that an argument of `--set-file` names.
pub(super) fn file_paths(text: &str) -> Vec<String> {
    let argument = Argument { file: FileId(0), text: text.into() };
    let paths = RefCell::default();
    // What is wrong with it is told when it is set.
    let _ = parse_into(&argument, &Map::new(), Mode::Paths(&paths), false, &mut Trace::off());
    paths.into_inner()
}

/// The names that an argument gives values to, as they are written.
pub(super) fn keys(text: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(end) = unescaped(rest, b'=') {
        keys.push(&rest[..end]);
        let value = &rest[end + 1..];
        let list = if value.starts_with('{') { unescaped(value, b'}').unwrap_or(value.len()) } else { 0 };
        let Some(comma) = unescaped(&value[list..], b',') else { break };
        rest = &value[list + comma + 1..];
    }
    keys
}

/// The first such letter that no backslash stands before.
fn unescaped(text: &str, letter: u8) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|it| {
        let is_it = it == letter && !is_escaped;
        is_escaped = it == b'\\' && !is_escaped;
        is_it
    })
}

/// The value that a range of an argument is in JSON.
pub(super) fn json_value(argument: &Argument, range: Range<usize>, trace: &mut Trace) -> Option<Value> {
    let text: Arc<str> = argument.text.get(range.clone())?.into();
    let stream = seatrial_yaml::parse(argument.file, text, Dialect::Json, &Limits::default());
    let root = stream.document_root(0).filter(|_| stream.is_accepted())?;
    Some(value_of(root, range.start as u32, trace))
}

struct Parser<'a, 't> {
    argument: &'a Argument,
    at: usize,
    mode: Mode<'a>,
    lost_index_is_end: bool,
    trace: &'t mut Trace,
}

/// Letters up to one of those that end them, escapes resolved.
struct Word {
    text: String,
    range: Range<usize>,
    /// What ended it; none at the end of the text.
    last: Option<char>,
}

impl Parser<'_, '_> {
    fn rest(&self) -> &str {
        &self.argument.text[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest().chars().next()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn is_literal(&self) -> bool {
        matches!(self.mode, Mode::Literal)
    }

    fn until(&mut self, stops: &[char]) -> Word {
        let start = self.at;
        let mut text = String::new();
        let mut end = start;
        let last = loop {
            match self.next() {
                None => break None,
                Some(letter) if stops.contains(&letter) => break Some(letter),
                Some('\\') if !self.is_literal() => match self.next() {
                    Some(letter) => text.push(letter),
                    None => break None,
                },
                Some(letter) => text.push(letter),
            }
            end = self.at;
        };
        Word { text, range: start..end, last }
    }

    fn text_value(&mut self, text: &str, range: &Range<usize>) -> Value {
        let span = Span::new(self.argument.file, range.start as u32, range.end as u32);
        let origin = self.trace.value(span);
        Value::from(text).with_origin(origin)
    }

    /// What a word is as a value.
    fn converted(&mut self, word: &Word) -> Result<Value, (Value, String)> {
        let value = self.text_value(&word.text, &word.range);
        match self.mode {
            Mode::Typed => Ok(Value::new(typed(&word.text)).with_origin(value.origin)),
            Mode::Text | Mode::Json | Mode::Literal => Ok(value),
            Mode::Paths(paths) => {
                paths.borrow_mut().push(word.text.clone());
                Ok(value)
            }
            Mode::File(contents) => match contents.get(&word.text) {
                Some(Ok(file)) => {
                    let span = Span::new(file.file, 0, file.text.len() as u32);
                    let origin = self.trace.value(span);
                    Ok(Value::from(&*file.text).with_origin(origin))
                }
                Some(Err(reason)) => Err((Value::NIL, reason.clone())),
                None => Err((Value::NIL, format!("open {}: no such file or directory", word.text))),
            },
        }
    }

    fn key(&mut self, data: &Map, level: u32) -> Step<()> {
        let stops: &[char] = if self.is_literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let word = self.until(stops);
        let key = &word.text;
        match word.last {
            None if key.is_empty() => Err(Stop::End),
            None => error(format!("key {} has no value", quoted(key))),
            Some('[') => self.indexed(data, key, level),
            Some('=') => self.assigned(data, key),
            Some('.') => self.nested(data, key, level + 1),
            Some(_) => {
                set(data, key, Value::from(""));
                error(format!("key {} has no value (cannot end with ,)", quoted(key)))
            }
        }
    }

    fn indexed(&mut self, data: &Map, key: &str, level: u32) -> Step<()> {
        let index = self.index()?;
        let list = match data.get(key).map(|value| value.data) {
            None => Vec::new(),
            Some(Data::List(list)) => list.items.to_vec(),
            Some(other) => return error(panic_words(&other, "[]interface {}")),
        };
        let (list, result) = self.item(list, index, level);
        set(data, key, Value::list(list));
        result
    }

    fn nested(&mut self, data: &Map, key: &str, level: u32) -> Step<()> {
        if level > NAME_LEVELS_MAX {
            return error(format!(
                "value name nested level is greater than maximum supported nested level of {NAME_LEVELS_MAX}"
            ));
        }
        let inner = match data.get(key) {
            None => Value::from(Map::new()),
            Some(value) if value.as_map().is_some() => value,
            Some(other) => return error(panic_words(&other.data, "map[string]interface {}")),
        };
        let map = inner.as_map().expect("just looked at").clone();
        let result = self.key(&map, level);
        if result.is_ok() && map.is_empty() {
            return error(format!("key map {} has no value", quoted(key)));
        }
        if !map.is_empty() {
            set(data, key, inner);
        }
        result
    }

    fn assigned(&mut self, data: &Map, key: &str) -> Step<()> {
        match self.mode {
            Mode::Literal => {
                let word = self.until(&[]);
                let value = self.text_value(&word.text, &word.range);
                set(data, key, value);
                Ok(())
            }
            Mode::Json => {
                if self.skip_empty() {
                    set(data, key, Value::NIL);
                    return Ok(());
                }
                let value = self.json()?;
                set(data, key, value);
                self.skip_empty();
                Ok(())
            }
            _ => self.assigned_text(data, key),
        }
    }

    fn assigned_text(&mut self, data: &Map, key: &str) -> Step<()> {
        if self.rest().is_empty() {
            let at = self.at;
            let value = self.text_value("", &(at..at));
            set(data, key, value);
            return Err(Stop::End);
        }
        if let Some(list) = self.list()? {
            set(data, key, list);
            return Ok(());
        }
        let word = self.until(&[',']);
        match self.converted(&word) {
            Ok(value) => {
                set(data, key, value);
                Ok(())
            }
            Err((value, reason)) => {
                set(data, key, value);
                error(reason)
            }
        }
    }

    fn index(&mut self) -> Step<i64> {
        let word = self.until(&[']']);
        if word.last.is_none() {
            return if self.lost_index_is_end { Err(Stop::End) } else { error("error parsing index: EOF") };
        }
        word.text.parse::<i64>().or_else(|wrong| {
            let why = match wrong.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            };
            error(format!("error parsing index: strconv.Atoi: parsing {}: {why}", quoted(&word.text)))
        })
    }

    /// What stands behind `]`; the list comes back whether it went well or not.
    fn item(&mut self, list: Vec<Value>, index: i64, level: u32) -> (Vec<Value>, Step<()>) {
        if index < 0 {
            return (list, error(format!("negative {index} index not allowed")));
        }
        let word = self.until(&['[', '.', '=']);
        if !word.text.is_empty() {
            let letters: Vec<String> = word.text.chars().map(quoted_letter).collect();
            let letters = letters.join(" ");
            return (list, error(format!("unexpected data at end of array index: [{letters}]")));
        }
        let value = match word.last {
            None => return (list, Err(Stop::End)),
            Some('=') => self.item_value(),
            Some('[') => self.item_list(&list, index, level),
            Some(_) => self.item_map(&list, index, level),
        };
        match value {
            Ok(value) => set_index(list, index, value),
            Err(stop) => (list, Err(stop)),
        }
    }

    fn item_value(&mut self) -> Step<Value> {
        match self.mode {
            Mode::Literal => {
                let word = self.until(&[]);
                Ok(self.text_value(&word.text, &word.range))
            }
            Mode::Json => {
                if self.skip_empty() {
                    return Ok(Value::NIL);
                }
                let value = self.json()?;
                self.skip_empty();
                Ok(value)
            }
            _ => {
                if let Some(list) = self.list()? {
                    return Ok(list);
                }
                let word = self.until(&[',']);
                self.converted(&word).or_else(|(_, reason)| error(reason))
            }
        }
    }

    fn item_list(&mut self, list: &[Value], index: i64, level: u32) -> Step<Value> {
        let next = self.index()?;
        let inner = match list.get(place(index)).map(|value| &value.data) {
            None | Some(Data::Nil) => Vec::new(),
            Some(Data::List(inner)) => inner.items.to_vec(),
            Some(other) => return error(panic_words(other, "[]interface {}")),
        };
        let (inner, result) = self.item(inner, next, level);
        result.map(|()| Value::list(inner))
    }

    fn item_map(&mut self, list: &[Value], index: i64, level: u32) -> Step<Value> {
        let known = list.get(place(index)).filter(|value| value.as_map().is_some()).cloned();
        let value = known.unwrap_or_else(|| Value::from(Map::new()));
        let map = value.as_map().expect("just looked at").clone();
        self.key(&map, level).map(|()| value)
    }

    /// `{a,b}`; none when no brace stands here.
    fn list(&mut self) -> Step<Option<Value>> {
        let start = self.at;
        if !self.rest().starts_with('{') {
            return Ok(None);
        }
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let word = self.until(&[',', '}']);
            if word.last.is_none() {
                return error("list must terminate with '}'");
            }
            let item = self.converted(&word).or_else(|(_, reason)| error(reason))?;
            items.push(item);
            if word.last == Some('}') {
                let end = self.at;
                if self.rest().starts_with(',') {
                    self.at += 1;
                }
                let span = Span::new(self.argument.file, start as u32, end as u32);
                let origin = self.trace.value(span);
                return Ok(Some(Value::list(items).with_origin(origin)));
            }
        }
    }

    /// Blanks and one comma; whether nothing else stood here.
    fn skip_empty(&mut self) -> bool {
        loop {
            match self.rest().chars().next() {
                None => return true,
                Some(',') => {
                    self.at += 1;
                    return true;
                }
                Some(letter) if letter.is_whitespace() => self.at += letter.len_utf8(),
                Some(_) => return false,
            }
        }
    }

    fn json(&mut self) -> Step<Value> {
        let blanks = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
        let start = self.at + blanks;
        let end = start + json_length(&self.argument.text[start..]);
        let Some(value) = json_value(self.argument, start..end, self.trace) else {
            return error("invalid JSON");
        };
        self.at = end;
        Ok(value)
    }
}

/// How long the JSON value is that a text begins with. What is inside it is
/// looked at later.
fn json_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'{' | b'[') => bracket_length(bytes),
        Some(b'"') => string_length(bytes),
        Some(b'-' | b'0'..=b'9') => number_length(bytes),
        _ => bytes.iter().take_while(|byte| byte.is_ascii_lowercase()).count(),
    }
}

fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn bracket_length(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at += string_length(&bytes[at..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes[0] == b'-');
    at += if bytes.get(at) == Some(&b'0') { 1 } else { digits(at) };
    if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let count = bytes.get(at + 1 + sign..).map_or(0, |_| digits(at + 1 + sign));
        if count > 0 {
            at += 1 + sign + count;
        }
    }
    at
}

/// An index that was found not to be negative.
fn place(index: i64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// An empty key is passed over.
fn set(data: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.set(key, value);
    }
}

fn set_index(mut list: Vec<Value>, index: i64, value: Value) -> (Vec<Value>, Step<()>) {
    if index > INDEX_MAX {
        let message = format!("index of {index} is greater than maximum supported index of {INDEX_MAX}");
        return (list, error(message));
    }
    let at = place(index);
    if list.len() <= at {
        list.resize(at + 1, Value::NIL);
    }
    list[at] = value;
    (list, Ok(()))
}

fn typed(text: &str) -> Data {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") {
        Data::Bool(true)
    } else if is("false") {
        Data::Bool(false)
    } else if is("null") {
        Data::Nil
    } else if text == "0" {
        Value::int64(0).data
    } else if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        Value::int64(number).data
    } else {
        Data::Str(text.into())
    }
}

/// What Go says of a type assertion that panics.
fn panic_words(data: &Data, wanted: &str) -> String {
    let is = match data {
        Data::Nil => "nil",
        Data::Bool(_) => "bool",
        Data::Int(..) => "int64",
        Data::Float(_) => "float64",
        Data::List(_) => "[]interface {}",
        Data::Map(_) => "map[string]interface {}",
        _ => "string",
    };
    format!("unable to parse key: interface conversion: interface {{}} is {is}, not {wanted}")
}

fn quoted(text: &str) -> String {
    go::quote(text)
}

/// Go's `%q` of a rune.
fn quoted_letter(letter: char) -> String {
    match letter {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        _ => format!("'{}'", go::quote(letter.encode_utf8(&mut [0; 4])).trim_matches('"')),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_stand_before_their_values() {
        use super::keys;
        assert_eq!(keys("a=1,b.c=2"), ["a", "b.c"]);
        assert_eq!(keys("a={x,y=z},b[0]=p=q,c\\,d=e\\,f=g"), ["a", "b[0]", "c\\,d"]);
        assert!(keys("a").is_empty());
    }

    use super::*;
    use crate::template::print;

    fn set(texts: &[&str], mode: Mode<'_>) -> Result<String, String> {
        let base = Map::new();
        for text in texts {
            let argument = Argument { file: FileId(0), text: (*text).into() };
            parse_into(&argument, &base, mode, true, &mut Trace::off())?;
        }
        Ok(String::from_utf8_lossy(&print::show(&Value::from(base))).into_owned())
    }

    #[test]
    fn names_lead_to_values() {
        let cases = [
            ("a=1,b.c=x,d={p,q}", "map[a:1 b:map[c:x] d:[p q]]"),
            ("a[1].b=2", "map[a:[<nil> map[b:2]]]"),
            ("a[1][0]=x", "map[a:[<nil> [x]]]"),
            ("a\\.b=c\\,d", "map[a.b:c,d]"),
            ("a=null,b=TRUE,c=007,d=0", "map[a:<nil> b:true c:007 d:0]"),
            ("a=,b=", "map[a: b:]"),
            ("a={}", "map[a:[]]"),
            ("=x", "map[]"),
            ("a[", "map[]"),
            ("", "map[]"),
        ];
        for (text, expected) in cases {
            assert_eq!(set(&[text], Mode::Typed).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(set(&["a.b=1", "a.c=2"], Mode::Text).as_deref(), Ok("map[a:map[b:1 c:2]]"));
        assert_eq!(set(&["a=b,c=\\n"], Mode::Literal).as_deref(), Ok("map[a:b,c=\\n]"));
    }

    #[test]
    fn what_is_wrong_is_told_in_helms_words() {
        let cases = [
            ("a", r#"key "a" has no value"#),
            ("a,b=1", r#"key "a" has no value (cannot end with ,)"#),
            ("a[x]=1", r#"error parsing index: strconv.Atoi: parsing "x": invalid syntax"#),
            ("a[-1]=1", "negative -1 index not allowed"),
            ("a[65537]=1", "index of 65537 is greater than maximum supported index of 65536"),
            ("a[0]b c=1", "unexpected data at end of array index: ['b' ' ' 'c']"),
            ("a={b", "list must terminate with '}'"),
            (
                "a=1,a.b=2",
                "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(set(&[text], Mode::Typed).expect_err("it is refused"), expected, "{text}");
        }
        let deep = format!("{}a=1", "a.".repeat(40));
        assert!(set(&[&deep], Mode::Typed).expect_err("it is too deep").contains("nested level of 30"));
    }

    #[test]
    fn json_values_may_be_anything() {
        let cases = [
            (r#"a={"b":[1,"x"]},c=null"#, "map[a:map[b:[1 x]] c:<nil>]"),
            ("a=,b=1.50", "map[a:<nil> b:1.5]"),
            (r#"a[1]="x" ,b=true"#, "map[a:[<nil> x] b:true]"),
        ];
        for (text, expected) in cases {
            assert_eq!(set(&[text], Mode::Json).as_deref(), Ok(expected), "{text}");
        }
        assert!(set(&["a=[1"], Mode::Json).is_err());
    }

    #[test]
    fn files_are_named_by_their_paths() {
        assert_eq!(file_paths("a=x.txt,b.c=dir/y.txt"), ["x.txt", "dir/y.txt"]);
        let content = Argument { file: FileId(7), text: "line".into() };
        let contents = BTreeMap::from([("x.txt".to_owned(), Ok(content))]);
        assert_eq!(set(&["a=x.txt"], Mode::File(&contents)).as_deref(), Ok("map[a:line]"));
        assert!(set(&["a=y.txt"], Mode::File(&contents)).expect_err("absent").starts_with("open y.txt"));
    }
}
