//! When two values are one to a schema.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::template::{Data, Value};

/// How deep values are compared.
const DEPTH: usize = 200;

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

/// The first item that is equal to an earlier one, after that one.
pub(super) fn duplicates(items: &[Value]) -> Option<(usize, usize)> {
    let mut seen = BTreeMap::new();
    items.iter().enumerate().find_map(|(at, item)| {
        let earlier = *seen.entry(hash(item, 0)).or_insert(at);
        (earlier < at && equal(&items[earlier], item, 0)).then_some((earlier, at))
    })
}

/// Each item that is equal to an earlier one, with the last of these.
pub(super) fn repeated(items: &[Value]) -> Vec<(usize, usize)> {
    let mut seen = BTreeMap::new();
    let earlier = |(at, item): (usize, &Value)| {
        let earlier = seen.insert(hash(item, 0), at)?;
        equal(&items[earlier], item, 0).then_some((earlier, at))
    };
    items.iter().enumerate().filter_map(earlier).collect()
}

/// The same number for values that are equal.
fn hash(value: &Value, depth: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    if depth > DEPTH {
        return hasher.finish();
    }
    match &value.data {
        Data::Bool(flag) => flag.hash(&mut hasher),
        Data::List(list) => list.items.iter().for_each(|it| hash(it, depth + 1).hash(&mut hasher)),
        Data::Map(map) => {
            let entry = |(key, value): (&_, &_)| {
                let mut hasher = DefaultHasher::new();
                (key, hash(value, depth + 1)).hash(&mut hasher);
                hasher.finish()
            };
            // In no order: equal mappings may have theirs in another.
            map.entries().iter().map(entry).fold(0, u64::wrapping_add).hash(&mut hasher);
        }
        _ => match number(value) {
            Some(number) => (number + 0.0).to_bits().hash(&mut hasher),
            None => value.as_str().hash(&mut hasher),
        },
    }
    hasher.finish()
}
