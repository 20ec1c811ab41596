//! Conversions between types.

use super::super::numbers::{double_text, parse_double};
use super::super::time::{self, OVERFLOW, Timestamp};
use super::super::value::{Fault, Library, Outcome, Value};
use super::wrong;
use crate::durations;

fn failed(from: &Value, to: &str) -> Outcome {
    Err(Fault::Error(format!("type conversion error from '{}' to '{to}'", from.type_name())))
}

pub(in super::super) fn kind(args: &[Value]) -> Outcome {
    match args {
        [value] => Ok(Value::Type(value.type_name())),
        _ => wrong(),
    }
}

pub(in super::super) fn dynamic(args: &[Value]) -> Outcome {
    args.first().cloned().ok_or_else(Fault::no_overload)
}

pub(in super::super) fn bool(args: &[Value]) -> Outcome {
    match args {
        [Value::Bool(it)] => Ok(Value::Bool(*it)),
        [value @ Value::Text(text)] => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => failed(value, "bool"),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn bytes(args: &[Value]) -> Outcome {
    match args {
        [value @ Value::Bytes(_)] => Ok(value.clone()),
        [Value::Text(text)] => Ok(Value::Bytes(text.as_bytes().into())),
        _ => wrong(),
    }
}

pub(in super::super) fn double(args: &[Value]) -> Outcome {
    match args {
        [Value::Double(it)] => Ok(Value::Double(*it)),
        [Value::Int(it)] => Ok(Value::Double(*it as f64)),
        [Value::Uint(it)] => Ok(Value::Double(*it as f64)),
        [value @ Value::Text(text)] => {
            parse_double(text).map_or_else(|| failed(value, "double"), |it| Ok(Value::Double(it)))
        }
        _ => wrong(),
    }
}

pub(in super::super) fn duration(args: &[Value]) -> Outcome {
    match args {
        [Value::Duration(it)] => Ok(Value::Duration(*it)),
        [value @ Value::Int(_)] => failed(value, "google.protobuf.Duration"),
        [value @ Value::Text(text)] => match durations::parse(text) {
            Some(nanos) => Ok(Value::Duration(nanos)),
            None => failed(value, "google.protobuf.Duration"),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn timestamp(args: &[Value]) -> Outcome {
    match args {
        [value @ Value::Timestamp(_)] => Ok(value.clone()),
        [Value::Int(seconds)] => {
            Timestamp::from_unix(*seconds).map(Value::Timestamp).ok_or_else(|| Fault::error(OVERFLOW))
        }
        [value @ Value::Text(text)] => match Timestamp::parse(text) {
            Ok(time) => Ok(Value::Timestamp(time)),
            Err(OVERFLOW) => Err(Fault::error(OVERFLOW)),
            Err(_) => failed(value, "google.protobuf.Timestamp"),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn int(args: &[Value]) -> Outcome {
    let overflow = || Fault::error("integer overflow");
    match args {
        [Value::Int(it)] => Ok(Value::Int(*it)),
        [Value::Uint(it)] => i64::try_from(*it).map(Value::Int).map_err(|_| overflow()),
        // Upstream refuses the lowest value, too.
        [Value::Double(it)] if it.is_finite() && *it > i64::MIN as f64 && *it < i64::MAX as f64 => {
            Ok(Value::Int(*it as i64))
        }
        [Value::Double(_)] => Err(overflow()),
        [Value::Duration(nanos)] => Ok(Value::Int(*nanos)),
        [Value::Timestamp(time)] => Ok(Value::Int(time.unix())),
        [value @ Value::Text(text)] => text.parse().map(Value::Int).or_else(|_| failed(value, "int")),
        _ => wrong(),
    }
}

pub(in super::super) fn uint(args: &[Value]) -> Outcome {
    let overflow = || Fault::error("unsigned integer overflow");
    match args {
        [Value::Uint(it)] => Ok(Value::Uint(*it)),
        [Value::Int(it)] => u64::try_from(*it).map(Value::Uint).map_err(|_| overflow()),
        [Value::Double(it)] if *it >= 0.0 && *it < u64::MAX as f64 => Ok(Value::Uint(*it as u64)),
        [Value::Double(_)] => Err(overflow()),
        [value @ Value::Text(text)] => {
            // Go takes no sign here.
            let digits = Some(text).filter(|text| !text.starts_with('+'));
            digits
                .and_then(|it| it.parse().ok())
                .map_or_else(|| failed(value, "uint"), |it| Ok(Value::Uint(it)))
        }
        _ => wrong(),
    }
}

pub(in super::super) fn text(args: &[Value]) -> Outcome {
    let [value] = args else {
        return wrong();
    };
    Ok(Value::from(match value {
        Value::Text(_) => return Ok(value.clone()),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Double(it) => double_text(*it),
        Value::Duration(nanos) => time::duration_text(*nanos),
        Value::Timestamp(time) => time.text(),
        Value::Library(Library::Ip(ip)) => ip.to_string(),
        Value::Library(Library::Cidr(ip, bits)) => format!("{ip}/{bits}"),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(Fault::error("invalid UTF-8 in bytes, cannot convert to string")),
        },
        _ => return wrong(),
    }))
}
