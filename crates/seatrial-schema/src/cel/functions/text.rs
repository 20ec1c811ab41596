//! Texts, regular expressions and formats of names.

use smol_str::SmolStr;

use super::super::value::{Fault, Library, Outcome, Value, equal};
use super::super::{formats, re2};
use super::{int, list_fits, out_of_range, text_fits, wrong};

pub(in super::super) fn contains(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text), Value::Text(part)] => Ok(Value::Bool(text.contains(part.as_str()))),
        _ => wrong(),
    }
}

pub(in super::super) fn starts_with(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text), Value::Text(part)] => Ok(Value::Bool(text.starts_with(part.as_str()))),
        _ => wrong(),
    }
}

pub(in super::super) fn ends_with(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text), Value::Text(part)] => Ok(Value::Bool(text.ends_with(part.as_str()))),
        _ => wrong(),
    }
}

pub(in super::super) fn matches(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text), Value::Text(pattern)] => {
            Ok(Value::Bool(re2::compile(pattern).map_err(Fault::Error)?.is_match(text)))
        }
        _ => wrong(),
    }
}

pub(in super::super) fn find(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text), Value::Text(pattern)] => {
            let pattern =
                re2::compile(pattern).map_err(|error| Fault::Error(format!("Illegal regex: {error}")))?;
            Ok(Value::text(pattern.find(text).map_or("", |found| found.as_str())))
        }
        _ => wrong(),
    }
}

pub(in super::super) fn find_all(args: &[Value]) -> Outcome {
    let (text, pattern, most) = match args {
        [Value::Text(text), Value::Text(pattern)] => (text, pattern, -1),
        [Value::Text(text), Value::Text(pattern), Value::Int(most)] => (text, pattern, *most),
        _ => return wrong(),
    };
    let pattern = re2::compile(pattern).map_err(|error| Fault::Error(format!("Illegal regex: {error}")))?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let found = pattern.find_iter(text).take(most);
    Ok(Value::list(found.map(|found| Value::text(found.as_str())).collect()))
}

pub(in super::super) fn char_at(args: &[Value]) -> Outcome {
    let [Value::Text(text), Value::Int(at)] = args else {
        return wrong();
    };
    let length = text.chars().count();
    match usize::try_from(*at) {
        Ok(at) if at < length => Ok(Value::Text(text.chars().skip(at).take(1).collect())),
        Ok(at) if at == length => Ok(Value::text("")),
        _ => out_of_range(*at),
    }
}

/// Of a text in a text, or of an item in a list.
pub(in super::super) fn index_of(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list), item] => {
            let at = list.items().iter().position(|it| matches!(equal(it, item), Ok(true)));
            Ok(at.map_or(Value::Int(-1), int))
        }
        [Value::Text(text), Value::Text(part)] => index_from(text, part, 0),
        [Value::Text(text), Value::Text(part), Value::Int(from)] => index_from(text, part, *from),
        _ => wrong(),
    }
}

fn index_from(text: &str, part: &str, from: i64) -> Outcome {
    if part.is_empty() {
        return Ok(Value::Int(from));
    }
    let Ok(from) = usize::try_from(from) else {
        return out_of_range(from);
    };
    let Some((start, _)) = text.char_indices().nth(from) else {
        return Ok(Value::Int(-1));
    };
    let found = text[start..].find(part);
    Ok(found.map_or(Value::Int(-1), |at| int(from + text[start..start + at].chars().count())))
}

pub(in super::super) fn last_index_of(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list), item] => {
            let at = list.items().iter().rposition(|it| matches!(equal(it, item), Ok(true)));
            Ok(at.map_or(Value::Int(-1), int))
        }
        [Value::Text(text), Value::Text(part)] => {
            let length = text.chars().count();
            if part.is_empty() {
                return Ok(int(length));
            }
            if text.len() < part.len() {
                return Ok(Value::Int(-1));
            }
            last_index_to(text, part, length as i64 - 1)
        }
        [Value::Text(text), Value::Text(part), Value::Int(to)] => last_index_to(text, part, *to),
        _ => wrong(),
    }
}

fn last_index_to(text: &str, part: &str, to: i64) -> Outcome {
    if part.is_empty() {
        return Ok(Value::Int(to));
    }
    let Ok(to) = usize::try_from(to) else {
        return out_of_range(to);
    };
    let Some((start, _)) = text.char_indices().nth(to) else {
        return Ok(Value::Int(-1));
    };
    // A match may begin at the offset and reach beyond it.
    let end = text.floor_char_boundary((start + part.len()).min(text.len()));
    let found = text[..end].rfind(part);
    Ok(found.map_or(Value::Int(-1), |at| int(text[..at].chars().count())))
}

