//! The regex functions, with the rules of Go's `regexp`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use regex::{Regex, bytes};
use seatrial_schema::cel::re2;

use crate::go;
use crate::template::value::Element;
use crate::template::{Call, Data, Fault, Function, IntKind, List, Type, Value};

use super::{go_text, text_of};

const TWO: &[Type] = &[Type::Str, Type::Str];
const THREE: &[Type] = &[Type::Str, Type::Str, Type::Str];
const WITH_LIMIT: &[Type] = &[Type::Str, Type::Str, Type::Int];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "regexMatch", parameters: TWO, is_variadic: false, body: regex_match },
    Function { name: "mustRegexMatch", parameters: TWO, is_variadic: false, body: must_match },
    Function { name: "regexFind", parameters: TWO, is_variadic: false, body: find },
    Function { name: "mustRegexFind", parameters: TWO, is_variadic: false, body: must_find },
    Function { name: "regexFindAll", parameters: WITH_LIMIT, is_variadic: false, body: find_all },
    Function { name: "mustRegexFindAll", parameters: WITH_LIMIT, is_variadic: false, body: must_find_all },
    Function { name: "regexReplaceAll", parameters: THREE, is_variadic: false, body: replace },
    Function { name: "mustRegexReplaceAll", parameters: THREE, is_variadic: false, body: must_replace },
    Function { name: "regexReplaceAllLiteral", parameters: THREE, is_variadic: false, body: replace_literal },
    Function {
        name: "mustRegexReplaceAllLiteral",
        parameters: THREE,
        is_variadic: false,
        body: must_replace_literal,
    },
    Function { name: "regexSplit", parameters: WITH_LIMIT, is_variadic: false, body: split },
    Function { name: "mustRegexSplit", parameters: WITH_LIMIT, is_variadic: false, body: must_split },
    Function { name: "regexQuoteMeta", parameters: &[Type::Str], is_variadic: false, body: quote_meta },
];

/// A pattern, and the names of its groups.
struct Pattern {
    regex: Compiled,
    names: Vec<Option<String>>,
}

/// Where the groups of a match are.
type Groups<'a> = &'a dyn Fn(usize) -> Option<Range<usize>>;

enum Compiled {
    /// For texts of nothing but ASCII.
    Ascii(bytes::Regex),
    Any(Regex),
}

impl Pattern {
    fn new(pattern: &str, is_ascii: bool) -> Result<Self, String> {
        if let Some((regex, names)) = is_ascii.then(|| re2::compile_for_ascii(pattern)).flatten() {
            return Ok(Self { regex: Compiled::Ascii(regex), names });
        }
        let (regex, names) = re2::compile_with_names(pattern)?;
        Ok(Self { regex: Compiled::Any(regex), names })
    }

    fn is_empty(&self) -> bool {
        match &self.regex {
            Compiled::Ascii(regex) => regex.as_str().is_empty(),
            Compiled::Any(regex) => regex.as_str().is_empty(),
        }
    }

    fn is_match(&self, text: &str) -> bool {
        match &self.regex {
            Compiled::Ascii(regex) => regex.is_match(text.as_bytes()),
            Compiled::Any(regex) => regex.is_match(text),
        }
    }

    /// All matches.
    fn find<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = Range<usize>> + 't> {
        match &self.regex {
            Compiled::Ascii(regex) => Box::new(regex.find_iter(text.as_bytes()).map(|it| it.range())),
            Compiled::Any(regex) => Box::new(regex.find_iter(text).map(|it| it.range())),
        }
    }

    /// The text with every match replaced by what is written for it.
    fn replace(&self, text: &str, write: &mut dyn FnMut(Groups<'_>, &mut String)) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut one = |group: Groups<'_>| {
            let matched = group(0).expect("the first group is the whole match");
            out.push_str(&text[at..matched.start]);
            write(group, &mut out);
            at = matched.end;
        };
        match &self.regex {
            Compiled::Ascii(regex) => {
                regex
                    .captures_iter(text.as_bytes())
                    .for_each(|it| one(&|at| it.get(at).map(|it| it.range())));
            }
            Compiled::Any(regex) => {
                regex.captures_iter(text).for_each(|it| one(&|at| it.get(at).map(|it| it.range())));
            }
        }
        out.push_str(&text[at..]);
        out
    }
}

type Known = Rc<Result<Pattern, String>>;

