//! `Deployment` (`kubernetes` 1.36, `pkg/apis/apps/v1/{defaults,conversion}.go`,
//! `pkg/apis/apps/validation/validation.go`, `pkg/registry/apps/deployment/strategy.go`).

use smol_str::SmolStr;

use super::common;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, int_or_percent, names};
use crate::value::{By, Value};

pub(super) const DEPLOYMENT: Strategy = Strategy {
    default,
    prepare_create: common::prepare_create,
    prepare_update,
    validate,
    validate_update,
    warnings: common::warnings,
    ..Strategy::plain("apps", "v1", "Deployment")
};

/// Stands for a field that later versions of the API no longer have.
const ROLLBACK: &str = "deprecated.deployment.rollback.to";

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("replicas", 1);
    let strategy = spec.struct_mut("strategy");
    strategy.set_default("type", "RollingUpdate");
    if strategy.str("type") == "RollingUpdate" {
        let rolling = strategy.struct_mut("rollingUpdate");
        rolling.set_default("maxUnavailable", "25%");
        rolling.set_default("maxSurge", "25%");
    }
    spec.set_default("revisionHistoryLimit", 10);
    spec.set_default("progressDeadlineSeconds", 600);
    common::default_template(spec);
    normalize_rollback(object);
}

/// The revision to roll back to is kept as a number, an empty one not at all.
fn normalize_rollback(object: &mut Value) {
    let revision = rollback(object).unwrap_or_default();
    let Some(annotations) = object.at_mut("metadata").and_then(|meta| meta.at_mut("annotations")) else {
        return;
    };
    match (annotations.str(ROLLBACK), revision) {
        ("", _) => drop(annotations.remove(ROLLBACK)),
        (_, Some(revision)) => annotations.set(ROLLBACK, SmolStr::from(revision.to_string()), By::Manifest),
        (_, None) => {}
    }
}

/// The revision in the annotation, if there is one; else the text that is no number.
fn rollback(object: &Value) -> Result<Option<i64>, &str> {
    match object.at("metadata").at("annotations").str(ROLLBACK) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| text),
    }
}

fn prepare_update(new: &mut Value, old: &Value) {
    generations::keep(new, old, "status");
    common::drop_disabled(new.struct_mut("spec"), Some(old.at("spec")));
    // Annotations are copied to replica sets, so that a change of them counts.
    let annotations = |object: &Value| object.at("metadata").at("annotations").clone();
    let is_changed = !new.at("spec").semantically_equals(old.at("spec"))
        || !annotations(new).semantically_equals(&annotations(old));
    generations::count_if(new, old, is_changed);
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    validate_spec(object, None, errors);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    validate_spec(new, Some(old.at("spec")), errors);
    let selector = |object: &Value| object.at("spec").at("selector").clone();
    let spec = Path::new("spec");
    metadata::immutable(&selector(new), &selector(old), &spec.child("selector"), errors);
}

fn validate_spec(object: &Value, old: Option<&Value>, errors: &mut Errors) {
    let (spec, at) = (object.at("spec"), Path::new("spec"));
    let non_negative = |field: &str, errors: &mut Errors| {
        metadata::non_negative(spec.int(field), &at.child(field), errors);
    };
    non_negative("replicas", errors);
    common::selector_and_template(spec, old, &at, errors);
    validate_strategy(spec.at("strategy"), &at.child("strategy"), errors);
    non_negative("minReadySeconds", errors);
    non_negative("revisionHistoryLimit", errors);
    validate_rollback(object, &at, errors);
    if let Some(deadline) = spec.opt("progressDeadlineSeconds") {
        non_negative("progressDeadlineSeconds", errors);
        if spec.int("progressDeadlineSeconds") <= spec.int("minReadySeconds") {
            let at = at.child("progressDeadlineSeconds");
            errors.invalid(&at, deadline.clone(), "must be greater than minReadySeconds");
        }
    }
}

fn validate_strategy(strategy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let rolling_at = at.child("rollingUpdate");
    match (strategy.str("type"), strategy.opt("rollingUpdate")) {
        ("Recreate", None) => {}
        ("Recreate", Some(_)) => {
            errors.forbidden(&rolling_at, "may not be specified when strategy `type` is 'Recreate'");
        }
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &rolling_at, errors),
        ("RollingUpdate", None) => {
            errors.required(&rolling_at, "this should be defaulted and never be nil");
        }
        _ => errors.not_supported(at, strategy.clone(), &["Recreate", "RollingUpdate"]),
    }
}

fn validate_rolling_update(rolling: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (missing, surge) = (rolling.at("maxUnavailable"), rolling.at("maxSurge"));
    let missing_at = at.child("maxUnavailable");
    int_or_percent::non_negative(missing, &missing_at, errors);
    int_or_percent::non_negative(surge, &at.child("maxSurge"), errors);
    if int_or_percent::is_zero(missing) && int_or_percent::is_zero(surge) {
        errors.invalid(&missing_at, missing.clone(), "may not be 0 when `maxSurge` is 0");
    }
    int_or_percent::at_most_all(missing, &missing_at, errors);
}

fn validate_rollback(object: &Value, at: &Path<'_>, errors: &mut Errors) {
    let revision = rollback(object).map(Option::unwrap_or_default);
    let at = at.child("rollback");
    metadata::non_negative(revision.unwrap_or_default(), &at.child("version"), errors);
    common::counts(ROLLBACK, revision, errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(strategy: &str) -> Vec<String> {
        let mut errors = Errors::new();
        validate_strategy(&value(strategy), &Path::new("s"), &mut errors);
        fields(&errors)
    }

    #[test]
    fn a_strategy_has_the_fields_of_its_type() {
        for (strategy, expected) in [
            ("{type: Recreate}", &[][..]),
            ("{type: Recreate, rollingUpdate: {}}", &["s.rollingUpdate FieldValueForbidden"]),
            ("{type: Other}", &["s FieldValueNotSupported"]),
            ("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%, maxSurge: 150%}}", &[]),
            (
                "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0%, maxSurge: 0}}",
                &["s.rollingUpdate.maxUnavailable FieldValueInvalid"],
            ),
        ] {
            assert_eq!(refused(strategy), expected, "{strategy}");
        }
    }

    #[test]
    fn a_new_annotation_is_a_new_generation() {
        let mut old = value("{spec: {}}");
        default(&mut old);
        common::prepare_create(&mut old);
        let mut new = value("{metadata: {annotations: {a: b}}, spec: {replicas: 1}}");
        default(&mut new);
        prepare_update(&mut new, &old);
        assert_eq!(new.at("metadata").int("generation"), 2);
    }

    #[test]
    fn a_revision_to_roll_back_to_is_a_number() {
        let object = |text: &str| value(&format!("{{metadata: {{annotations: {{{ROLLBACK}: '{text}'}}}}}}"));
        for (text, expected) in [
            ("3", &[][..]),
            ("-1", &["spec.rollback.version FieldValueInvalid"]),
            ("x", &["metadata.annotations[deprecated.deployment.rollback.to] FieldValueInvalid"]),
        ] {
            let mut errors = Errors::new();
            validate_rollback(&object(text), &Path::new("spec"), &mut errors);
            assert_eq!(fields(&errors), expected, "{text}");
        }
    }
}
