//! The functions that every Go template knows.

use std::fmt::Write as _;
use std::rc::Rc;

use super::ast::Callee;
use super::function::{Call, Fault, Function, Type};
use super::print::{self, Printer};
use super::runes::{decode, is_print};
use super::trace::{FrameId, OriginId, Piece};
use super::value::{Data, IntKind, List, Value};

/// Go's functions; the engine itself does `and`, `or`, `len` and `call`.
pub(super) static FUNCTIONS: &[Function] = &[
    builtin("and", REFLECTS, true, none),
    builtin("call", REFLECTS, true, none),
    builtin("html", &[Type::Any], true, html),
    builtin("index", REFLECTS, true, index),
    builtin("slice", REFLECTS, true, slice),
    builtin("js", &[Type::Any], true, js),
    builtin("len", &[Type::Reflect], false, none),
    builtin("not", &[Type::Reflect], false, not),
    builtin("or", REFLECTS, true, none),
    builtin("print", &[Type::Any], true, print),
    builtin("printf", &[Type::Str, Type::Any], true, printf),
    builtin("println", &[Type::Any], true, println),
    builtin("urlquery", &[Type::Any], true, urlquery),
    builtin("eq", REFLECTS, true, eq),
    builtin("ge", TWO, false, ge),
    builtin("gt", TWO, false, gt),
    builtin("le", TWO, false, le),
    builtin("lt", TWO, false, lt),
    builtin("ne", TWO, false, ne),
];

const REFLECTS: &[Type] = &[Type::Reflect, Type::Reflect];
const TWO: &[Type] = REFLECTS;

type Body = fn(&mut dyn Call, &[Value]) -> Result<Value, Fault>;

const fn builtin(name: &'static str, parameters: &'static [Type], is_variadic: bool, body: Body) -> Function {
    Function { name, parameters, is_variadic, body }
}

/// How the engine calls one of Go's own functions.
pub(super) fn callee(function: &'static Function) -> Callee {
    match function.name {
        "and" => Callee::And(function),
        "or" => Callee::Or(function),
        "len" => Callee::Len(function),
        "call" => Callee::Call(function),
        _ => Callee::Plain(function),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as every function's body")]
fn none(_: &mut dyn Call, _: &[Value]) -> Result<Value, Fault> {
    Ok(Value::NIL)
}

#[expect(clippy::unnecessary_wraps, reason = "as every function's body")]
fn not(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(!args[0].is_true()))
}

fn too_large<E>(_: E) -> Fault {
    Fault::Bound("printed text is too large or too deep".into())
}

/// Makes a text with a printer, traced and paid for.
fn printed(
    call: &mut dyn Call,
    args: &[Value],
    fill: impl FnOnce(&mut dyn Call, &mut Printer) -> Result<(), Fault>,
) -> Result<Value, Fault> {
    for arg in args {
        call.read_whole(arg);
    }
    let is_traced = call.trace().is_on();
    let mut printer = Printer::new(PRINT_MAX, is_traced);
    let filled = fill(call, &mut printer);
    let (bytes, pieces) = printer.finish();
    // What is too large was made all the same.
    let paid = call.spend(print::cost(args, bytes.len()));
    filled.and(paid)?;
    let origin = if pieces.iter().any(|it| !it.1.is_none()) {
        let pieces = pieces.into_iter();
        let pieces = pieces.map(|(length, origin)| Piece { length, origin, frame: FrameId::ROOT }).collect();
        call.trace().pieces(pieces)
    } else {
        OriginId::NONE
    };
    Ok(Value::bytes_as_str(bytes).with_origin(origin))
}

/// How large one printed text may be.
const PRINT_MAX: usize = 64 << 20;

fn print(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    printed(call, args, |_, printer| printer.all(args).map_err(too_large))
}

fn println(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    printed(call, args, |_, printer| printer.line(args).map_err(too_large))
}

fn printf(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let format = args[0].as_str_bytes().unwrap_or_default();
    let origin = args[0].origin;
    printed(call, args, |call, printer| {
        let slice = |start, end| call.trace().slice(origin, start as u32, end as u32);
        printer.format(format, &args[1..], slice).map_err(too_large)
    })
}

/// `fmt.Sprint`, but nil reads as text of a template.
fn evaluated(call: &mut dyn Call, args: &[Value]) -> Result<Vec<u8>, Fault> {
    for arg in args {
        call.read_whole(arg);
    }
    let args: Vec<Value> =
        args.iter().map(|it| if it.is_nil() { Value::from("<no value>") } else { it.clone() }).collect();
    let mut printer = Printer::new(PRINT_MAX, false);
    printer.all(&args).map_err(too_large)?;
    let bytes = printer.finish().0;
    call.spend(print::cost(&args, bytes.len()))?;
    Ok(bytes)
}

fn html(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut out = Vec::new();
    for byte in evaluated(call, args)? {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            byte => out.push(byte),
        }
    }
    Ok(Value::bytes_as_str(out))
}

