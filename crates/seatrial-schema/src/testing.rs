//! Small texts made into values, for tests only.

use std::sync::Arc;

use seatrial_source::{SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits};

use crate::decode::untyped;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::value::Value;

/// A text as it stands: nothing is decoded by any schema.
pub(crate) fn value(text: &str) -> Value {
    let file = SourceMap::new().add(TreePath::new("test.yaml"), text.into());
    let stream = seatrial_yaml::parse(file, Arc::from(text), Dialect::GoYaml2, &Limits::default());
    stream.roots().next().map_or(Value::Null, untyped)
}

/// What is refused, one line each: the field and the reason.
pub(crate) fn fields(errors: &Errors) -> Vec<String> {
    errors.as_slice().iter().map(|it| format!("{} {}", it.field, it.reason.name())).collect()
}

/// What the rules of a kind refuse of a new object that is named `a`. Metadata is
/// left out of the answer, and nothing is decoded by any schema.
pub(crate) fn refused(kind: &str, text: &str) -> Vec<String> {
    let (strategy, object) = created(kind, text);
    let mut errors = Errors::new();
    (strategy.validate)(&object, &mut errors);
    without_metadata(&errors)
}

/// What the rules of a kind refuse of a change of the first object to the second.
pub(crate) fn change_refused(kind: &str, before: &str, after: &str) -> Vec<String> {
    let (strategy, old) = created(kind, before);
    let mut new = named(after);
    (strategy.default)(&mut new);
    (strategy.prepare_update)(&mut new, &old);
    let mut errors = Errors::new();
    (strategy.validate_update)(&new, &old, &mut errors);
    without_metadata(&errors)
}

/// A new object as its rules see it; the kind is written `v1/Pod` or `apps/v1/Pod`.
pub(crate) fn created(kind: &str, text: &str) -> (&'static Strategy, Value) {
    let mut parts = kind.rsplitn(3, '/');
    let (kind, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let strategy = Strategy::of(parts.next().unwrap_or_default(), version, kind).expect("a kind with rules");
    let mut object = named(text);
    (strategy.default)(&mut object);
    (strategy.prepare_create)(&mut object);
    (strategy, object)
}

fn named(text: &str) -> Value {
    let mut object = value(text);
    object.struct_mut("metadata").set_default("name", "a");
    object
}

fn without_metadata(errors: &Errors) -> Vec<String> {
    fields(errors).into_iter().filter(|line| !line.starts_with("metadata.")).collect()
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
