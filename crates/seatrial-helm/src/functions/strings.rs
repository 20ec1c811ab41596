//! Functions over texts: trim, quote, indent, replace, join, ...

use memchr::memmem;

use super::args;
use super::lists::items;
use super::{fixed, pay_for_items, variadic};
use crate::template::Type::{Any, Int, Str};
use crate::template::print::{cost, show};
use crate::template::runes::{self, decode, decode_last};
use crate::template::text::{self, Reader, Text};
use crate::template::{Call, Data, Element, Fault, Function, List, Map, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("hello", &[], |_, _| Ok(Value::from("Hello!"))),
    fixed("abbrev", &[Int, Str], abbrev),
    fixed("abbrevboth", &[Int, Int, Str], abbrev_both),
    variadic("cat", &[Any], cat),
    fixed("contains", &[Str, Str], |_, it| Ok(has(it, |part, whole| memmem::find(whole, part).is_some()))),
    fixed("hasPrefix", &[Str, Str], |_, it| Ok(has(it, |part, whole| whole.starts_with(part)))),
    fixed("hasSuffix", &[Str, Str], |_, it| Ok(has(it, |part, whole| whole.ends_with(part)))),
    fixed("indent", &[Int, Str], |call, args| indent(call, args, "")),
    fixed("initials", &[Str], initials),
    fixed("join", &[Str, Any], join),
    fixed("nindent", &[Int, Str], |call, args| indent(call, args, "\n")),
    fixed("nospace", &[Str], nospace),
    fixed("plural", &[Str, Str, Int], plural),
    variadic("quote", &[Any], quote),
    fixed("repeat", &[Int, Str], repeat),
    fixed("replace", &[Str, Str, Str], replace),
    fixed("sortAlpha", &[Any], sort_alpha),
    fixed("split", &[Str, Str], |call, args| split(call, &args[0], &args[1], -1)),
    fixed("splitList", &[Str, Str], split_list),
    fixed("splitn", &[Str, Int, Str], |call, args| split(call, &args[0], &args[2], args::int(args, 1))),
    variadic("squote", &[Any], squote),
    fixed("substr", &[Int, Int, Str], substr),
    fixed("toString", &[Any], |call, args| Ok(to_text(call, &args[0]))),
    fixed("toStrings", &[Any], |call, args| to_texts(call, &args[0])),
    fixed("trim", &[Str], trim),
    fixed("trimAll", &[Str, Str], trim_all),
    fixed("trimPrefix", &[Str, Str], trim_prefix),
    fixed("trimSuffix", &[Str, Str], trim_suffix),
    fixed("trimall", &[Str, Str], trim_all),
    fixed("trunc", &[Int, Str], trunc),
    fixed("wrap", &[Int, Str], |call, args| wrap(call, args::int(args, 0), None, &args[1])),
    fixed("wrapWith", &[Int, Str, Str], |call, args| {
        wrap(call, args::int(args, 0), Some(&args[1]), &args[2])
    }),
];

/// sprig's `strval`: any value as a text, with the value's origin.
pub(super) fn to_text(call: &mut dyn Call, value: &Value) -> Value {
    match &value.data {
        Data::Str(_) | Data::Raw(_) => value.clone(),
        Data::Bytes(bytes) => Value::bytes_as_str(bytes.to_vec()).with_origin(value.origin),
        _ => shown(call, value),
    }
}

/// `fmt.Sprint` of any value, with the value's origin.
pub(super) fn shown(call: &mut dyn Call, value: &Value) -> Value {
    if value.as_str_bytes().is_some() {
        return value.clone();
    }
    if matches!(value.data, Data::List(_) | Data::Map(_) | Data::Object(_)) {
        call.read_whole(value);
    }
    let text = show(value);
    // Where nothing is left, the next step ends the render.
    let _ = call.spend(cost(std::slice::from_ref(value), text.len()));
    Value::bytes_as_str(text).with_origin(value.origin)
}

