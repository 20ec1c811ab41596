//! `'...'.format([...])`, as cel-go's `ext/formatting.go` (v0.26.0) has it for
//! the version of the library that Kubernetes uses, locale `en_US`.

use std::fmt::Write;

use super::functions::text_fits;
use super::numbers::double_text;
use super::value::{Fault, List, Map, Outcome, Value};
use super::{functions, time, types::Type};

/// How many digits behind the point a clause may ask for. A limit of ours.
const MOST_DIGITS: usize = 1000;

/// One `%` clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Text,
    Decimal,
    Fixed(usize),
    Scientific,
    Binary,
    Hex { upper: bool },
    Octal,
}

/// A format string taken apart as far as it goes.
enum Piece<'a> {
    Literal(&'a str),
    Clause(Clause),
}

/// Calls `visit` for each piece, with the number of the argument it takes.
fn each_piece(
    format: &str,
    count: usize,
    visit: &mut dyn FnMut(Piece<'_>, usize) -> Result<(), String>,
) -> Result<usize, String> {
    let mut rest = format;
    let mut argument = 0;
    loop {
        let end = rest.find('%').unwrap_or(rest.len());
        visit(Piece::Literal(&rest[..end]), argument)?;
        rest = &rest[end..];
        if rest.is_empty() {
            return Ok(argument);
        }
        if let Some(behind) = rest.strip_prefix("%%") {
            visit(Piece::Literal("%"), argument)?;
            rest = behind;
            continue;
        }
        if argument >= count {
            return Err(format!("index {argument} out of range"));
        }
        if rest.len() == 1 {
            return Err("unexpected end of string".to_owned());
        }
        let (clause, length) =
            clause(&rest[1..]).map_err(|why| format!("could not parse formatting clause: {why}"))?;
        visit(Piece::Clause(clause), argument).map_err(|why| format!("error during formatting: {why}"))?;
        rest = &rest[1 + length..];
        argument += 1;
    }
}

/// The clause behind a `%` and its length.
fn clause(text: &str) -> Result<(Clause, usize), String> {
    let (digits, precision) = match text.strip_prefix('.') {
        None => (0, 6),
        Some(behind) => {
            let length = behind.bytes().take_while(u8::is_ascii_digit).count();
            let failed = |why: &str| Err(format!("error while parsing precision: {why}"));
            if length == behind.len() {
                return failed("could not find end of precision specifier");
            }
            let Ok(precision) = behind[..length].parse::<usize>() else {
                return failed("error while converting precision to integer");
            };
            (1 + length, precision)
        }
    };
    let letter = text[digits..].chars().next().unwrap_or_default();
    let clause = match letter {
        's' => Clause::Text,
        'd' => Clause::Decimal,
        'f' => Clause::Fixed(precision),
        'e' => Clause::Scientific,
        'b' => Clause::Binary,
        'x' => Clause::Hex { upper: false },
        'X' => Clause::Hex { upper: true },
        'o' => Clause::Octal,
        other => return Err(format!("unrecognized formatting clause \"{other}\"")),
    };
    Ok((clause, digits + 1))
}

impl Clause {
    fn refuses(self, kind: &str) -> String {
        let wants = match self {
            Self::Text => {
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, \
                 durations, and timestamps"
            }
            Self::Decimal => "decimal clause can only be used on integers",
            Self::Fixed(_) => "fixed-point clause can only be used on doubles",
            Self::Scientific => "scientific clause can only be used on doubles",
            Self::Binary => "only integers and bools can be formatted as binary",
            Self::Hex { .. } => "only integers, byte buffers, and strings can be formatted as hex",
            Self::Octal => "octal clause can only be used on integers",
        };
        format!("{wants}, was given {kind}")
    }

    /// Whether an argument of that type can be meant; texts also with what they hold.
    fn accepts(self, kind: &Type) -> bool {
        use Type as T;
        let whole = matches!(kind, T::Int | T::Uint);
        match self {
            _ if kind.is_dyn() => true,
            Self::Text => {
                !matches!(kind, T::Optional(_) | T::Object(_) | T::Library(_) | T::Param(_) | T::Error)
            }
            Self::Decimal | Self::Octal => whole,
            Self::Fixed(_) | Self::Scientific => matches!(kind, T::Double | T::String),
            Self::Binary => whole || *kind == T::Bool,
            Self::Hex { .. } => whole || matches!(kind, T::String | T::Bytes),
        }
    }
}

/// A clause that does not fit, or too many arguments; the number is that of the
/// argument, where it is one that does not fit.
pub(super) fn check(format: &str, types: &[Vec<&Type>]) -> Result<(), (Option<usize>, String)> {
    let mut bad = None;
    let mut visit = |piece: Piece<'_>, argument: usize| {
        let Piece::Clause(clause) = piece else {
            return Ok(());
        };
        // Of a literal collection all parts are looked at, by texts only.
        let looked_at = if clause == Clause::Text { types[argument].len() } else { 1 };
        match types[argument][..looked_at].iter().find(|kind| !clause.accepts(kind)) {
            None => Ok(()),
            Some(kind) => {
                bad = Some(argument);
                Err(clause.refuses(&static_name(kind)))
            }
        }
    };
    match each_piece(format, types.len(), &mut visit) {
        Err(why) => Err((bad, why)),
        Ok(taken) if taken < types.len() => Err((
            None,
            format!("too many arguments supplied to string.format (expected {taken}, got {})", types.len()),
        )),
        Ok(_) => Ok(()),
    }
}

