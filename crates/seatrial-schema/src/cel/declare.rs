//! Structural schemas to the types of expressions, and objects to their values:
//! `apiserver/pkg/cel/common/{schemas,valuesunstructured}.go`, `escaping.go` (v0.36.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::formats::decode_base64;
use super::parser::RESERVED;
use super::time::{self, Timestamp};
use super::types::{ObjectType, Type};
use super::value::{Key, List, ListKind, Map, Value};
use crate::structural::{Structural, ValueKind};
use crate::{Entry, Value as Data};

/// How large a request to the server may be.
const LARGEST_REQUEST: i64 = 3 * 1024 * 1024;

/// The type of a schema, and how large its values may become.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub(super) kind: Type,
    /// How many characters, items or entries it may have.
    pub(super) most: i64,
    /// The least bytes it has as JSON.
    pub(super) least_bytes: i64,
    pub(super) below: Below,
}

#[derive(Clone, Debug)]
pub(super) enum Below {
    Nothing,
    Items(Box<Declaration>),
    Entries(Box<Declaration>),
    Fields(BTreeMap<SmolStr, Declaration>),
}

impl Declaration {
    /// The type of the schema, none where expressions cannot look at it;
    /// `resource` for the root of an object of Kubernetes.
    pub fn of(schema: &Structural, resource: bool) -> Option<Self> {
        declare(schema, resource, "self")
    }

    /// The type expressions see.
    pub fn kind(&self) -> &Type {
        &self.kind
    }

    /// How often such a value can be in a request at the most.
    pub fn most_occurrences(&self) -> u64 {
        u64::try_from(LARGEST_REQUEST / (self.least_bytes + 1)).unwrap_or(0)
    }

    pub(super) fn at(&self, step: &str) -> Option<&Self> {
        match (&self.below, step) {
            (Below::Items(item), "@items") | (Below::Entries(item), "@values") => Some(item),
            (Below::Fields(fields), step) => fields.get(step),
            _ => None,
        }
    }

    /// Whether the keys of its entries are asked for: texts of any length, which
    /// upstream takes as of none.
    pub(super) fn has_keys(&self) -> bool {
        matches!(self.below, Below::Entries(_))
    }
}

fn scalar(kind: Type, most: i64, least_bytes: i64) -> Declaration {
    Declaration { kind, most, least_bytes, below: Below::Nothing }
}

fn declare(schema: &Structural, resource: bool, name: &str) -> Option<Declaration> {
    if schema.int_or_string {
        let most = match schema.bounds().max_length {
            Some(length) => length.max(0).saturating_mul(4),
            None => LARGEST_REQUEST - 2,
        };
        return Some(scalar(Type::Dyn, most, 1));
    }
    let with_fields;
    let schema = if resource {
        with_fields = schema.with_object_fields();
        &with_fields
    } else {
        schema
    };
    match schema.kind? {
        ValueKind::Boolean => Some(scalar(Type::Bool, 0, 4)),
        ValueKind::Number => Some(scalar(Type::Double, 0, 1)),
        ValueKind::Integer => Some(scalar(Type::Int, 0, 1)),
        ValueKind::String => Some(text(schema)),
        ValueKind::Array => {
            let items = schema.items.as_deref()?;
            let item = declare(items, items.embedded_resource, &format!("{name}.@idx"))?;
            let most = match schema.bounds().max_items {
                Some(most) => most.max(0),
                None => (LARGEST_REQUEST - 2) / (item.least_bytes + 1),
            };
            let kind = Type::list(item.kind.clone());
            Some(Declaration { kind, most, least_bytes: 2, below: Below::Items(Box::new(item)) })
        }
        ValueKind::Object => match schema.additional_schema() {
            Some(values) => map(schema, values, name),
            None => Some(object(schema, name)),
        },
    }
}