/// sprig's `strslice`: any value as a list of texts, without nils.
fn to_texts(call: &mut dyn Call, value: &Value) -> Result<Value, Fault> {
    if let Data::List(List { element: Element::Str, .. }) = value.data {
        return Ok(value.clone());
    }
    let texts = texts(call, value)?;
    Ok(Value::new(Data::List(List::new(texts, Element::Str))).with_origin(value.origin))
}

fn texts(call: &mut dyn Call, value: &Value) -> Result<Vec<Value>, Fault> {
    if value.is_nil() {
        return Ok(Vec::new());
    }
    let Ok(items) = items(value) else { return Ok(vec![to_text(call, value)]) };
    pay_for_items(call, items.len())?;
    Ok(items.iter().filter(|it| !it.is_nil()).map(|it| to_text(call, it)).collect())
}

fn has(args: &[Value], holds: fn(&[u8], &[u8]) -> bool) -> Value {
    Value::from(holds(args::text(args, 0), args::text(args, 1)))
}

fn quote(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut text = Text::new(call);
    for value in args.iter().filter(|it| !it.is_nil()) {
        text.push_str(if text.len() == 0 { "\"" } else { " \"" });
        let value = to_text(call, value);
        push_escaped(call, &value, &mut text);
        text.push_str("\"");
    }
    text.finish(call)
}

/// Adds a string as it stands between Go's double quotes.
fn push_escaped(call: &mut dyn Call, value: &Value, text: &mut Text) {
    let mut reader = Reader::new(call, value);
    let mut escaped = String::new();
    while !reader.rest().is_empty() {
        let plain =
            reader.rest().iter().take_while(|it| matches!(it, b' '..=b'~') && !b"\"\\".contains(it)).count();
        reader.copy(call, plain, text);
        let (rune, size) = decode(reader.rest());
        if size == 0 {
            break;
        }
        escaped.clear();
        runes::push_quoted(&mut escaped, &reader.rest()[..size], rune, '"');
        reader.replace(call, size, escaped.as_bytes(), text);
    }
}

fn squote(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut text = Text::new(call);
    for value in args.iter().filter(|it| !it.is_nil()) {
        text.push_str(if text.len() == 0 { "'" } else { " '" });
        let value = shown(call, value);
        text.push_value(call, &value);
        text.push_str("'");
    }
    text.finish(call)
}

fn cat(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut text = Text::new(call);
    for (index, value) in args.iter().filter(|it| !it.is_nil()).enumerate() {
        if index > 0 {
            text.push_str(" ");
        }
        let value = shown(call, value);
        text.push_value(call, &value);
    }
    text.finish(call)
}

fn indent(call: &mut dyn Call, args: &[Value], before: &str) -> Result<Value, Fault> {
    let source = args::text(args, 1);
    let width = repeated(args::int(args, 0), 1)?;
    let lines = memchr::memchr_iter(b'\n', source).count() as u64 + 1;
    affordable(call, (width as u64).saturating_mul(lines))?;
    let pad = " ".repeat(width);
    let mut text = Text::new(call);
    text.push_str(before);
    text.push_str(&pad);
    let mut reader = Reader::new(call, &args[1]);
    while let Some(end) = memchr::memchr(b'\n', reader.rest()) {
        reader.copy(call, end + 1, &mut text);
        text.push_str(&pad);
    }
    reader.copy(call, reader.rest().len(), &mut text);
    text.finish(call)
}

/// A count of repetitions of a text, as `strings.Repeat` takes it.
fn repeated(count: i64, length: usize) -> Result<usize, Fault> {
    let count = usize::try_from(count).map_err(|_| Fault::error("strings: negative Repeat count"))?;
    match count.checked_mul(length).and_then(|it| isize::try_from(it).ok()) {
        Some(_) => Ok(count),
        None => Err(Fault::error("strings: Repeat output length overflow")),
    }
}

/// Whether a text of this length may be made at all; what is made is paid for
/// when it is finished.
fn affordable(call: &mut dyn Call, length: u64) -> Result<(), Fault> {
    const MOST: u64 = 256 << 20;
    if length > MOST {
        return Err(Fault::Bound(format!("a text of {length} bytes; the most is {MOST}")));
    }
    call.spend(length / 16)
}

