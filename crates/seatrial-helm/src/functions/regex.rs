//! The regex functions, with the rules of Go's `regexp`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use regex::{Captures, Regex};
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
type Pattern = (Regex, Vec<Option<String>>);
type Compiled = Rc<Result<Pattern, String>>;

/// The pattern; charts use few of them again and again.
fn compile(pattern: &str) -> Compiled {
    const MOST: usize = 256;
    thread_local! {
        static COMPILED: RefCell<BTreeMap<String, Compiled>> = const { RefCell::new(BTreeMap::new()) };
    }
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(found) = compiled.get(pattern) {
            return Rc::clone(found);
        }
        if compiled.len() >= MOST {
            compiled.clear();
        }
        let made: Compiled = Rc::new(re2::compile_with_names(pattern));
        compiled.insert(pattern.to_owned(), Rc::clone(&made));
        made
    })
}

/// What a function does with a pattern and a text.
type Action = fn(&Pattern, &str, &Value) -> Value;

/// Runs the action; a wrong pattern is an error.
fn checked(call: &mut dyn Call, args: &[Value], action: Action) -> Result<Value, Fault> {
    let (pattern, text) = (go_text(&args[0]), go_text(&args[1]));
    call.spend(text.len() as u64)?;
    match &*compile(&text_of(&pattern)) {
        Ok(pattern) => Ok(action(pattern, &text_of(&text), args.get(2).unwrap_or(&Value::NIL))),
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
    checked(call, args, |(regex, _), text, _| Value::from(regex.is_match(text)))
}

fn find(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, first)
}

fn must_find(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, first)
}

fn first((regex, _): &Pattern, text: &str, _: &Value) -> Value {
    Value::from(regex.find(text).map_or("", |it| it.as_str()))
}

fn find_all(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, all)
}

fn must_find_all(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, all)
}

fn all((regex, _): &Pattern, text: &str, most: &Value) -> Value {
    let found: Vec<&str> = regex.find_iter(text).take(limit(most)).map(|it| it.as_str()).collect();
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

fn replaced((regex, names): &Pattern, text: &str, replacement: &Value) -> Value {
    let replacement = go_text(replacement);
    let replacement = text_of(&replacement);
    Value::from(
        regex.replace_all(text, |captures: &Captures<'_>| expand(&replacement, captures, names)).as_ref(),
    )
}

fn replace_literal(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    panicking(call, args, replaced_literally)
}

fn must_replace_literal(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    checked(call, args, replaced_literally)
}

fn replaced_literally((regex, _): &Pattern, text: &str, replacement: &Value) -> Value {
    let replacement = go_text(replacement);
    Value::from(regex.replace_all(text, regex::NoExpand(&text_of(&replacement))).as_ref())
}

/// The replacement with `$1`, `${name}` and `$$` worked out. A name takes all
/// letters it can: `$1W` asks for a group `1W`.
fn expand(replacement: &str, captures: &Captures<'_>, names: &[Option<String>]) -> String {
    let mut out = String::new();
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
        let group = match index(name) {
            Some(index) => captures.get(index),
            // Of groups with one name, the first that took part.
            None => names
                .iter()
                .enumerate()
                .find_map(|(at, it)| captures.get(at + 1).filter(|_| it.as_deref() == Some(name))),
        };
        out.push_str(group.map_or("", |it| it.as_str()));
    }
    out.push_str(rest);
    out
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

fn parts((regex, _): &Pattern, text: &str, most: &Value) -> Value {
    let most = limit(most);
    if most == 0 {
        return nil_strings();
    }
    if !regex.as_str().is_empty() && text.is_empty() {
        return Value::strings([""]);
    }
    let mut found = Vec::new();
    let (mut start, mut end) = (0, 0);
    for matched in regex.find_iter(text).take(most) {
        if found.len() + 1 == most {
            break;
        }
        end = matched.start();
        // An empty match at the very start cuts nothing off.
        if matched.end() != 0 {
            found.push(&text[start..end]);
        }
        start = matched.end();
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