fn map(schema: &Structural, values: &Structural, name: &str) -> Option<Declaration> {
    let value = declare(values, values.embedded_resource, &format!("{name}.@elem"))?;
    let most = match schema.bounds().max_properties {
        Some(most) => most.max(0),
        None => (LARGEST_REQUEST - 2) / (value.least_bytes + 6),
    };
    let kind = Type::map(Type::String, value.kind.clone());
    Some(Declaration { kind, most, least_bytes: 2, below: Below::Entries(Box::new(value)) })
}

fn object(schema: &Structural, name: &str) -> Declaration {
    let mut fields = BTreeMap::new();
    let mut least_bytes = 2;
    for (field, property) in schema.properties.iter() {
        let escaped = escape(field);
        let type_name = format_smolstr!("{name}.{}", escaped.as_ref().unwrap_or(field));
        let Some(declared) = declare(property, property.embedded_resource, &type_name) else {
            continue;
        };
        if schema.bounds().required.contains(field) && property.default.is_none() {
            least_bytes += field.len() as i64 + declared.least_bytes + 4;
        }
        if let Some(escaped) = escaped {
            fields.insert(escaped, declared);
        }
    }
    let types = fields.iter().map(|(field, declared)| (field.clone(), declared.kind.clone())).collect();
    let kind = Type::Object(Arc::new(ObjectType { name: SmolStr::new(name), fields: types }));
    Declaration { kind, most: 0, least_bytes, below: Below::Fields(fields) }
}

fn text(schema: &Structural) -> Declaration {
    let bounds = schema.bounds();
    match bounds.format.as_str() {
        "byte" => scalar(Type::Bytes, bounds.max_length.map_or(LARGEST_REQUEST - 2, |it| it.max(0)), 2),
        "duration" => scalar(Type::Duration, 32, 3),
        "date" => scalar(Type::Timestamp, 12, 12),
        "date-time" => scalar(Type::Timestamp, 32, 21),
        _ => {
            let most = match bounds.max_length {
                Some(length) => length.max(0).saturating_mul(4),
                None if bounds.values.is_empty() => LARGEST_REQUEST - 2,
                None => bounds.values.iter().map(|it| it.as_str().len() as i64).max().unwrap_or(0),
            };
            scalar(Type::String, most, 2)
        }
    }
}

/// The name expressions use for a field, none where they cannot name it.
pub fn escape(name: &str) -> Option<SmolStr> {
    if name.is_empty() || name.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    if RESERVED.contains(&name) {
        return Some(format_smolstr!("__{name}__"));
    }
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/');
    if !name.chars().all(plain) {
        return None;
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(char) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("__") {
            out.push_str("__underscores__");
            rest = behind;
            continue;
        }
        match char {
            '.' => out.push_str("__dot__"),
            '-' => out.push_str("__dash__"),
            '/' => out.push_str("__slash__"),
            other => out.push(other),
        }
        rest = &rest[1..];
    }
    Some(out.into())
}

fn invalid(why: impl Into<Arc<str>>) -> Value {
    Value::Invalid(why.into())
}

/// What expressions see of data with that schema.
pub fn value_of(data: &Data, schema: &Structural) -> Value {
    if data.is_null() {
        return if schema.nullable {
            Value::Null
        } else {
            invalid("invalid data, got null for schema with nullable=false")
        };
    }
    if schema.int_or_string {
        return match data {
            Data::Str(text) => Value::Text(text.clone()),
            Data::Int(number) => Value::Int(*number),
            _ => invalid("invalid data, expected XIntOrString value to be either a string or integer"),
        };
    }
    match (schema.kind, data) {
        (Some(ValueKind::Object), Data::Map(map)) => object_value(map, schema),
        (Some(ValueKind::Array), Data::List(items)) => list_value(items, schema),
        (Some(ValueKind::String), Data::Str(text)) => text_value(text, &schema.bounds().format),
        (Some(ValueKind::Number), Data::Int(number)) => Value::Double(*number as f64),
        (Some(ValueKind::Number), Data::Float(number)) => Value::Double(*number),
        (Some(ValueKind::Integer), Data::Int(number)) => Value::Int(*number),
        (Some(ValueKind::Boolean), Data::Bool(truth)) => Value::Bool(*truth),
        (None, _) => invalid("data without a type cannot be looked at"),
        (Some(kind), _) => invalid(format!("invalid data, expected {}", expected(kind))),
    }
}

