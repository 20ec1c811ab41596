//! Small texts made into values, for tests only.

use std::sync::Arc;

use seatrial_source::{SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, Node};

use crate::errors::Errors;
use crate::value::{By, Entry, Map, Value};

/// A text as it stands: nothing is decoded by any schema.
pub(crate) fn value(text: &str) -> Value {
    let file = SourceMap::new().add(TreePath::new("test.yaml"), text.into());
    let stream = seatrial_yaml::parse(file, Arc::from(text), Dialect::GoYaml2, &Limits::default());
    stream.roots().next().map_or(Value::Null, of)
}

fn of(node: Node<'_>) -> Value {
    match node.value() {
        seatrial_yaml::Value::Bool(truth) => Value::Bool(truth),
        seatrial_yaml::Value::Int(number) => Value::Int(number),
        seatrial_yaml::Value::Float(number) => Value::Float(number),
        seatrial_yaml::Value::Str(text) => Value::text(text),
        _ if node.is_sequence() => Value::List(node.items().map(of).collect()),
        _ if node.is_mapping() => Value::Map(
            node.entries()
                .map(|it| Entry { key: it.name().into(), value: of(it.value), by: By::Manifest })
                .collect::<Map>(),
        ),
        _ => Value::Null,
    }
}

/// What is refused, one line each: the field and the reason.
pub(crate) fn fields(errors: &Errors) -> Vec<String> {
    errors.as_slice().iter().map(|it| format!("{} {}", it.field, it.reason.name())).collect()
}

mod tests {
    use super::*;
    use crate::path::Path;

    #[test]
    fn texts_become_values_and_errors_lines() {
        let value = value("a: [1, true, x, null]");
        assert_eq!(value.items("a").len(), 4);
        let mut errors = Errors::new();
        errors.required(&Path::new("a").index(0), "");
        assert_eq!(fields(&errors), ["a[0] FieldValueRequired"]);
    }
}
