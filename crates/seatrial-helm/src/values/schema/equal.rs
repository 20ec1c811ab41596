//! When two values are one to a schema.

use crate::template::{Data, Value};

/// The type of a value as schemas name it.
pub(super) fn type_of(value: &Value) -> &'static str {
    match &value.data {
        Data::Nil => "null",
        Data::Bool(_) => "boolean",
        Data::Int(..) | Data::Float(_) => "number",
        Data::List(_) | Data::Bytes(_) => "array",
        Data::Map(_) | Data::Object(_) => "object",
        Data::Str(_) | Data::Raw(_) => "string",
    }
}

/// A number of any type.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value.data {
        Data::Int(number, _) => Some(number as f64),
        Data::Float(number) => Some(number),
        _ => None,
    }
}

/// Whether two values are equal. Beyond some depth they are taken to differ.
pub(super) fn equal(left: &Value, right: &Value, depth: usize) -> bool {
    const DEPTH: usize = 200;
    if depth > DEPTH {
        return false;
    }
    match (&left.data, &right.data) {
        (Data::Nil, Data::Nil) => true,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::List(a), Data::List(b)) => {
            a.items.len() == b.items.len()
                && a.items.iter().zip(b.items.iter()).all(|(a, b)| equal(a, b, depth + 1))
        }
        (Data::Map(a), Data::Map(b)) => {
            a.is_identical(b)
                || a.len() == b.len()
                    && a.entries()
                        .iter()
                        .all(|(key, value)| b.get(key).is_some_and(|it| equal(value, &it, depth + 1)))
        }
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => a.total_cmp(&b).is_eq() || a == 0.0 && b == 0.0,
            _ => matches!((left.as_str(), right.as_str()), (Some(a), Some(b)) if a == b),
        },
    }
}

/// Of more items the rest is not compared.
const ITEMS: usize = 2000;

/// The first two items that are equal.
pub(super) fn duplicates(items: &[Value]) -> Option<(usize, usize)> {
    let items = &items[..items.len().min(ITEMS)];
    (1..items.len())
        .find_map(|at| (0..at).find(|earlier| equal(&items[*earlier], &items[at], 0)).map(|it| (it, at)))
}

/// Each item that is equal to an earlier one, with the last of these.
pub(super) fn repeated(items: &[Value]) -> impl Iterator<Item = (usize, usize)> {
    let items = &items[..items.len().min(ITEMS)];
    let earlier = |at: usize| (0..at).rev().find(|it| equal(&items[*it], &items[at], 0));
    (1..items.len()).filter_map(move |at| Some((earlier(at)?, at)))
}