fn static_name(kind: &Type) -> String {
    match kind {
        Type::Object(object) => object.name.to_string(),
        other => other.runtime_name().map_or_else(|| other.to_string(), str::to_owned),
    }
}

/// Puts the arguments into the format string.
pub(super) fn format(args: &[Value]) -> Outcome {
    let [Value::Text(format), Value::List(list)] = args else {
        return Err(Fault::no_overload());
    };
    let mut out = String::new();
    let mut stopped = None;
    let mut visit = |piece: Piece<'_>, argument: usize| {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Clause(clause) => write_clause(&mut out, clause, &list.items()[argument])?,
        }
        functions::text_fits(out.len()).map_err(|fault| {
            stopped = Some(fault);
            String::new()
        })
    };
    let result = each_piece(format, list.items().len(), &mut visit);
    match (stopped, result) {
        (Some(fault), _) => Err(fault),
        (None, Err(why)) => Err(Fault::Error(why)),
        (None, Ok(_)) => Ok(Value::from(out)),
    }
}

fn write_clause(out: &mut String, clause: Clause, value: &Value) -> Result<(), String> {
    let refused = || Err(clause.refuses(value.type_name()));
    let written = match (clause, value) {
        (Clause::Text, value) => return write_text(out, value, clause),
        (Clause::Decimal, Value::Int(it)) => write!(out, "{it}"),
        (Clause::Decimal, Value::Uint(it)) => write!(out, "{it}"),
        (Clause::Fixed(digits), value) => match number(value) {
            Some(it) => {
                out.push_str(&fixed(it, digits.min(MOST_DIGITS)));
                Ok(())
            }
            None => return refused(),
        },
        (Clause::Scientific, value) => match number(value) {
            Some(it) => {
                out.push_str(&scientific(it));
                Ok(())
            }
            None => return refused(),
        },
        (Clause::Binary, Value::Bool(it)) => write!(out, "{}", u8::from(*it)),
        (Clause::Binary, Value::Int(it)) => write!(out, "{}{:b}", sign(*it), it.unsigned_abs()),
        (Clause::Binary, Value::Uint(it)) => write!(out, "{it:b}"),
        (Clause::Octal, Value::Int(it)) => write!(out, "{}{:o}", sign(*it), it.unsigned_abs()),
        (Clause::Octal, Value::Uint(it)) => write!(out, "{it:o}"),
        (Clause::Hex { upper }, value) => match hex(value) {
            Some(text) => {
                out.push_str(&if upper { text.to_uppercase() } else { text });
                Ok(())
            }
            None => return refused(),
        },
        _ => return refused(),
    };
    written.expect("a string takes everything");
    Ok(())
}

fn sign(number: i64) -> &'static str {
    if number < 0 { "-" } else { "" }
}

fn hex(value: &Value) -> Option<String> {
    let bytes = match value {
        Value::Int(it) => return Some(format!("{}{:x}", sign(*it), it.unsigned_abs())),
        Value::Uint(it) => return Some(format!("{it:x}")),
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        _ => return None,
    };
    Some(bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    }))
}

/// A floating-point number, or the text of one that is none.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Double(it) => Some(*it),
        Value::Text(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn special(number: f64) -> Option<&'static str> {
    if number.is_nan() {
        return Some("NaN");
    }
    number.is_infinite().then_some(if number < 0.0 { "-\u{221e}" } else { "\u{221e}" })
}

