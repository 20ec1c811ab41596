//! Functions of Rego whose results can outgrow what they are given: ours, which
//! refuse to make large ones, in place of the engine's; and `re_match`, which it
//! lacks.

use std::fmt::{self, Write as _};

use regorus::{Engine, Value};
use seatrial_schema::cel::re2;

use super::{growth, steps};

/// No text is longer than this.
const TEXT_MAX: usize = 256 * 1024;
/// No array is longer than this.
const ITEMS_MAX: usize = 64 * 1024;
/// No value that is looked at has more parts than this.
const NODES_MAX: usize = 32 * 1024;
/// What is done in about the time of a step.
const NODES_A_STEP: usize = 16;
const BYTES_A_STEP: usize = 64;
/// Values are printed no deeper than this.
const DEPTH_MAX: usize = 64;

/// A value would be larger than is allowed.
#[derive(Debug)]
struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value grows too large")
    }
}

impl std::error::Error for TooLarge {}

type Answer = Result<Value, TooLarge>;

/// Adds them to an engine.
pub(super) fn add(engine: &mut Engine) -> Result<(), String> {
    type Function = fn(&[Value]) -> Answer;
    let all: [(&str, u8, Function); 11] = [
        ("array.concat", 2, join_arrays),
        ("concat", 2, concat),
        ("json.marshal", 1, marshal),
        ("numbers.range", 2, range),
        ("re_match", 2, matches),
        ("regex.match", 2, matches),
        ("regex.replace", 3, replace_matches),
        ("replace", 3, replace),
        (growth::LOOK, 1, look),
        ("sprintf", 2, sprintf),
        ("strings.replace_n", 2, replace_each),
    ];
    for (name, count, function) in all {
        let call = Box::new(move |arguments: Vec<Value>| Ok(function(&arguments)?));
        engine.add_extension(name.to_owned(), count, call).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Refuses a value that would take long to be compared with another.
fn look(arguments: &[Value]) -> Answer {
    let mut open = vec![&arguments[0]];
    let mut count = 0_usize;
    while let Some(value) = open.pop() {
        count += 1;
        if count + open.len() > NODES_MAX {
            return Err(TooLarge);
        }
        match value {
            Value::Array(items) => open.extend(items.iter()),
            Value::Set(items) => open.extend(items.iter()),
            Value::Object(entries) => open.extend(entries.iter().flat_map(|(key, value)| [key, value])),
            _ => {}
        }
    }
    charge(count / NODES_A_STEP);
    Ok(Value::from(true))
}

/// Counts what a function does beyond one step.
fn charge(steps: usize) {
    steps::spend(steps as u64);
}

fn text(value: &Value) -> Option<&str> {
    value.as_string().ok().map(AsRef::as_ref)
}

fn bounded(text: String) -> Answer {
    charge(text.len() / BYTES_A_STEP);
    if text.len() > TEXT_MAX { Err(TooLarge) } else { Ok(Value::from(text)) }
}

fn join_arrays(arguments: &[Value]) -> Answer {
    let (Ok(first), Ok(second)) = (arguments[0].as_array(), arguments[1].as_array()) else {
        return Ok(Value::Undefined);
    };
    if first.len() + second.len() > ITEMS_MAX {
        return Err(TooLarge);
    }
    Ok(Value::from(first.iter().chain(second.iter()).cloned().collect::<Vec<_>>()))
}

fn items(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(items) => Some(items.iter().collect()),
        Value::Set(items) => Some(items.iter_sorted().collect()),
        _ => None,
    }
}

fn concat(arguments: &[Value]) -> Answer {
    let (Some(between), Some(items)) = (text(&arguments[0]), items(&arguments[1])) else {
        return Ok(Value::Undefined);
    };
    let Some(texts) = items.into_iter().map(text).collect::<Option<Vec<_>>>() else {
        return Ok(Value::Undefined);
    };
    let size: usize = texts.iter().map(|it| it.len() + between.len()).sum();
    if size > TEXT_MAX { Err(TooLarge) } else { Ok(Value::from(texts.join(between))) }
}

fn marshal(arguments: &[Value]) -> Answer {
    let mut out = String::new();
    print(&arguments[0], Form::Json, 0, &mut out)?;
    bounded(out)
}

fn range(arguments: &[Value]) -> Answer {
    let (Ok(from), Ok(to)) = (arguments[0].as_i64(), arguments[1].as_i64()) else {
        return Ok(Value::Undefined);
    };
    if from.abs_diff(to) >= ITEMS_MAX as u64 {
        return Err(TooLarge);
    }
    let mut numbers: Vec<Value> = (from.min(to)..=from.max(to)).map(Value::from).collect();
    if from > to {
        numbers.reverse();
    }
    Ok(Value::from(numbers))
}

fn matches(arguments: &[Value]) -> Answer {
    let (Some(pattern), Some(text)) = (text(&arguments[0]), text(&arguments[1])) else {
        return Ok(Value::Undefined);
    };
    if pattern.len() > TEXT_MAX {
        return Err(TooLarge);
    }
    charge(compile_steps(pattern) + text.len() / BYTES_A_STEP);
    Ok(re2::compile(pattern).map_or(Value::Undefined, |regex| Value::from(regex.is_match(text))))
}

/// What compiling a pattern costs: each part as often as it is repeated.
fn compile_steps(pattern: &str) -> usize {
    let counts = pattern.split(|it: char| !it.is_ascii_digit()).filter_map(|it| it.parse::<usize>().ok());
    let repeats =
        counts.filter(|it| (2..=1_000).contains(it)).fold(1, |all: usize, it| all.saturating_mul(it));
    64 + pattern.len().saturating_mul(8).saturating_mul(repeats.min(1_000))
}

fn replace_matches(arguments: &[Value]) -> Answer {
    let all = (text(&arguments[0]), text(&arguments[1]), text(&arguments[2]));
    let (Some(within), Some(pattern), Some(new)) = all else { return Ok(Value::Undefined) };
    charge(compile_steps(pattern) + within.len() / BYTES_A_STEP);
    let Ok(regex) = re2::compile(pattern) else { return Ok(Value::Undefined) };
    let count = regex.find_iter(within).count();
    // What stands for a group may be as long as the whole text.
    let groups = new.matches('$').count() * within.len();
    if within.len() + count.saturating_mul(new.len() + groups) > TEXT_MAX {
        return Err(TooLarge);
    }
    bounded(regex.replace_all(within, new).into_owned())
}

fn replace(arguments: &[Value]) -> Answer {
    let all = (text(&arguments[0]), text(&arguments[1]), text(&arguments[2]));
    let (Some(within), Some(old), Some(new)) = all else { return Ok(Value::Undefined) };
    replaced(within, old, new).map(Value::from)
}

fn replaced(within: &str, old: &str, new: &str) -> Result<String, TooLarge> {
    if within.len() + within.matches(old).count().saturating_mul(new.len()) > TEXT_MAX {
        return Err(TooLarge);
    }
    Ok(within.replace(old, new))
}

/// Each key of the first is replaced where the scan meets it, once.
fn replace_each(arguments: &[Value]) -> Answer {
    let (Ok(patterns), Some(within)) = (arguments[0].as_object(), text(&arguments[1])) else {
        return Ok(Value::Undefined);
    };
    let pairs: Vec<_> =
        patterns.iter_sorted().filter_map(|(old, new)| Some((text(old)?, text(new)?))).collect();
    let mut out = String::new();
    let mut rest = within;
    while !rest.is_empty() {
        let found = pairs.iter().find(|(old, _)| !old.is_empty() && rest.starts_with(old));
        let next = rest.chars().next().map_or(1, char::len_utf8);
        let (step, new) = found.map_or((next, &rest[..next]), |(old, new)| (old.len(), *new));
        out.push_str(new);
        if out.len() > TEXT_MAX {
            return Err(TooLarge);
        }
        rest = &rest[step..];
    }
    Ok(Value::from(out))
}

/// How a value is printed.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// As JSON; a set is an array.
    Json,
    /// As a term of Rego.
    Term,
}