/// The pattern; charts use few of them again and again.
fn compile(pattern: &str, is_ascii: bool) -> Known {
    const MOST: usize = 256;
    thread_local! {
        static KNOWN: RefCell<[BTreeMap<String, Known>; 2]> =
            const { RefCell::new([BTreeMap::new(), BTreeMap::new()]) };
    }
    KNOWN.with_borrow_mut(|known| {
        let known = &mut known[usize::from(is_ascii)];
        if let Some(found) = known.get(pattern) {
            return Rc::clone(found);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let made: Known = Rc::new(Pattern::new(pattern, is_ascii));
        known.insert(pattern.to_owned(), Rc::clone(&made));
        made
    })
}

/// What a function does with a pattern and a text.
type Action = fn(&Pattern, &str, &Value) -> Value;

/// Runs the action; a wrong pattern is an error.
fn checked(call: &mut dyn Call, args: &[Value], action: Action) -> Result<Value, Fault> {
    let (pattern, text) = (go_text(&args[0]), go_text(&args[1]));
    call.spend(text.len() as u64)?;
    let text = text_of(&text);
    match &*compile(&text_of(&pattern), text.is_ascii()) {
        Ok(pattern) => Ok(action(pattern, &text, args.get(2).unwrap_or(&Value::NIL))),
        Err(message) => Err(Fault::error(message.clone())),
    }
}

/// Runs the action; a wrong pattern is a panic, which says more.
fn panicking(call: &mut dyn Call, args: &[Value], action: Action) -> Result<Value, Fault> {
    checked(call, args, action).map_err(|fault| match fault {
        Fault::Error(message) => {
            let pattern = go_text(&args[0]);
            Fault::Error(format!("regexp: Compile({}): {message}", go::backquote(&text_of(&pattern))))
        }
        other => other,
    })
}

fn regex_match(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match must_match(call, args) {
        Err(Fault::Error(_)) => Ok(Value::from(false)),
        other => other,
    }
}

fn must_match(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, |pattern, text, _| Value::from(pattern.is_match(text)))
}

fn find(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, first)
}

fn must_find(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, first)
}

fn first(pattern: &Pattern, text: &str, _: &Value) -> Value {
    Value::from(pattern.find(text).next().map_or("", |it| &text[it]))
}

fn find_all(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, all)
}

fn must_find_all(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, all)
}

fn all(pattern: &Pattern, text: &str, most: &Value) -> Value {
    let found: Vec<&str> = pattern.find(text).take(limit(most)).map(|it| &text[it]).collect();
    if found.is_empty() { nil_strings() } else { Value::strings(found) }
}

fn nil_strings() -> Value {
    Value::new(Data::List(List { element: Element::Str, is_nil: true, ..List::default() }))
}

/// How many are wanted: all, if the number is negative.
fn limit(most: &Value) -> usize {
    match most.data {
        Data::Int(most, IntKind::Int) => usize::try_from(most).unwrap_or(usize::MAX),
        _ => usize::MAX,
    }
}

fn replace(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, replaced)
}

fn must_replace(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, replaced)
}

fn replaced(pattern: &Pattern, text: &str, replacement: &Value) -> Value {
    let replacement = go_text(replacement);
    let replacement = text_of(&replacement);
    Value::from(pattern.replace(text, &mut |group, out| {
        expand(&replacement, &|at| group(at).map(|it| &text[it]), &pattern.names, out);
    }))
}

fn replace_literal(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, replaced_literally)
}

fn must_replace_literal(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, replaced_literally)
}

fn replaced_literally(pattern: &Pattern, text: &str, replacement: &Value) -> Value {
    let replacement = go_text(replacement);
    let replacement = text_of(&replacement);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for matched in pattern.find(text) {
        out.push_str(&text[at..matched.start]);
        out.push_str(&replacement);
        at = matched.end;
    }
    out.push_str(&text[at..]);
    Value::from(out)
}

/// Writes the replacement with `$1`, `${name}` and `$$` worked out. A name takes
/// all letters it can: `$1W` asks for a group `1W`.
fn expand<'t>(
    replacement: &str,
    group: &dyn Fn(usize) -> Option<&'t str>,
    names: &[Option<String>],
    out: &mut String,
) {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some((name, length)) = group_name(rest) else {
            out.push('$');
            continue;
        };
        rest = &rest[length..];
        let found = match index(name) {
            Some(index) => group(index),
            // Of groups with one name, the first that took part.
            None => names
                .iter()
                .enumerate()
                .find_map(|(at, it)| group(at + 1).filter(|_| it.as_deref() == Some(name))),
        };
        out.push_str(found.unwrap_or_default());
    }
    out.push_str(rest);
}

/// The name behind a dollar sign, and how long it is with its braces.
fn group_name(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let length = inner.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(inner.len());
    if length == 0 {
        return None;
    }
    if inner.len() == text.len() {
        return Some((&inner[..length], length));
    }
    inner[length..].starts_with('}').then(|| (&inner[..length], length + 2))
}

/// A name of digits only is a number, unless it starts with a zero.
fn index(name: &str) -> Option<usize> {
    let is_padded = name.len() > 1 && name.starts_with('0');
    let is_number = name.bytes().all(|it| it.is_ascii_digit()) && name.len() < 9 && !is_padded;
    is_number.then(|| name.parse().ok()).flatten()
}

fn split(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, parts)
}

fn must_split(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, parts)
}

fn parts(pattern: &Pattern, text: &str, most: &Value) -> Value {
    let most = limit(most);
    if most == 0 {
        return nil_strings();
    }
    if !pattern.is_empty() && text.is_empty() {
        return Value::strings([""]);
    }
    let mut found = Vec::new();
    let (mut start, mut end) = (0, 0);
    for matched in pattern.find(text).take(most) {
        if found.len() + 1 == most {
            break;
        }
        end = matched.start;
        // An empty match at the very start cuts nothing off.
        if matched.end != 0 {
            found.push(&text[start..end]);
        }
        start = matched.end;
    }
    if end != text.len() {
        found.push(&text[start..]);
    }
    Value::strings(found)
}

fn quote_meta(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let bytes = go_text(&args[0]);
    let mut out = Vec::with_capacity(bytes.len() + 4);
    for byte in bytes.iter() {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    Ok(Value::bytes_as_str(out))
}
