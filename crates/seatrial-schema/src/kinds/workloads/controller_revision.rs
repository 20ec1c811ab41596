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