fn js(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let bytes = evaluated(call, args)?;
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (rune, size) = decode(&bytes[at..]);
        match rune {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\'' => out.extend_from_slice(b"\\'"),
            '"' => out.extend_from_slice(b"\\\""),
            '<' => out.extend_from_slice(b"\\u003C"),
            '>' => out.extend_from_slice(b"\\u003E"),
            '&' => out.extend_from_slice(b"\\u0026"),
            '=' => out.extend_from_slice(b"\\u003D"),
            '\0'..' ' => out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes()),
            rune if rune.is_ascii() || is_print(rune) => out.extend_from_slice(&bytes[at..at + size]),
            rune => out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes()),
        }
        at += size;
    }
    Ok(Value::bytes_as_str(out))
}

fn urlquery(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut out = String::new();
    for byte in evaluated(call, args)? {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            b' ' => out.push('+'),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    Ok(Value::from(out))
}

fn index(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut item = args[0].clone();
    if item.is_nil() {
        return Err(Fault::error("index of untyped nil"));
    }
    for index in &args[1..] {
        let found = match &item.data {
            Data::Nil => return Err(Fault::error("index of nil pointer")),
            Data::Str(text) => byte_at(text.as_bytes(), index, "string")?,
            Data::Raw(bytes) => byte_at(bytes, index, "string")?,
            Data::Bytes(bytes) => byte_at(bytes, index, "slice")?,
            Data::List(list) => item_at(&list.items, index)?,
            Data::Map(map) => map.get(map_key(index)?).unwrap_or_else(|| map.element.zero()),
            Data::Object(object) => {
                if let Some(entries) = object.entries() {
                    let key = map_key(index)?;
                    let found = entries.into_iter().find(|it| &*it.0 == key);
                    found.map_or_else(|| object.field(key).unwrap_or_default(), |it| it.1)
                } else if let Some(items) = object.items() {
                    item_at(&items, index)?
                } else {
                    let name = object.type_name().trim_start_matches('*');
                    return Err(Fault::Error(format!("can't index item of type {name}")));
                }
            }
            _ => return Err(Fault::Error(format!("can't index item of type {}", item.type_name()))),
        };
        item = found;
    }
    Ok(item)
}

fn byte_at(bytes: &[u8], index: &Value, what: &str) -> Result<Value, Fault> {
    let at = position(index, bytes.len())?;
    match bytes.get(at) {
        Some(byte) => Ok(Value::new(Data::Int((*byte).into(), IntKind::Uint8))),
        None => Err(Fault::Error(format!("reflect: {what} index out of range"))),
    }
}

fn item_at(items: &[Value], index: &Value) -> Result<Value, Fault> {
    let at = position(index, items.len())?;
    items.get(at).cloned().ok_or_else(|| Fault::error("reflect: slice index out of range"))
}

fn map_key(index: &Value) -> Result<&str, Fault> {
    match &index.data {
        Data::Str(key) => Ok(key),
        // No key of a map is other than UTF-8.
        Data::Raw(_) => Ok("\u{fffd}"),
        Data::Nil => Err(Fault::error("value is nil; should be of type string")),
        _ => Err(Fault::Error(format!("value has type {}; should be string", index.type_name()))),
    }
}

/// An index or a bound of a slice; one past the end is let through.
fn position(index: &Value, limit: usize) -> Result<usize, Fault> {
    match index.data {
        Data::Int(at, _) => match usize::try_from(at) {
            Ok(position) if position <= limit => Ok(position),
            _ => Err(Fault::Error(format!("index out of range: {at}"))),
        },
        Data::Nil => Err(Fault::error("cannot index slice/array with nil")),
        _ => Err(Fault::Error(format!("cannot index slice/array with type {}", index.type_name()))),
    }
}

fn slice(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (item, bounds) = (&args[0], &args[1..]);
    if item.is_nil() {
        return Err(Fault::error("slice of untyped nil"));
    }
    if bounds.len() > 3 {
        return Err(Fault::Error(format!("too many slice indexes: {}", bounds.len())));
    }
    let length = match &item.data {
        Data::Str(_) | Data::Raw(_) if bounds.len() == 3 => {
            return Err(Fault::error("cannot 3-index slice a string"));
        }
        Data::Str(text) => text.len(),
        Data::Raw(bytes) | Data::Bytes(bytes) => bytes.len(),
        Data::List(list) => list.items.len(),
        _ => return Err(Fault::Error(format!("can't slice item of type {}", item.type_name()))),
    };
    let mut range = [0, length, length];
    for (slot, bound) in range.iter_mut().zip(bounds) {
        *slot = position(bound, length)?;
    }
    let [start, end, capacity] = range;
    if start > end {
        return Err(Fault::Error(format!("invalid slice index: {start} > {end}")));
    }
    if end > capacity {
        return Err(Fault::Error(format!("invalid slice index: {end} > {capacity}")));
    }
    call.spend((end - start) as u64 / 8)?;
    match &item.data {
        Data::List(list) => {
            let items = list.items[start..end].to_vec();
            Ok(Value::new(Data::List(List::new(items, list.element))).with_origin(item.origin))
        }
        Data::Bytes(bytes) => Ok(Value::new(Data::Bytes(bytes[start..end].into())).with_origin(item.origin)),
        _ => super::text::slice(call, item, start, end),
    }
}

/// What Go compares values as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    None,
    Bool,
    Int,
    Uint,
    Float,
    String,
}

