//! What a schema fills in (`pkg/apiserver/schema/defaulting/algorithm.go`).

use smol_str::SmolStr;

use crate::structural::Structural;
use crate::value::{By, Entry, Value};

/// How many values the defaults of one object may bring; what is beyond stays
/// absent.
const VALUES_MAX: usize = 1_000_000;

/// Fills in the defaults of a value and of all below it.
pub(super) fn fill(value: &mut Value, schema: &Structural) {
    let mut left = VALUES_MAX;
    walk(value, schema, &mut left);
}

fn walk(value: &mut Value, schema: &Structural, left: &mut usize) {
    match value {
        Value::Map(map) => {
            for (name, property) in schema.properties.iter() {
                let Some(default) = &property.default else { continue };
                let is_absent = match map.value(name) {
                    None => true,
                    Some(value) => value.is_null() && !property.nullable,
                };
                if is_absent && *left > 0 {
                    map.insert(SmolStr::clone(name), of_server(default, left), By::Server);
                }
            }
            for (name, value) in map.values_mut() {
                if let Some(property) = schema.properties.get(name) {
                    walk(value, property, left);
                } else if let Some(others) = schema.additional_schema() {
                    replace_null(value, others, left);
                    walk(value, others, left);
                }
            }
        }
        Value::List(items) => {
            let Some(schema) = schema.items.as_deref() else { return };
            for item in items {
                replace_null(item, schema, left);
                walk(item, schema, left);
            }
        }
        _ => {}
    }
}

fn replace_null(value: &mut Value, schema: &Structural, left: &mut usize) {
    if value.is_null()
        && !schema.nullable
        && let Some(default) = &schema.default
        && *left > 0
    {
        *value = of_server(default, left);
    }
}

/// A default whose parts all say that the server set them.
fn of_server(value: &Value, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| of_server(item, left)).collect()),
        Value::Map(map) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                value: of_server(&entry.value, left),
                by: By::Server,
            };
            Value::Map(map.entries().iter().map(entry).collect())
        }
        other => other.clone(),
    }
}