fn expected(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Object => "a map for the provided schema with type=object",
        ValueKind::Array => "an array for the provided schema with type=array",
        ValueKind::String => "string",
        ValueKind::Number => "float",
        ValueKind::Integer => "int",
        ValueKind::Boolean => "bool",
    }
}

fn object_value(map: &crate::Map, schema: &Structural) -> Value {
    let with_fields;
    let schema = if schema.embedded_resource {
        with_fields = schema.with_object_fields();
        &with_fields
    } else {
        schema
    };
    if let (true, Some(values)) = (schema.properties.is_empty(), schema.additional_schema()) {
        let entry = |entry: &Entry| (Key::Text(entry.key.clone()), value_of(&entry.value, values));
        return Value::Map(Map::new(map.entries().iter().map(entry).collect()));
    }
    let mut entries = BTreeMap::new();
    let mut hidden = Vec::new();
    for entry in map.entries() {
        match schema.properties.get(&entry.key) {
            Some(property)
                if !entry.value.is_null() && (property.kind.is_some() || property.int_or_string) =>
            {
                let name = escape(&entry.key).unwrap_or_else(|| entry.key.clone());
                entries.insert(Key::Text(name), value_of(&entry.value, property));
            }
            _ => hidden.push(entry.clone()),
        }
    }
    let hidden = (!hidden.is_empty()).then(|| Arc::new(Data::Map(hidden.into_iter().collect())));
    Value::Map(Map { hidden, object: !schema.properties.is_empty(), ..Map::new(entries) })
}

fn list_value(items: &[Data], schema: &Structural) -> Value {
    let Some(item) = schema.items.as_deref() else {
        return invalid("invalid array type, expected Items with a non-empty Schema");
    };
    let kind = match schema.list_type.as_deref() {
        None | Some("atomic") => ListKind::Atomic,
        Some("set") => ListKind::Set,
        Some("map") => {
            let keys = schema.list_map_keys.iter().map(|key| escape(key).unwrap_or_else(|| key.clone()));
            ListKind::Map(keys.collect())
        }
        Some(other) => {
            return invalid(format!(
                "invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got {other}"
            ));
        }
    };
    Value::List(List::of_kind(items.iter().map(|it| value_of(it, item)).collect(), kind))
}

fn text_value(text: &SmolStr, format: &str) -> Value {
    let parsed = match format {
        "duration" => time::parse_loose_duration(text).map(Value::Duration),
        "date" => Timestamp::parse_date(text).map(Value::Timestamp),
        "date-time" => Timestamp::parse(&text.to_ascii_uppercase()).ok().map(Value::Timestamp),
        "byte" => decode_base64(text).map(|bytes| Value::Bytes(bytes.into())),
        _ => return Value::Text(text.clone()),
    };
    parsed.unwrap_or_else(|| invalid(format!("Invalid {format} formatted string {text}")))
}

/// What expressions see of data without a schema.
pub fn untyped(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(truth) => Value::Bool(*truth),
        Data::Int(number) => Value::Int(*number),
        Data::Float(number) => Value::Double(*number),
        Data::Str(text) => Value::Text(text.clone()),
        Data::List(items) => Value::list(items.iter().map(untyped).collect()),
        Data::Map(map) => {
            let entry = |entry: &Entry| (Key::Text(entry.key.clone()), untyped(&entry.value));
            Value::Map(Map::new(map.entries().iter().map(entry).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        assert_eq!(escape("namespace").as_deref(), Some("__namespace__"));
        assert_eq!(escape("a-b.c/d__e").as_deref(), Some("a__dash__b__dot__c__slash__d__underscores__e"));
        assert_eq!((escape("1a"), escape("a b"), escape("")), (None, None, None));
    }
}
