//! Operators, `size` and `in`.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::value::{Fault, Key, Outcome, Value, compare_numbers, equal};
use super::{int, list_fits, text_fits, wrong};

/// For what the evaluator does itself.
pub(in super::super) fn special(_: &[Value]) -> Outcome {
    wrong()
}

pub(in super::super) fn not(args: &[Value]) -> Outcome {
    match args {
        [Value::Bool(it)] => Ok(Value::Bool(!it)),
        _ => wrong(),
    }
}

pub(in super::super) fn equals(args: &[Value]) -> Outcome {
    match args {
        [a, b] => equal(a, b).map(Value::Bool),
        _ => wrong(),
    }
}

/// What cannot be compared is not equal.
pub(in super::super) fn not_equals(args: &[Value]) -> Outcome {
    match args {
        [a, b] => match equal(a, b) {
            Err(Fault::Unknown) => Err(Fault::Unknown),
            equal => Ok(Value::Bool(!equal.unwrap_or(false))),
        },
        _ => wrong(),
    }
}

const INTEGER_OVERFLOW: &str = "integer overflow";
const UINT_OVERFLOW: &str = "unsigned integer overflow";
const DURATION_OVERFLOW: &str = "duration overflow";
const TIMESTAMP_OVERFLOW: &str = "timestamp overflow";

fn checked<T>(result: Option<T>, make: fn(T) -> Value, overflow: &str) -> Outcome {
    result.map(make).ok_or_else(|| Fault::error(overflow))
}

pub(in super::super) fn add(args: &[Value]) -> Outcome {
    use Value as V;
    match args {
        [V::Int(a), V::Int(b)] => checked(a.checked_add(*b), V::Int, INTEGER_OVERFLOW),
        [V::Uint(a), V::Uint(b)] => checked(a.checked_add(*b), V::Uint, UINT_OVERFLOW),
        [V::Double(a), V::Double(b)] => Ok(V::Double(a + b)),
        [V::Text(a), V::Text(b)] => {
            text_fits(a.len() + b.len())?;
            Ok(V::from([a.as_str(), b.as_str()].concat()))
        }
        [V::Bytes(a), V::Bytes(b)] => {
            text_fits(a.len() + b.len())?;
            Ok(V::Bytes([&a[..], &b[..]].concat().into()))
        }
        [V::List(a), V::List(b)] => {
            list_fits(a.items().len() + b.items().len())?;
            Ok(V::List(a.clone().plus(b)?))
        }
        [V::Duration(a), V::Duration(b)] => checked(a.checked_add(*b), V::Duration, DURATION_OVERFLOW),
        [V::Timestamp(time), V::Duration(length)] | [V::Duration(length), V::Timestamp(time)] => {
            checked(time.plus(*length), V::Timestamp, TIMESTAMP_OVERFLOW)
        }
        _ => wrong(),
    }
}

pub(in super::super) fn subtract(args: &[Value]) -> Outcome {
    use Value as V;
    match args {
        [V::Int(a), V::Int(b)] => checked(a.checked_sub(*b), V::Int, INTEGER_OVERFLOW),
        [V::Uint(a), V::Uint(b)] => checked(a.checked_sub(*b), V::Uint, UINT_OVERFLOW),
        [V::Double(a), V::Double(b)] => Ok(V::Double(a - b)),
        [V::Duration(a), V::Duration(b)] => checked(a.checked_sub(*b), V::Duration, DURATION_OVERFLOW),
        [V::Timestamp(a), V::Timestamp(b)] => checked(a.since(b), V::Duration, DURATION_OVERFLOW),
        [V::Timestamp(time), V::Duration(length)] => {
            let earlier = length.checked_neg().and_then(|length| time.plus(length));
            checked(earlier, V::Timestamp, TIMESTAMP_OVERFLOW)
        }
        _ => wrong(),
    }
}

pub(in super::super) fn multiply(args: &[Value]) -> Outcome {
    use Value as V;
    match args {
        [V::Int(a), V::Int(b)] => checked(a.checked_mul(*b), V::Int, INTEGER_OVERFLOW),
        [V::Uint(a), V::Uint(b)] => checked(a.checked_mul(*b), V::Uint, UINT_OVERFLOW),
        [V::Double(a), V::Double(b)] => Ok(V::Double(a * b)),
        _ => wrong(),
    }
}