/// With commas between thousands.
fn fixed(number: f64, digits: usize) -> String {
    if let Some(text) = special(number) {
        return text.to_owned();
    }
    let plain = format!("{:.digits$}", number.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = String::from(if number.is_sign_negative() { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Always six digits, and never less than six characters: upstream's printer
/// does not heed the precision here.
fn scientific(number: f64) -> String {
    if let Some(text) = special(number) {
        return format!("{text:>6}");
    }
    let text = format!("{:.6e}", if number == 0.0 { 0.0 } else { number });
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let (minus, exponent) = exponent.strip_prefix('-').map_or(("", exponent), |it| ("\u{207b}", it));
    let raised: String = format!("{exponent:0>2}").chars().map(superscript).collect();
    format!("{digits}\u{d7}10{minus}{raised}")
}

fn superscript(digit: char) -> char {
    match digit {
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        other => char::from_u32(0x2070 + other.to_digit(10).unwrap_or(0)).unwrap_or(other),
    }
}

fn write_text(out: &mut String, value: &Value, clause: Clause) -> Result<(), String> {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Double(it) => out.push_str(&double_text(*it)),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => out.push_str(text),
            Err(_) => return Err("could not convert argument to string".to_owned()),
        },
        Value::Timestamp(time) => out.push_str(&time.text()),
        Value::Duration(nanos) => out.push_str(&time::duration_text(*nanos)),
        Value::List(_) | Value::Map(_) => return write_nested(out, value),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Uint(_) => out.push_str(&value.shown()),
        Value::Type(name) => out.push_str(name),
        other => return Err(clause.refuses(other.type_name())),
    }
    Ok(())
}

/// A value inside a list or map: as an expression would write it.
fn write_nested(out: &mut String, value: &Value) -> Result<(), String> {
    if text_fits(out.len()).is_err() {
        return Err("the text is too long".to_owned());
    }
    match value {
        Value::List(list) => write_list(out, list),
        Value::Map(map) => write_map(out, map),
        Value::Text(text) => {
            push_quoted(out, text);
            Ok(())
        }
        Value::Bytes(bytes) => {
            out.push('b');
            push_quoted(out, &String::from_utf8_lossy(bytes));
            Ok(())
        }
        Value::Timestamp(time) => write!(out, "timestamp(\"{}\")", time.text()).map_err(|_| String::new()),
        Value::Duration(nanos) => {
            write!(out, "duration(\"{}\")", time::duration_text(*nanos)).map_err(|_| String::new())
        }
        Value::Double(it) => {
            let text = if it.is_finite() { format!("{it:.6}") } else { format!("{:?}", double_text(*it)) };
            out.push_str(&text);
            Ok(())
        }
        other => match other {
            Value::Optional(_) | Value::Library(_) | Value::Invalid(_) | Value::Unknown => {
                Err(format!("no formatting function for {}", other.type_name()))
            }
            other => write_text(out, other, Clause::Text),
        },
    }
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_list(out: &mut String, list: &List) -> Result<(), String> {
    out.push('[');
    for (at, item) in list.items().iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        write_nested(out, item)?;
    }
    out.push(']');
    Ok(())
}

fn write_map(out: &mut String, map: &Map) -> Result<(), String> {
    let mut entries = Vec::new();
    for (key, value) in map.entries.iter() {
        let key = key.value();
        if matches!(key, Value::Double(_)) {
            return Err("no formatting function for map key of type double".to_owned());
        }
        let (mut key_text, mut value_text) = (String::new(), String::new());
        write_nested(&mut key_text, &key)?;
        write_nested(&mut value_text, value)?;
        entries.push((key_text, value_text));
    }
    entries.sort();
    out.push('{');
    for (at, (key, value)) in entries.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        out.push_str(key);
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_format(format_text: &str, value: Value) -> String {
        match format(&[Value::text(format_text), Value::list(vec![value])]) {
            Ok(Value::Text(text)) => text.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn numbers_are_printed_for_people() {
        assert_eq!(check_format("%.2f", Value::Double(-1_234_567.5)), "-1,234,567.50");
        assert_eq!(check_format("%e", Value::Double(1234.5)), "1.234500\u{d7}10\u{2070}\u{b3}");
        assert_eq!(check_format("%X%%", Value::Int(-255)), "-FF%");
        assert_eq!(
            check_format("%s", Value::list(vec![Value::Double(1.5), "a".into()])),
            "[1.500000, \"a\"]"
        );
    }
}
