//! Lists that are sets or maps (`pkg/apiserver/schema/listtype/validation.go`),
//! and their items in a stored object.

use std::collections::BTreeMap;

use crate::errors::Errors;
use crate::path::Path;
use crate::structural::Structural;
use crate::value::{By, Entry, Value};

/// Whether each item of a set, and each key of a map, is there once.
pub(super) fn validate(schema: &Structural, value: &Value, at: &Path<'_>, errors: &mut Errors) {
    match value {
        Value::List(items) => {
            match schema.list_type.as_deref() {
                Some("set") => repeated(items, at, errors),
                Some("map") => map(schema, items, at, errors),
                _ => {}
            }
            let Some(schema) = schema.items.as_deref() else { return };
            for (index, item) in items.iter().enumerate() {
                validate(schema, item, &at.index(index), errors);
            }
        }
        Value::Map(map) => {
            for Entry { key, value, .. } in map.entries() {
                match (schema.properties.get(key), schema.additional_schema()) {
                    (Some(schema), _) => validate(schema, value, &at.child(key), errors),
                    (None, Some(schema)) => validate(schema, value, &at.key(key), errors),
                    (None, None) => {}
                }
            }
        }
        _ => {}
    }
}

fn map(schema: &Structural, items: &[Value], at: &Path<'_>, errors: &mut Errors) {
    let is_wrong = |item: &&Value| !item.is_null() && item.as_map().is_none();
    if let Some(index) = items.iter().position(|item| is_wrong(&item)) {
        let detail = "must be an object for an array of list-type map";
        return errors.invalid(&at.index(index), items[index].clone(), detail);
    }
    let keys: Vec<_> = items.iter().map(|item| key(schema, item)).collect();
    repeated(&keys, at, errors);
}

/// The fields of an item that tell it from others.
fn key(schema: &Structural, item: &Value) -> Value {
    let entry = |name: &smol_str::SmolStr| {
        let value = item.as_map()?.value(name)?.clone();
        Some(Entry { key: name.clone(), value, by: By::Manifest })
    };
    Value::Map(schema.list_map_keys.iter().filter_map(entry).collect())
}

/// Reports the first repetition of each value.
fn repeated(items: &[Value], at: &Path<'_>, errors: &mut Errors) {
    if items.len() < 2 {
        return;
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let times = seen.entry(item.to_json()).or_default();
        *times += 1;
        if *times == 2 {
            errors.duplicate(&at.index(index), item.clone());
        }
    }
}

/// Whether a value is there twice.
pub(super) fn has_twins(items: &[Value]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    items.iter().any(|item| !seen.insert(item.to_json()))
}

/// The items of a stored list by what tells them apart: only those of a map can
/// be found again.
pub(super) struct Stored<'a> {
    schema: &'a Structural,
    items: BTreeMap<String, &'a Value>,
}

impl<'a> Stored<'a> {
    pub(super) fn of(schema: &'a Structural, old: Option<&'a Value>) -> Self {
        let is_map = schema.list_type.as_deref() == Some("map");
        let old = old.filter(|_| is_map).map_or(&[][..], Value::as_list);
        let items = old.iter().map(|item| (key(schema, item).to_json(), item)).collect();
        Self { schema, items }
    }

    /// The stored item that an item replaces.
    pub(super) fn like(&self, item: &Value) -> Option<&'a Value> {
        if self.items.is_empty() {
            return None;
        }
        self.items.get(&key(self.schema, item).to_json()).copied()
    }
}