fn basic(value: &Value) -> Basic {
    match &value.data {
        Data::Bool(_) => Basic::Bool,
        Data::Int(_, kind) if kind.is_unsigned() => Basic::Uint,
        Data::Int(..) => Basic::Int,
        Data::Float(_) => Basic::Float,
        Data::Str(_) | Data::Raw(_) => Basic::String,
        Data::Object(object) if object.integer().is_some() => Basic::Int,
        _ => Basic::None,
    }
}

/// Integers of every type, a duration among them.
fn integer(value: &Value) -> Option<i128> {
    match &value.data {
        Data::Int(number, kind) => Some(widened(*number, *kind)),
        Data::Object(object) => object.integer().map(Into::into),
        _ => None,
    }
}

fn read(call: &mut dyn Call, args: &[Value]) {
    for arg in args {
        call.read_whole(arg);
    }
}

fn eq(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    let first = &args[0];
    if args.len() < 2 {
        return Err(Fault::error("missing argument for comparison"));
    }
    for other in &args[1..] {
        if are_equal(first, other)? {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

fn are_equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Ok(left == right);
    }
    match (&left.data, &right.data) {
        (Data::Bool(left), Data::Bool(right)) => Ok(left == right),
        #[expect(clippy::float_cmp, reason = "as Go compares them")]
        (Data::Float(left), Data::Float(right)) => Ok(left == right),
        _ if basic(left) == Basic::String && basic(right) == Basic::String => {
            Ok(left.as_str_bytes() == right.as_str_bytes())
        }
        _ if basic(left) != basic(right) => {
            if left.is_nil() || right.is_nil() {
                return Ok(false);
            }
            Err(incompatible(left, right))
        }
        _ => are_same(left, right),
    }
}

/// Compares values of no basic type.
fn are_same(left: &Value, right: &Value) -> Result<bool, Fault> {
    let can_compare = left.kind() == right.kind() || left.is_nil() || right.is_nil();
    if !can_compare {
        return Err(Fault::Error(format!(
            "non-comparable types {}: {}, {}: {}",
            shown(left),
            left.type_name(),
            right.type_name(),
            print::show_lossy(right)
        )));
    }
    if is_nil(left) || is_nil(right) {
        return Ok(is_nil(left) == is_nil(right));
    }
    match (&left.data, &right.data) {
        (Data::Object(left), Data::Object(right)) => Ok(Rc::ptr_eq(left, right)),
        _ => Err(Fault::Error(format!("non-comparable type {}: {}", shown(right), right.type_name()))),
    }
}

/// `%s`
fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&print::sprintf(b"%s", std::slice::from_ref(value))).into_owned()
}

fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Nil => true,
        Data::List(list) => list.is_nil,
        Data::Map(map) => map.is_nil,
        Data::Object(object) => !object.is_true(),
        _ => false,
    }
}

fn widened(value: i64, kind: IntKind) -> i128 {
    if kind.is_unsigned() { value.cast_unsigned().into() } else { value.into() }
}

fn incompatible(left: &Value, right: &Value) -> Fault {
    let (left, right) = (left.type_name(), right.type_name());
    Fault::Error(format!("incompatible types for comparison: {left} and {right}"))
}

fn is_less(left: &Value, right: &Value) -> Result<bool, Fault> {
    let invalid = || Fault::error("invalid type for comparison");
    if basic(left) == Basic::None || basic(right) == Basic::None {
        return Err(invalid());
    }
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Ok(left < right);
    }
    match (&left.data, &right.data) {
        (Data::Float(left), Data::Float(right)) => Ok(left < right),
        _ if basic(left) != basic(right) => Err(incompatible(left, right)),
        (Data::Bool(_), _) => Err(invalid()),
        _ => Ok(left.as_str_bytes() < right.as_str_bytes()),
    }
}

fn ne(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    are_equal(&args[0], &args[1]).map(|it| Value::from(!it))
}

fn lt(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    is_less(&args[0], &args[1]).map(Value::from)
}

fn is_less_or_equal(args: &[Value]) -> Result<bool, Fault> {
    Ok(is_less(&args[0], &args[1])? || are_equal(&args[0], &args[1])?)
}

fn le(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    is_less_or_equal(args).map(Value::from)
}

fn gt(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    is_less_or_equal(args).map(|it| Value::from(!it))
}

fn ge(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    read(call, args);
    is_less(&args[0], &args[1]).map(|it| Value::from(!it))
}
