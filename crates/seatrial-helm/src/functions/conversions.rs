//! Conversions between Go's types: int, float64, atoi, toDecimal, ...

use super::numbers::{NumberError, parse_int, to_float, to_int};
use super::{args, fixed};
use crate::template::Type::{Any, Str};
use crate::template::print::show;
use crate::template::{Function, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("atoi", &[Str], |_, args| Ok(Value::int(atoi(args::text(args, 0))))),
    fixed("float64", &[Any], |_, args| Ok(Value::from(to_float(&args[0])).with_origin(args[0].origin))),
    fixed("int", &[Any], |_, args| Ok(Value::int(to_int(&args[0])).with_origin(args[0].origin))),
    fixed("int64", &[Any], |_, args| Ok(Value::int64(to_int(&args[0])).with_origin(args[0].origin))),
    fixed("toDecimal", &[Any], |_, args| Ok(Value::int64(octal(&args[0])))),
];

/// `strconv.Atoi` without its error: what is too large gives the nearest.
fn atoi(text: &[u8]) -> i64 {
    match parse_int(text, 10) {
        Ok(number) | Err(NumberError::Range(number)) => number,
        Err(NumberError::Syntax) => 0,
    }
}

/// The number whose octal digits the value shows.
fn octal(value: &Value) -> i64 {
    parse_int(&show(value), 8).unwrap_or_default()
}
