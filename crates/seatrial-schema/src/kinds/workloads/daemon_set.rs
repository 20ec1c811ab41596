//! `DaemonSet` (`kubernetes` 1.36, `pkg/apis/apps/v1/{defaults,conversion}.go`,
//! `pkg/apis/apps/validation/validation.go`, `pkg/registry/apps/daemonset/strategy.go`).

use smol_str::SmolStr;

use super::common;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::pods::PodOptions;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, int_or_percent, names, selectors};
use crate::value::{By, Value};

pub(super) const DAEMON_SET: Strategy = Strategy {
    default,
    prepare_create,
    prepare_update,
    validate,
    validate_update,
    warnings: common::template_warnings,
    ..Strategy::plain("apps", "v1", "DaemonSet")
};

/// Counts changes of the template; once a field.
const GENERATION: &str = "deprecated.daemonset.template.generation";

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    let strategy = spec.struct_mut("updateStrategy");
    strategy.set_default("type", "RollingUpdate");
    if strategy.str("type") == "RollingUpdate" {
        let rolling = strategy.struct_mut("rollingUpdate");
        rolling.set_default("maxUnavailable", 1);
        rolling.set_default("maxSurge", 0);
    }
    if let Some(rolling) = strategy.at_mut("rollingUpdate") {
        // Inside the server these are no pointers.
        rolling.set_default("maxUnavailable", 0);
        rolling.set_default("maxSurge", 0);
    }
    spec.set_default("revisionHistoryLimit", 10);
    common::default_template(spec);
}

fn prepare_create(object: &mut Value) {
    generations::begin(object);
    if let Ok(generation) = generation(object) {
        set_generation(object, generation.max(1));
    }
    common::drop_disabled(object.struct_mut("spec"), None);
}

fn prepare_update(new: &mut Value, old: &Value) {
    common::drop_disabled(new.struct_mut("spec"), Some(old.at("spec")));
    let template = |object: &Value| object.at("spec").at("template").clone();
    let is_changed = !template(new).semantically_equals(&template(old));
    if generation(new).is_ok() {
        let before = generation(old).unwrap_or_default();
        set_generation(new, before.saturating_add(is_changed.into()));
    }
    generations::count(new, old);
}

/// The count in the annotation, 0 where there is none; else the text that is no number.
fn generation(object: &Value) -> Result<i64, &str> {
    let text = object.at("metadata").at("annotations").opt(GENERATION).map(Value::as_str);
    text.map_or(Ok(0), |text| text.parse().map_err(|_| text))
}

fn set_generation(object: &mut Value, generation: i64) {
    let annotations = object.struct_mut("metadata").struct_mut("annotations");
    annotations.set(GENERATION, SmolStr::from(generation.to_string()), By::Server);
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    common::counts(GENERATION, generation(object), errors);
    validate_spec(object.at("spec"), None, errors);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    common::counts(GENERATION, generation(new), errors);
    let (new, old) = (new.at("spec"), old.at("spec"));
    let spec = Path::new("spec");
    metadata::immutable(new.at("selector"), old.at("selector"), &spec.child("selector"), errors);
    validate_spec(new, Some(old), errors);
}

fn validate_spec(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    let selector_at = at.child("selector");
    let selector = spec.at("selector");
    let is_lenient = old.is_some_and(|old| selectors::has_invalid_value(old.at("selector")));
    selectors::label_selector(selector, is_lenient, &selector_at, errors);
    let (template, template_at) = (spec.at("template"), at.child("template"));
    if common::is_usable(selector) {
        common::labels_match(selector, template, &template_at, errors);
    }
    if !selector.is_null() && selectors::is_empty(selector) {
        errors.invalid(&selector_at, selector.clone(), "empty selector is invalid for daemonset");
    }
    let options = PodOptions::of_template(old.map(|old| old.at("template")));
    common::endless_template("DaemonSet", template, &template_at, errors, &options);
    metadata::non_negative(spec.int("minReadySeconds"), &at.child("minReadySeconds"), errors);
    validate_strategy(spec.at("updateStrategy"), &at.child("updateStrategy"), errors);
    let limit = spec.int("revisionHistoryLimit");
    metadata::non_negative(limit, &at.child("revisionHistoryLimit"), errors);
}

fn validate_strategy(strategy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let rolling_at = at.child("rollingUpdate");
    match (strategy.str("type"), strategy.opt("rollingUpdate")) {
        ("OnDelete", _) => {}
        ("RollingUpdate", None) => errors.required(&rolling_at, ""),
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &rolling_at, errors),
        _ => errors.not_supported(at, strategy.clone(), &["RollingUpdate", "OnDelete"]),
    }
}

fn validate_rolling_update(rolling: &Value, at: &Path<'_>, errors: &mut Errors) {
    let fields = ["maxUnavailable", "maxSurge"];
    for field in fields {
        int_or_percent::non_negative(rolling.at(field), &at.child(field), errors);
    }
    for field in fields {
        int_or_percent::at_most_all(rolling.at(field), &at.child(field), errors);
    }
    let surge = rolling.at("maxSurge");
    match fields.map(|field| int_or_percent::is_zero(rolling.at(field))) {
        [false, false] => {
            let detail = "may not be set when maxUnavailable is non-zero";
            errors.invalid(&at.child("maxSurge"), surge.clone(), detail);
        }
        [true, true] => errors.required(&at.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn either_pods_are_missing_or_there_are_more() {
        for (rolling, expected) in [
            ("{maxUnavailable: 1, maxSurge: 0}", &[][..]),
            ("{maxUnavailable: 0, maxSurge: 10%}", &[]),
            ("{maxUnavailable: 1, maxSurge: 1}", &["r.maxSurge FieldValueInvalid"]),
            ("{maxUnavailable: 0, maxSurge: 0%}", &["r.maxUnavailable FieldValueRequired"]),
            ("{maxUnavailable: 101%, maxSurge: 0}", &["r.maxUnavailable FieldValueInvalid"]),
        ] {
            let mut errors = Errors::new();
            validate_rolling_update(&value(rolling), &Path::new("r"), &mut errors);
            assert_eq!(fields(&errors), expected, "{rolling}");
        }
    }

    #[test]
    fn changes_of_the_template_are_counted() {
        let mut object = value("{spec: {template: {spec: {containers: [{name: a}]}}}}");
        default(&mut object);
        prepare_create(&mut object);
        assert_eq!(generation(&object), Ok(1));
        let mut new = value("{spec: {template: {spec: {containers: [{name: b}]}}}}");
        default(&mut new);
        prepare_update(&mut new, &object);
        assert_eq!((generation(&new), new.at("metadata").int("generation")), (Ok(2), 2));
    }
}
