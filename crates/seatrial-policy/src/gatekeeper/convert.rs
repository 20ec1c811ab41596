//! Objects as the Rego engine takes them.

use std::collections::BTreeMap;

use regorus::Value as Rego;
use seatrial_schema::Value;

/// An object, a list or a scalar of Rego.
pub(super) fn to_rego(value: &Value) -> Rego {
    match value {
        Value::Null => Rego::Null,
        Value::Bool(truth) => Rego::from(*truth),
        Value::Int(number) => Rego::from(*number),
        Value::Float(number) => Rego::from(*number),
        Value::Str(text) => Rego::from(text.as_str()),
        Value::List(items) => Rego::from(items.iter().map(to_rego).collect::<Vec<_>>()),
        Value::Map(map) => {
            let entries = map.entries().iter().map(|it| (Rego::from(it.key.as_str()), to_rego(&it.value)));
            Rego::from(entries.collect::<BTreeMap<_, _>>())
        }
    }
}

/// An object with these fields.
pub(super) fn object<const N: usize>(fields: [(&str, Rego); N]) -> Rego {
    Rego::from(fields.into_iter().map(|(key, value)| (Rego::from(key), value)).collect::<BTreeMap<_, _>>())
}
