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
    let mut seen = Seen::default();
    items.iter().enumerate().find_map(|(at, item)| Some((seen.earlier(items, item, at, false)?, at)))
}

/// Each item that is equal to an earlier one, with the last of these.
pub(super) fn repeated(items: &[Value]) -> Vec<(usize, usize)> {
    let mut seen = Seen::default();
    let earlier = |(at, item): (usize, &Value)| Some((seen.earlier(items, item, at, true)?, at));
    items.iter().enumerate().filter_map(earlier).collect()
}

/// The items that differ from each other, by their hashes.
#[derive(Default)]
struct Seen(BTreeMap<u64, Vec<usize>>);

impl Seen {
    /// The earlier item that one is equal to; `is_last` lets it take that one's place.
    fn earlier(&mut self, items: &[Value], item: &Value, at: usize, is_last: bool) -> Option<usize> {
        let alike = self.0.entry(hash(item, 0)).or_default();
        let Some(found) = alike.iter_mut().find(|it| equal(&items[**it], item, 0)) else {
            alike.push(at);
            return None;
        };
        let earlier = *found;
        if is_last {
            *found = at;
        }
        Some(earlier)
    }
}

/// The same number for values that are equal.
fn hash(value: &Value, depth: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    if depth > DEPTH {
        return hasher.finish();
    }
    let kind = match &value.data {
        Data::Nil => 0,
        Data::Bool(_) => 1,
        Data::List(_) => 2,
        Data::Map(_) => 3,
        _ if number(value).is_some() => 4,
        _ => 5,
    };
    kind.hash(&mut hasher);
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