fn print(value: &Value, form: Form, depth: usize, out: &mut String) -> Result<(), TooLarge> {
    if depth > DEPTH_MAX || out.len() > TEXT_MAX {
        return Err(TooLarge);
    }
    let gap = if form == Form::Term { " " } else { "" };
    let separator = |at: usize| if at == 0 { String::new() } else { format!(",{gap}") };
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(&separator(at));
                print(item, form, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Set(items) => {
            let (open, close) = if form == Form::Term { ('{', '}') } else { ('[', ']') };
            out.push(open);
            for (at, item) in items.iter_sorted().enumerate() {
                out.push_str(&separator(at));
                print(item, form, depth + 1, out)?;
            }
            out.push(close);
        }
        Value::Object(entries) => {
            out.push('{');
            for (at, (key, item)) in entries.iter_sorted().enumerate() {
                out.push_str(&separator(at));
                print(key, form, depth + 1, out)?;
                out.push(':');
                out.push_str(gap);
                print(item, form, depth + 1, out)?;
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_json_str().unwrap_or_default()),
    }
    Ok(())
}

fn sprintf(arguments: &[Value]) -> Answer {
    let (Some(format), Some(values)) = (text(&arguments[0]), items(&arguments[1])) else {
        return Ok(Value::Undefined);
    };
    let mut out = String::new();
    let mut rest = format;
    let mut values = values.into_iter();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let verb = Verb::read(&rest[at + 1..]);
        rest = &rest[at + 1 + verb.length..];
        match verb.letter {
            Some('%') => out.push('%'),
            Some(letter) => match values.next() {
                Some(value) => verb.print(letter, value, &mut out)?,
                None => drop(write!(out, "%!{letter}(MISSING)")),
            },
            None => out.push_str("%!(NOVERB)"),
        }
        if out.len() > TEXT_MAX {
            return Err(TooLarge);
        }
    }
    out.push_str(rest);
    bounded(out)
}