pub(in super::super) fn lower(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::from(text.to_ascii_lowercase())),
        _ => wrong(),
    }
}

pub(in super::super) fn upper(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::from(text.to_ascii_uppercase())),
        _ => wrong(),
    }
}

pub(in super::super) fn replace(args: &[Value]) -> Outcome {
    let (text, old, new, most) = match args {
        [Value::Text(text), Value::Text(old), Value::Text(new)] => (text, old, new, -1),
        [Value::Text(text), Value::Text(old), Value::Text(new), Value::Int(most)] => (text, old, new, *most),
        _ => return wrong(),
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let count = if old.is_empty() { text.chars().count() + 1 } else { text.matches(old.as_str()).count() };
    text_fits(text.len().saturating_add(count.min(most).saturating_mul(new.len())))?;
    Ok(Value::from(text.replacen(old.as_str(), new, most)))
}

pub(in super::super) fn split(args: &[Value]) -> Outcome {
    let (text, separator, most) = match args {
        [Value::Text(text), Value::Text(separator)] => (text, separator, -1),
        [Value::Text(text), Value::Text(separator), Value::Int(most)] => (text, separator, *most),
        _ => return wrong(),
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if most == 0 {
        return Ok(Value::list(Vec::new()));
    }
    list_fits(if separator.is_empty() { text.len() } else { 0 })?;
    let parts: Vec<Value> = if separator.is_empty() {
        split_chars(text, most).into_iter().map(Value::text).collect()
    } else {
        text.splitn(most, separator.as_str()).map(Value::text).collect()
    };
    Ok(Value::list(parts))
}

/// Each character alone, the last part with all that is left.
fn split_chars(text: &str, most: usize) -> Vec<&str> {
    let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).take(most).collect();
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

pub(in super::super) fn substring(args: &[Value]) -> Outcome {
    let (text, start, end) = match args {
        [Value::Text(text), Value::Int(start)] => (text, *start, None),
        [Value::Text(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return wrong(),
    };
    if let Some(end) = end.filter(|end| start > *end) {
        return Err(Fault::Error(format!("invalid substring range. start: {start}, end: {end}")));
    }
    let length = text.chars().count();
    let inside = |index: i64| match usize::try_from(index) {
        Ok(at) if at <= length => Ok(at),
        _ => out_of_range(index),
    };
    let from = inside(start)?;
    let to = end.map_or(Ok(length), inside)?;
    Ok(Value::Text(text.chars().skip(from).take(to - from).collect::<SmolStr>()))
}

pub(in super::super) fn trim(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::text(text.trim())),
        _ => wrong(),
    }
}

pub(in super::super) fn join(args: &[Value]) -> Outcome {
    let (list, separator) = match args {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::Text(separator)] => (list, separator.as_str()),
        _ => return wrong(),
    };
    let mut out = String::new();
    for (at, item) in list.items().iter().enumerate() {
        let Value::Text(text) = item.seen()? else {
            return Err(Fault::Error(format!("join: invalid input: {item}")));
        };
        text_fits(out.len() + text.len() + separator.len())?;
        out.push_str(if at == 0 { "" } else { separator });
        out.push_str(text);
    }
    Ok(Value::from(out))
}

pub(in super::super) fn quote(args: &[Value]) -> Outcome {
    let [Value::Text(text)] = args else {
        return wrong();
    };
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
    out.push('"');
    Ok(Value::from(out))
}

/// What is wrong with a text, none if it has the format.
pub(in super::super) fn validate(args: &[Value]) -> Outcome {
    let [Value::Library(Library::Format(format)), Value::Text(text)] = args else {
        return wrong();
    };
    let messages = (format.validate)(text);
    if messages.is_empty() {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list(messages.iter().map(Value::text).collect())))
}

pub(in super::super) fn named_format(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(name)] => Ok(match formats::named(name) {
            Some(format) => Value::some(Value::Library(Library::Format(format))),
            None => Value::Optional(None),
        }),
        _ => wrong(),
    }
}

/// `format.NAME()` is put in by the planner, which knows the name.
pub(in super::super) fn constant_format(_: &[Value]) -> Outcome {
    wrong()
}
