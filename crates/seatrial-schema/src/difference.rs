//! What differs between two versions of an object, field by field.

use seatrial_yaml::{FieldPath, PathStep};

use crate::value::{Map, Value};

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field: in the later object, or in the earlier one where it is gone.
    pub path: FieldPath,
    /// What it held; null where it was absent.
    pub before: Value,
    /// What it holds; null where it is gone.
    pub after: Value,
}

/// The fields that tell the items of lists of structures apart, the first that
/// every item has with a value of its own.
const KEYS: &[&str] =
    &["name", "key", "containerPort", "port", "mountPath", "devicePath", "topologyKey", "type", "ip"];

/// Every field that differs, in the order of the later object. Absent and null
/// are the same; items of lists are told apart by the field that names them,
/// else by their place.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(before, after, &FieldPath::root(), &mut found);
    found
}

fn compare(before: &Value, after: &Value, at: &FieldPath, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => compare_maps(old, new, at, found),
        (Value::List(old), Value::List(new)) => compare_lists(old, new, at, found),
        _ if before.is_empty() && after.is_empty() || before.semantically_equals(after) => {}
        _ => found.push(Difference { path: at.clone(), before: before.clone(), after: after.clone() }),
    }
}

fn compare_maps(before: &Map, after: &Map, at: &FieldPath, found: &mut Vec<Difference>) {
    for entry in after.entries() {
        let old = before.value(&entry.key).unwrap_or(&Value::Null);
        compare(old, &entry.value, &at.key(&entry.key), found);
    }
    for entry in before.entries().iter().filter(|entry| after.entry(&entry.key).is_none()) {
        compare(&entry.value, &Value::Null, &at.key(&entry.key), found);
    }
}

fn compare_lists(before: &[Value], after: &[Value], at: &FieldPath, found: &mut Vec<Difference>) {
    let step = |index: usize| {
        let mut path = at.clone();
        path.push(PathStep::Index(index as u32));
        path
    };
    let Some(key) = key_of(before, after) else {
        for index in 0..before.len().max(after.len()) {
            let side = |list: &[Value]| list.get(index).cloned().unwrap_or_default();
            compare(&side(before), &side(after), &step(index), found);
        }
        return;
    };
    let old = |item: &Value| before.iter().find(|it| it.at(key) == item.at(key));
    for (index, item) in after.iter().enumerate() {
        compare(old(item).unwrap_or(&Value::Null), item, &step(index), found);
    }
    for (index, item) in before.iter().enumerate() {
        if !after.iter().any(|it| it.at(key) == item.at(key)) {
            compare(item, &Value::Null, &step(index), found);
        }
    }
}

/// Beyond so many items looking each of them up would cost too much.
const KEYED_MAX: usize = 500;

/// The field that names each item of both lists.
fn key_of(before: &[Value], after: &[Value]) -> Option<&'static str> {
    if before.len().max(after.len()) > KEYED_MAX {
        return None;
    }
    let names_each = |list: &[Value], key: &str| {
        let mut seen: Vec<_> =
            list.iter().map(|item| item.at(key)).filter(|it| !it.is_null()).map(shown).collect();
        seen.sort();
        seen.dedup();
        seen.len() == list.len()
    };
    KEYS.iter().copied().find(|key| names_each(before, key) && names_each(after, key))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::testing::value;

    #[test]
    fn items_are_told_apart_by_name() {
        let before = value("containers: [{name: a, image: 'x:1'}, {name: b, image: 'y:1'}]");
        let after = value("containers: [{name: b, image: 'y:2'}, {name: a, image: 'x:1'}]");
        let paths: Vec<_> = differences(&before, &after).iter().map(|it| it.path.to_string()).collect();
        assert_eq!(paths, ["containers[0].image"]);
    }

    #[test]
    fn what_is_gone_differs_too() {
        let found = differences(&value("a: 1\nb: {c: 2}"), &value("a: 1\nb: {}"));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.to_string().as_str(), found[0].after.is_null()), ("b.c", true));
    }

    #[test]
    fn null_and_empty_are_absent() {
        assert!(differences(&value("a: null\nb: []"), &value("c: {}")).is_empty());
    }
}
