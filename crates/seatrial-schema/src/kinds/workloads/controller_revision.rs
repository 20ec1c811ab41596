//! `ControllerRevision` (`kubernetes` 1.36, `pkg/apis/apps/validation/validation.go`,
//! `pkg/registry/apps/controllerrevision/strategy.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const CONTROLLER_REVISION: Strategy =
    Strategy { validate, validate_update, ..Strategy::plain("apps", "v1", "ControllerRevision") };

fn validate(object: &Value, errors: &mut Errors) {
    validate_revision(object, errors);
    let at = Path::new("data");
    match object.at("data") {
        Value::Null => errors.required(&at, "data is mandatory"),
        Value::Map(_) => {}
        _ => errors.required(&at, "data must be a valid JSON object"),
    }
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    validate_revision(new, errors);
    metadata::immutable(new.at("data"), old.at("data"), &Path::new("data"), errors);
}

fn validate_revision(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    metadata::non_negative(object.int("revision"), &Path::new("revision"), errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn data_is_an_object_and_stays() {
        let revision = |rest: &str| value(&format!("{{metadata: {{name: a, namespace: b}}, {rest}}}"));
        for (rest, expected) in [
            ("revision: 1, data: {a: 1}", &[][..]),
            ("revision: 1", &["data FieldValueRequired"]),
            ("revision: -1, data: [a]", &["revision FieldValueInvalid", "data FieldValueRequired"]),
        ] {
            let mut errors = Errors::new();
            validate(&revision(rest), &mut errors);
            assert_eq!(fields(&errors), expected, "{rest}");
        }
        let mut errors = Errors::new();
        validate_update(&revision("data: {a: 1}"), &revision("data: {a: 2}"), &mut errors);
        assert!(fields(&errors).contains(&"data FieldValueInvalid".to_owned()));
    }
}
