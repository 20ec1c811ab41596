//! An object as Go's JSON prints it: fields without `omitempty` are always
//! there, structures too, empty lists of others are not.

use crate::table::{Field, Shape, Table, Type, TypeId};
use crate::value::{By, Entry, Map, Value};

/// Deeper than this nothing is printed; decoding reads no deeper.
const DEPTH_MAX: usize = 256;

/// Prints a decoded object of a type.
pub fn encode(value: &Value, table: &Table, id: TypeId) -> Value {
    Encoder { table, depth: 0 }.structure(value, table.ty(id))
}

struct Encoder<'t> {
    table: &'t Table,
    depth: usize,
}

impl Encoder<'_> {
    fn structure(&mut self, value: &Value, of: &Type) -> Value {
        self.depth += 1;
        let mut fields = Map::default();
        for field in of.fields() {
            let entry = value.as_map().and_then(|map| map.entry(field.name));
            if let Some(printed) = self.field(field, entry.map(|entry| &entry.value)) {
                let by = entry.map_or(By::Server, |entry| entry.by);
                fields.insert(smol_str::SmolStr::new_static(field.name), printed, by);
            }
        }
        self.depth -= 1;
        Value::Map(fields)
    }

    fn field(&mut self, field: &Field, value: Option<&Value>) -> Option<Value> {
        let value = value.filter(|value| !value.is_null());
        match value {
            None if field.pointer => (!field.omitempty).then_some(Value::Null),
            None => self.absent(field),
            Some(value) if field.pointer || !is_empty(field, value) => Some(self.value(value, &field.shape)),
            Some(value) => (!field.omitempty).then(|| self.value(value, &field.shape)),
        }
    }

    /// What is printed of a field that holds nothing and is no pointer.
    fn absent(&mut self, field: &Field) -> Option<Value> {
        if self.depth > DEPTH_MAX || field.omitzero {
            return None;
        }
        Some(match &field.shape {
            Shape::Struct(id) => self.structure(&Value::Null, self.table.ty(*id)),
            Shape::Quantity => Value::from("0"),
            Shape::IntOrString => Value::Int(0),
            // Structures of Go that print null; `omitempty` is for the others.
            Shape::Time
            | Shape::MicroTime
            | Shape::RawObject
            | Shape::FieldSet
            | Shape::Any
            | Shape::SchemaOrBool(_)
            | Shape::SchemaOrList(_)
            | Shape::SchemaOrTexts(_) => Value::Null,
            _ if field.omitempty => return None,
            Shape::Bool => Value::Bool(false),
            Shape::Int32 | Shape::Int64 | Shape::Float => Value::Int(0),
            Shape::Text | Shape::Duration => Value::from(""),
            Shape::Bytes | Shape::List(_) | Shape::Map(_) => Value::Null,
        })
    }

    fn value(&mut self, value: &Value, shape: &Shape) -> Value {
        match (shape, value) {
            _ if self.depth > DEPTH_MAX => Value::Null,
            (Shape::Struct(id), Value::Map(_) | Value::Null)
            | (Shape::SchemaOrBool(id) | Shape::SchemaOrList(id) | Shape::SchemaOrTexts(id), Value::Map(_)) => {
                self.structure(value, self.table.ty(*id))
            }
            (Shape::SchemaOrList(id), Value::List(items)) => {
                Value::List(items.iter().map(|item| self.structure(item, self.table.ty(*id))).collect())
            }
            (Shape::List(of), Value::List(items)) => {
                Value::List(items.iter().map(|item| self.value(item, of)).collect())
            }
            (Shape::Map(of), Value::Map(map)) => {
                let entry = |entry: &Entry| Entry {
                    key: entry.key.clone(),
                    value: self.value(&entry.value, of),
                    by: entry.by,
                };
                Value::Map(map.entries().iter().map(entry).collect())
            }
            _ => value.clone(),
        }
    }
}

/// Whether `omitempty` leaves the value out, in a field that is no pointer.
fn is_empty(field: &Field, value: &Value) -> bool {
    match (&field.shape, value) {
        (Shape::Struct(_), Value::Map(map)) => field.omitzero && map.is_empty(),
        (Shape::Bool | Shape::Int32 | Shape::Int64 | Shape::Float, Value::Bool(false) | Value::Int(0)) => {
            true
        }
        (Shape::Text | Shape::Bytes | Shape::Duration, Value::Str(text)) => text.is_empty(),
        (Shape::List(_), Value::List(items)) => items.is_empty(),
        (Shape::Map(_), Value::Map(map)) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn fields_without_omitempty_are_always_there() {
        let table = Table::default_minor();
        let kind = table.kind("apps", "v1", "Deployment").expect("a kind");
        let printed = encode(&value("{kind: Deployment, spec: {replicas: 0}}"), table, kind.type_id);
        assert_eq!(printed.at("status"), &Value::Map(Map::default()));
        assert!(printed.at("spec").at("template").at("spec").as_map().is_some());
        assert_eq!(printed.at("spec").opt("replicas"), Some(&Value::Int(0)));
        let spec = printed.at("spec").as_map().expect("a structure");
        assert!(
            spec.value("selector").is_some_and(Value::is_null) && spec.value("minReadySeconds").is_none()
        );
    }
}