/// One `%` of a format: its flags and its letter.
struct Verb {
    letter: Option<char>,
    length: usize,
    is_left: bool,
    is_zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Verb {
    fn read(text: &str) -> Self {
        let flags = text.bytes().take_while(|it| b"+-# 0".contains(it)).count();
        let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let number = |from: usize, count: usize| text[from..from + count].parse().unwrap_or(0).min(1024);
        let mut at = flags + digits(flags);
        let width = number(flags, at - flags);
        let mut precision = None;
        if text[at..].starts_with('.') {
            let count = digits(at + 1);
            precision = Some(number(at + 1, count));
            at += 1 + count;
        }
        let letter = text[at..].chars().next();
        Self {
            letter,
            length: at + letter.map_or(0, char::len_utf8),
            is_left: text[..flags].contains('-'),
            is_zero: text[..flags].contains('0'),
            width,
            precision,
        }
    }

    fn print(&self, letter: char, value: &Value, out: &mut String) -> Result<(), TooLarge> {
        let mut printed = String::new();
        match (letter, value) {
            ('q', Value::String(_)) => print(value, Form::Json, 0, &mut printed)?,
            ('x', Value::Number(_)) => match value.as_i64() {
                Ok(number) => drop(write!(printed, "{number:x}")),
                Err(_) => print(value, Form::Term, 0, &mut printed)?,
            },
            ('f' | 'e' | 'g', Value::Number(_)) => {
                let number = value.as_f64().unwrap_or_default();
                let _ = write!(printed, "{number:.*}", self.precision.unwrap_or(6));
            }
            ('d', Value::String(text)) => drop(write!(printed, "%!d(string={text})")),
            (_, Value::String(text)) => printed.push_str(text),
            _ => print(value, Form::Term, 0, &mut printed)?,
        }
        let fill = self.width.saturating_sub(printed.chars().count());
        let (before, after) = if self.is_left { (0, fill) } else { (fill, 0) };
        let filler = if self.is_zero && !self.is_left { "0" } else { " " };
        out.push_str(&filler.repeat(before));
        out.push_str(&printed);
        out.push_str(&" ".repeat(after));
        Ok(())
    }
}
