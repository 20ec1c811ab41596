//! `PriorityClass` (`kubernetes` 1.36, `pkg/apis/scheduling/v1/{defaults,helpers}.go`,
//! `pkg/apis/scheduling/validation/validation.go`,
//! `pkg/registry/scheduling/priorityclass/strategy.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Value};

const PRIORITY_CLASS: Strategy = Strategy {
    default: |object| object.set_default("preemptionPolicy", "PreemptLowerPriority"),
    prepare_create: |object| object.struct_mut("metadata").set("generation", 1, By::Server),
    validate,
    validate_update,
    ..Strategy::plain("scheduling.k8s.io", "v1", "PriorityClass")
};

/// What the server does with it; `v1beta1` was served until 1.21.
pub(crate) const KINDS: &[Strategy] = &[PRIORITY_CLASS, Strategy { version: "v1beta1", ..PRIORITY_CLASS }];

/// Priorities above are the system's.
const USER_PRIORITY_MAX: i64 = 1_000_000_000;
const SYSTEM_PREFIX: &str = "system-";
/// The classes that every cluster has.
const SYSTEM_CLASSES: [(&str, i64); 2] =
    [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Cluster, names::subdomain_name, errors);
    if object.at("metadata").str("name").starts_with(SYSTEM_PREFIX) {
        if let Err(reason) = is_system_class(object) {
            let meta = Path::new("metadata");
            let detail = format!(
                "priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. error: {reason}"
            );
            errors.forbidden(&meta.child("name"), detail);
        }
    } else if object.int("value") > USER_PRIORITY_MAX {
        let detail = format!("maximum allowed value of a user defined priority is {USER_PRIORITY_MAX}");
        errors.forbidden(&Path::new("value"), detail);
    }
    let at = Path::new("preemptionPolicy");
    match object.opt("preemptionPolicy").map(Value::as_str) {
        None | Some("PreemptLowerPriority" | "Never") => {}
        Some("") => errors.required(&at, ""),
        Some(other) => {
            errors.not_supported(&at, Value::text(other), &["PreemptLowerPriority", "Never"]);
        }
    }
}

fn is_system_class(object: &Value) -> Result<(), String> {
    let name = object.at("metadata").str("name");
    let Some((_, value)) = SYSTEM_CLASSES.iter().find(|(it, _)| *it == name) else {
        return Err(format!("{name} is not a known system priority class"));
    };
    if object.int("value") != *value {
        return Err(format!("value of {name} PriorityClass must be {value}"));
    }
    if object.bool("globalDefault") {
        return Err(format!("globalDefault of {name} PriorityClass must be false"));
    }
    Ok(())
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    if new.int("value") != old.int("value") {
        errors.forbidden(&Path::new("value"), "may not be changed in an update.");
    }
    let at = Path::new("preemptionPolicy");
    metadata::immutable(new.at("preemptionPolicy"), old.at("preemptionPolicy"), &at, errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn priorities_of_the_system_are_its_own() {
        for (text, expected) in [
            ("{metadata: {name: a}, value: 1000000000}", None),
            ("{metadata: {name: a}, value: 1000000001}", Some("value FieldValueForbidden")),
            ("{metadata: {name: system-node-critical}, value: 2000001000}", None),
            ("{metadata: {name: system-x}}", Some("metadata.name FieldValueForbidden")),
            (
                "{metadata: {name: a}, preemptionPolicy: Maybe}",
                Some("preemptionPolicy FieldValueNotSupported"),
            ),
        ] {
            let mut errors = Errors::new();
            validate(&value(text), &mut errors);
            assert_eq!(fields(&errors).first().map(String::as_str), expected, "{text}");
        }
    }
}
