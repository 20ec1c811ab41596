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
    spec.set_default("revisionHistoryLimit", 10);
    common::default_template(spec);
}

fn prepare_create(object: &mut Value) {
    generations::begin(object);
    set_generation(object, generation(object).max(1));
    common::drop_disabled(object.struct_mut("spec"), None);
}

fn prepare_update(new: &mut Value, old: &Value) {
    common::drop_disabled(new.struct_mut("spec"), Some(old.at("spec")));
    let template = |object: &Value| object.at("spec").at("template").clone();
    let is_changed = !template(new).semantically_equals(&template(old));
    set_generation(new, generation(old).saturating_add(is_changed.into()));
    generations::count(new, old);
}

fn generation(object: &Value) -> i64 {
    object.at("metadata").at("annotations").str(GENERATION).parse().unwrap_or_default()
}

fn set_generation(object: &mut Value, generation: i64) {
    let annotations = object.struct_mut("metadata").struct_mut("annotations");
    annotations.set(GENERATION, SmolStr::from(generation.to_string()), By::Server);
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    validate_spec(object.at("spec"), None, errors);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
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