/// How many repetitions are told from each other.
const MOST_PIECES: usize = 1000;

fn repeat(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let length = args::text(args, 1).len();
    let count = repeated(args::int(args, 0), length)?;
    affordable(call, length as u64 * count as u64)?;
    let mut text = Text::new(call);
    if count > MOST_PIECES {
        text.push_bytes(&args::text(args, 1).repeat(count), args[1].origin);
        return text.finish(call);
    }
    for _ in 0..count {
        text.push_value(call, &args[1]);
    }
    text.finish(call)
}

fn replace(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (old, new, source) = (args::text(args, 0), args::text(args, 1), args::text(args, 2));
    let places: Vec<usize> = if old.is_empty() {
        runes::runes(source).map(|it| it.0).chain([source.len()]).collect()
    } else {
        memmem::find_iter(source, old).collect()
    };
    if places.is_empty() || old == new {
        return Ok(args[2].clone());
    }
    affordable(call, places.len() as u64 * new.len() as u64)?;
    let mut text = Text::new(call);
    let mut reader = Reader::new(call, &args[2]);
    for place in places {
        reader.copy(call, place - reader.position(), &mut text);
        reader.skip(old.len());
        text.push_value(call, &args[1]);
    }
    reader.copy(call, reader.rest().len(), &mut text);
    text.finish(call)
}

fn plural(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(args::any(args, usize::from(args::int(args, 2) != 1)))
}

fn join(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.read_whole(&args[1]);
    let texts = texts(call, &args[1])?;
    let separators = texts.len().saturating_sub(1) as u64;
    affordable(call, separators * args::text(args, 0).len() as u64)?;
    let mut text = Text::new(call);
    for (index, value) in texts.iter().enumerate() {
        if index > 0 {
            text.push_value(call, &args[0]);
        }
        text.push_value(call, value);
    }
    text.finish(call)
}

/// Unlike in Go, a list of strings that was given keeps its order.
fn sort_alpha(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut sorted = if args[0].is_nil() { vec![shown(call, &args[0])] } else { texts(call, &args[0])? };
    sorted.sort_by(|a, b| a.as_str_bytes().cmp(&b.as_str_bytes()));
    // Which comes first hangs on all of them.
    let origins: Vec<_> = sorted.iter().map(|it| it.origin).chain([args[0].origin]).collect();
    let by = call.trace().derived(origins);
    for it in &mut sorted {
        it.origin = call.trace().chosen(it.origin, by);
    }
    Ok(Value::new(Data::List(List::new(sorted, Element::Str))))
}