pub(in super::super) fn divide(args: &[Value]) -> Outcome {
    use Value as V;
    match args {
        [V::Int(_), V::Int(0)] | [V::Uint(_), V::Uint(0)] => Err(Fault::error("division by zero")),
        [V::Int(a), V::Int(b)] => checked(a.checked_div(*b), V::Int, INTEGER_OVERFLOW),
        [V::Uint(a), V::Uint(b)] => Ok(V::Uint(a / b)),
        [V::Double(a), V::Double(b)] => Ok(V::Double(a / b)),
        _ => wrong(),
    }
}

pub(in super::super) fn modulo(args: &[Value]) -> Outcome {
    use Value as V;
    match args {
        [V::Int(_), V::Int(0)] | [V::Uint(_), V::Uint(0)] => Err(Fault::error("modulus by zero")),
        [V::Int(a), V::Int(b)] => checked(a.checked_rem(*b), V::Int, INTEGER_OVERFLOW),
        [V::Uint(a), V::Uint(b)] => Ok(V::Uint(a % b)),
        _ => wrong(),
    }
}

pub(in super::super) fn negate(args: &[Value]) -> Outcome {
    match args {
        [Value::Int(it)] => checked(it.checked_neg(), Value::Int, INTEGER_OVERFLOW),
        [Value::Double(it)] => Ok(Value::Double(-it)),
        // Upstream negates lengths of time where the checker cannot see it.
        [Value::Duration(it)] => checked(it.checked_neg(), Value::Duration, DURATION_OVERFLOW),
        _ => wrong(),
    }
}

/// The order of two values that have one.
pub(in super::super) fn order(this: &Value, that: &Value) -> Result<Ordering, Fault> {
    use Value as V;
    Ok(match (this, that) {
        (V::Bool(a), V::Bool(b)) => a.cmp(b),
        (V::Text(a), V::Text(b)) => a.as_str().cmp(b.as_str()),
        (V::Bytes(a), V::Bytes(b)) => a.cmp(b),
        (V::Duration(a), V::Duration(b)) => a.cmp(b),
        (V::Timestamp(a), V::Timestamp(b)) => a.instant().cmp(&b.instant()),
        _ => match compare_numbers(this, that) {
            Some(Some(order)) => order,
            Some(None) => return Err(Fault::error("NaN values cannot be ordered")),
            None => return wrong(),
        },
    })
}

fn ordered(args: &[Value], accept: fn(Ordering) -> bool) -> Outcome {
    match args {
        [a, b] => order(a, b).map(|order| Value::Bool(accept(order))),
        _ => wrong(),
    }
}

pub(in super::super) fn less(args: &[Value]) -> Outcome {
    ordered(args, Ordering::is_lt)
}

pub(in super::super) fn less_equals(args: &[Value]) -> Outcome {
    ordered(args, Ordering::is_le)
}

pub(in super::super) fn greater(args: &[Value]) -> Outcome {
    ordered(args, Ordering::is_gt)
}

pub(in super::super) fn greater_equals(args: &[Value]) -> Outcome {
    ordered(args, Ordering::is_ge)
}

pub(in super::super) fn contained(args: &[Value]) -> Outcome {
    match args {
        [item, Value::List(list)] => list.contains(item).map(Value::Bool),
        [key, Value::Map(map)] => match map.find(key) {
            Some(value) => value.seen().map(|_| Value::Bool(true)),
            None => Ok(Value::Bool(false)),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn size(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(int(text.chars().count())),
        [Value::Bytes(bytes)] => Ok(int(bytes.len())),
        [Value::List(list)] => Ok(int(list.items().len())),
        [Value::Map(map)] => Ok(int(map.len())),
        _ => wrong(),
    }
}

/// A map with one more entry, or with those of another; none may be there already.
pub(in super::super) fn map_insert(args: &[Value]) -> Outcome {
    match args {
        [Value::Map(map), key, value] => {
            let mut map = map.clone();
            insert(&mut map, key, value.clone())?;
            Ok(Value::Map(map))
        }
        [Value::Map(map), Value::Map(more)] => {
            let mut map = map.clone();
            for (key, value) in more.entries.iter() {
                insert(&mut map, &key.value(), value.seen()?.clone())?;
            }
            Ok(Value::Map(map))
        }
        _ => wrong(),
    }
}

/// Puts an entry into a map that has none for that key.
pub(in super::super) fn insert(
    map: &mut super::super::value::Map,
    key: &Value,
    value: Value,
) -> Result<(), Fault> {
    if map.find(key).is_some() {
        return Err(Fault::Error(format!("insert failed: key {key} already exists")));
    }
    let key =
        Key::of(key).ok_or_else(|| Fault::Error(format!("unsupported key type: {}", key.type_name())))?;
    Arc::make_mut(&mut map.entries).insert(key, value);
    Ok(())
}
