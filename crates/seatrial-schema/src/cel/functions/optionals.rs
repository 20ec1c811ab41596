//! Optional values.

use super::super::value::{Fault, Outcome, Value};
use super::wrong;

pub(in super::super) fn of(args: &[Value]) -> Outcome {
    match args {
        [value] => Ok(Value::some(value.clone())),
        _ => wrong(),
    }
}

pub(in super::super) fn of_non_zero(args: &[Value]) -> Outcome {
    match args {
        [value] if value.is_zero() => Ok(Value::Optional(None)),
        [value] => Ok(Value::some(value.clone())),
        _ => wrong(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the table of functions")]
pub(in super::super) fn none(_: &[Value]) -> Outcome {
    Ok(Value::Optional(None))
}

pub(in super::super) fn value(args: &[Value]) -> Outcome {
    match args {
        [Value::Optional(Some(value))] => Ok((**value).clone()),
        [Value::Optional(None)] => Err(Fault::error("optional.none() dereference")),
        _ => wrong(),
    }
}

pub(in super::super) fn has_value(args: &[Value]) -> Outcome {
    match args {
        [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
        _ => wrong(),
    }
}

fn end(args: &[Value], pick: fn(&[Value]) -> Option<&Value>) -> Outcome {
    match args {
        [Value::List(list)] => match pick(list.items()) {
            Some(item) => Ok(Value::some(item.seen()?.clone())),
            None => Ok(Value::Optional(None)),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn first(args: &[Value]) -> Outcome {
    end(args, <[Value]>::first)
}

pub(in super::super) fn last(args: &[Value]) -> Outcome {
    end(args, <[Value]>::last)
}

/// The values of the optionals that have one.
pub(in super::super) fn unwrap(args: &[Value]) -> Outcome {
    let [Value::List(list)] = args else {
        return wrong();
    };
    let mut items = Vec::new();
    for item in list.items() {
        match item {
            Value::Optional(None) => {}
            Value::Optional(Some(value)) => items.push((**value).clone()),
            other => return Err(Fault::Error(format!("value {other} is not optional"))),
        }
    }
    Ok(Value::list(items))
}