/// The ends of the parts as `strings.SplitN` cuts them.
fn parts(separator: &[u8], source: &[u8], most: i64) -> Vec<(usize, usize)> {
    let cuts = match usize::try_from(most) {
        Ok(0) => return Vec::new(),
        Ok(most) => most - 1,
        Err(_) => usize::MAX,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    if separator.is_empty() {
        let starts = runes::runes(source).map(|it| it.0).skip(1).take(cuts);
        for place in starts {
            parts.push((start, place));
            start = place;
        }
        if source.is_empty() {
            return parts;
        }
    } else {
        for place in memmem::find_iter(source, separator).take(cuts) {
            parts.push((start, place));
            start = place + separator.len();
        }
    }
    parts.push((start, source.len()));
    parts
}

fn cut(call: &mut dyn Call, separator: &Value, source: &Value, most: i64) -> Result<Vec<Value>, Fault> {
    let bytes = source.as_str_bytes().unwrap_or_default();
    let parts = parts(separator.as_str_bytes().unwrap_or_default(), bytes, most);
    pay_for_items(call, parts.len())?;
    parts.into_iter().map(|(start, end)| text::slice(call, source, start, end)).collect()
}

fn split(call: &mut dyn Call, separator: &Value, source: &Value, most: i64) -> Result<Value, Fault> {
    let parts = cut(call, separator, source, most)?;
    let entries = parts.into_iter().enumerate().map(|(index, part)| (format!("_{index}").into(), part));
    let mut map: Map = entries.collect();
    map.element = Element::Str;
    Ok(Value::from(map).with_origin(source.origin))
}

fn split_list(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let parts = cut(call, &args[0], &args[1], -1)?;
    Ok(Value::new(Data::List(List::new(parts, Element::Str))).with_origin(args[1].origin))
}

fn trim(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    trim_where(call, &args[0], runes::is_space)
}

fn trim_all(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let set: Vec<char> = runes::runes(args::text(args, 0)).map(|it| it.1).collect();
    trim_where(call, &args[1], |rune| set.contains(&rune))
}

fn trim_where(call: &mut dyn Call, value: &Value, is_cut: impl Fn(char) -> bool) -> Result<Value, Fault> {
    let bytes = value.as_str_bytes().unwrap_or_default();
    let start = runes::runes(bytes).find(|it| !is_cut(it.1)).map_or(bytes.len(), |it| it.0);
    let mut end = bytes.len();
    while end > start {
        let (rune, size) = decode_last(&bytes[start..end]);
        if !is_cut(rune) {
            break;
        }
        end -= size;
    }
    text::slice(call, value, start, end)
}

fn trim_prefix(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (prefix, source) = (args::text(args, 0), args::text(args, 1));
    let start = if source.starts_with(prefix) { prefix.len() } else { 0 };
    text::slice(call, &args[1], start, source.len())
}

fn trim_suffix(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (suffix, source) = (args::text(args, 0), args::text(args, 1));
    let left_out = if source.ends_with(suffix) { suffix.len() } else { 0 };
    text::slice(call, &args[1], 0, source.len() - left_out)
}

fn trunc(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let length = args::text(args, 1).len();
    let (start, end) = match args::int(args, 0) {
        count @ ..0 => (length.saturating_sub(count.unsigned_abs() as usize), length),
        count => (0, length.min(usize::try_from(count).unwrap_or(usize::MAX))),
    };
    text::slice(call, &args[1], start, end)
}

fn substr(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let length = args::text(args, 2).len();
    let (start, end) = (args::int(args, 0), args::int(args, 1));
    let (start, end) = match (start < 0, usize::try_from(end).is_ok_and(|it| it <= length)) {
        (true, _) => (None, Some(end)),
        (false, false) => (Some(start), None),
        (false, true) => (Some(start), Some(end)),
    };
    let (start, end) = bounds(start, end, length)?;
    text::slice(call, &args[2], start, end)
}

/// The bounds of Go's `text[start:end]`, or what its runtime says of them.
fn bounds(start: Option<i64>, end: Option<i64>, length: usize) -> Result<(usize, usize), Fault> {
    let out_of_range =
        |what: String| Fault::error(format!("runtime error: slice bounds out of range {what}"));
    let last = match end.map(usize::try_from) {
        None => length,
        Some(Ok(end)) if end <= length => end,
        Some(Ok(end)) => return Err(out_of_range(format!("[:{end}] with length {length}"))),
        Some(Err(_)) => return Err(out_of_range(format!("[:{}]", end.unwrap_or_default()))),
    };
    match usize::try_from(start.unwrap_or_default()) {
        Ok(first) if first <= last => Ok((first, last)),
        Ok(first) => Err(out_of_range(format!("[{first}:{last}]"))),
        Err(_) => Err(out_of_range(format!("[{}:]", start.unwrap_or_default()))),
    }
}

fn abbrev(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match usize::try_from(args::int(args, 0)) {
        Ok(width @ 4..) => shorten(call, &args[1], 0, width),
        _ => Ok(args[1].clone()),
    }
}

fn abbrev_both(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (left, right) = (args::int(args, 0), args::int(args, 1));
    if right < 4 || left > 0 && right < 7 {
        return Ok(args[2].clone());
    }
    shorten(call, &args[2], left, usize::try_from(right).unwrap_or(usize::MAX))
}

/// goutils' `AbbreviateFull`; the width is 4 or more.
fn shorten(call: &mut dyn Call, value: &Value, offset: i64, width: usize) -> Result<Value, Fault> {
    let bytes = value.as_str_bytes().unwrap_or_default();
    if bytes.len() <= width {
        return Ok(value.clone());
    }
    let mut offset = usize::try_from(offset).unwrap_or_default().min(bytes.len());
    offset = offset.min(bytes.len() - (width - 3));
    if offset <= 4 {
        return abbreviated(call, value, "", 0, width - 3, "...");
    }
    if width < 7 {
        return Ok(Value::from(""));
    }
    if offset + width - 3 < bytes.len() {
        return abbreviated(call, value, "...", offset, offset + width - 6, "...");
    }
    abbreviated(call, value, "...", bytes.len() - (width - 3), bytes.len(), "")
}

fn abbreviated(
    call: &mut dyn Call,
    value: &Value,
    before: &str,
    start: usize,
    end: usize,
    after: &str,
) -> Result<Value, Fault> {
    let mut text = Text::new(call);
    let mut reader = Reader::new(call, value);
    text.push_str(before);
    reader.skip(start);
    reader.copy(call, end - start, &mut text);
    text.push_str(after);
    text.finish(call)
}

/// goutils takes each byte for a rune.
fn initials(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut is_after_gap = true;
    bytewise(call, &args[0], |rune| {
        let is_space = runes::is_space(rune);
        let is_kept = is_after_gap && !is_space;
        is_after_gap = is_space;
        is_kept
    })
}

fn nospace(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let has_space = args::text(args, 0).iter().any(|it| runes::is_space(char::from(*it)));
    if !has_space {
        return Ok(args[0].clone());
    }
    bytewise(call, &args[0], |rune| !runes::is_space(rune))
}

/// Keeps some of the bytes; to be asked twice about one that is not kept must
/// change nothing.
fn bytewise(
    call: &mut dyn Call,
    value: &Value,
    mut is_kept: impl FnMut(char) -> bool,
) -> Result<Value, Fault> {
    let mut text = Text::new(call);
    let mut reader = Reader::new(call, value);
    while let Some(byte) = reader.rest().first() {
        let rune = char::from(*byte);
        if !is_kept(rune) {
            reader.skip(1);
        } else if rune.is_ascii() {
            let more = reader.rest()[1..].iter().take_while(|it| it.is_ascii() && is_kept(char::from(**it)));
            reader.copy(call, 1 + more.count(), &mut text);
        } else {
            reader.replace(call, 1, rune.encode_utf8(&mut [0; 4]).as_bytes(), &mut text);
        }
    }
    text.finish(call)
}

/// goutils' `WrapCustom`; without a line end it leaves long words whole.
fn wrap(call: &mut dyn Call, width: i64, line_end: Option<&Value>, value: &Value) -> Result<Value, Fault> {
    let newline = Value::from("\n");
    let breaks_words = line_end.is_some();
    let line_end = line_end.filter(|it| it.is_true()).unwrap_or(&newline);
    let width = usize::try_from(width).unwrap_or_default().max(1);
    let mut reader = Reader::new(call, value);
    let lines = reader.bytes.len() as u64 / width as u64;
    affordable(call, lines.saturating_mul(line_end.as_str_bytes().unwrap_or_default().len() as u64))?;
    let mut text = Text::new(call);
    while reader.rest().len() > width {
        let rest = reader.rest();
        if rest[0] == b' ' {
            reader.skip(1);
            continue;
        }
        let (length, gap) = match memchr::memrchr(b' ', &rest[..=width]) {
            Some(space) => (space, 1),
            None if breaks_words => (width, 0),
            None => match memchr::memchr(b' ', &rest[width..]) {
                Some(space) => (width + space, 1),
                None => break,
            },
        };
        reader.copy(call, length, &mut text);
        reader.skip(gap);
        text.push_value(call, line_end);
    }
    reader.copy(call, reader.rest().len(), &mut text);
    text.finish(call)
}
