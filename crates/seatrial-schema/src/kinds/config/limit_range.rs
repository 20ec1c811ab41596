//! `LimitRange`.

use std::collections::BTreeSet;

use seatrial_model::{Quantity, QuantityFormat};

use crate::errors::Errors;
use crate::kinds::{Strategy, pods};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, quantities, resources};
use crate::value::{By, Value};

pub(super) const LIMIT_RANGE: Strategy = Strategy {
    default: |range| {
        for limit in range.struct_mut("spec").items_mut("limits") {
            for bounds in BOUNDS {
                pods::round_up(limit, bounds);
            }
            default_limit(limit);
        }
    },
    prepare_create: |range| {
        let meta = range.struct_mut("metadata");
        if meta.str("name").is_empty() {
            meta.set("name", GENERATED, By::Server);
        }
    },
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, errors);
    },
    ..Strategy::plain("", "v1", "LimitRange")
};

/// Stands for the name that the server makes up; no other kind gets one.
const GENERATED: &str = "<generated>";
const BOUNDS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
const TYPES: [&str; 3] = ["Pod", "Container", "PersistentVolumeClaim"];

/// Containers get what is bounded above, and ask for what they get.
fn default_limit(limit: &mut Value) {
    if limit.str("type") != "Container" {
        return;
    }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
        let source = limit.at(from).clone();
        let entries = source.as_map().map_or(&[][..], |map| map.entries());
        for entry in entries {
            let target = limit.struct_mut(to).map_mut();
            if target.value(&entry.key).is_none() {
                target.insert(entry.key.clone(), entry.value.clone(), By::Server);
            }
        }
    }
}

fn validate(range: &Value, errors: &mut Errors) {
    let name = range.at("metadata").as_map().and_then(|meta| meta.entry("name"));
    if name.is_some_and(|it| it.by == By::Server && it.value.as_str() == GENERATED) {
        let mut named = range.at("metadata").clone();
        named.set("name", "generated", By::Server);
        let at = Path::new("metadata");
        metadata::create_at(&named, &at, Scope::Namespaced, names::subdomain_name, errors);
        metadata::standard_finalizers(&named, errors);
    } else {
        metadata::create(range, Scope::Namespaced, names::subdomain_name, errors);
    }
    let spec = Path::new("spec");
    let at = spec.child("limits");
    let mut seen = BTreeSet::new();
    for (index, it) in range.at("spec").items("limits").iter().enumerate() {
        let at = at.index(index);
        limit_type(it.str("type"), &at.child("type"), errors);
        if !seen.insert(it.str("type")) {
            errors.duplicate(&at.child("type"), it.str("type"));
        }
        limit(it, &at, errors);
    }
}

fn limit_type(value: &str, at: &Path<'_>, errors: &mut Errors) {
    let wrong = names::label_key(value);
    if wrong.is_empty() && !value.contains('/') && !TYPES.contains(&value) {
        errors.invalid(at, value, "must be a standard limit type or fully qualified");
    }
    errors.each_invalid(at, value, wrong);
}

fn limit(limit: &Value, at: &Path<'_>, errors: &mut Errors) {
    let kind = limit.str("type");
    let is_pod = kind == "Pod";
    let name_rule = if is_pod || kind == "Container" { resources::container_name } else { resources::name };
    let mut keys = BTreeSet::new();
    for bounds in BOUNDS {
        let at = at.child(bounds);
        if is_pod && matches!(bounds, "default" | "defaultRequest") {
            if !limit.entries(bounds).is_empty() {
                errors.forbidden(&at, "may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        for entry in limit.entries(bounds) {
            name_rule(&entry.key, &at.key(&entry.key), errors);
            keys.insert(entry.key.as_str());
        }
    }
    let has_storage =
        |bounds: &str| limit.at(bounds).as_map().is_some_and(|map| map.value("storage").is_some());
    if kind == "PersistentVolumeClaim" && !has_storage("min") && !has_storage("max") {
        let detail = "either minimum or maximum storage value is required, but neither was provided";
        errors.required(&at.child("limits"), detail);
    }
    for key in keys {
        compare(&Amounts { limit, key, is_pod }, at, errors);
    }
}

/// What one limit says of one resource.
struct Amounts<'a> {
    limit: &'a Value,
    key: &'a str,
    is_pod: bool,
}

impl Amounts<'_> {
    fn of(&self, bounds: &str) -> Option<Quantity> {
        let is_ignored = self.is_pod && matches!(bounds, "default" | "defaultRequest");
        let value = self.limit.at(bounds).as_map()?.value(self.key)?;
        (!is_ignored).then(|| quantities::of(value))
    }
}

fn compare(amounts: &Amounts<'_>, at: &Path<'_>, errors: &mut Errors) {
    // What must not be greater than what, with their names; whose field is refused,
    // and which of the two the server shows.
    let orders = [
        ("min", "min", "max", "max", "min", "min"),
        ("min", "min", "defaultRequest", "default request", "defaultRequest", "defaultRequest"),
        ("defaultRequest", "default request", "max", "max", "defaultRequest", "defaultRequest"),
        ("defaultRequest", "default request", "default", "default limit", "defaultRequest", "defaultRequest"),
        ("min", "min", "default", "default", "default", "min"),
        ("default", "default", "max", "max", "default", "max"),
    ];
    for (low, low_name, high, high_name, field, shown) in orders {
        if let (Some(lower), Some(higher)) = (amounts.of(low), amounts.of(high))
            && lower > higher
        {
            let detail = format!("{low_name} value {lower} is greater than {high_name} value {higher}");
            let shown = if shown == low { lower } else { higher };
            errors.invalid(&at.child(field).key(amounts.key), Value::text(shown.to_string()), detail);
        }
    }
    ratio(amounts, &at.child("maxLimitRequestRatio").key(amounts.key), errors);
    if let (Some(limit), Some(request)) = (amounts.of("default"), amounts.of("defaultRequest"))
        && !resources::is_overcommit_allowed(amounts.key)
        && limit != request
    {
        let detail =
            format!("default value {limit} must equal to defaultRequest value {request} in {}", amounts.key);
        let at = at.child("defaultRequest");
        errors.invalid(&at.key(amounts.key), Value::text(request.to_string()), detail);
    }
}

fn ratio(amounts: &Amounts<'_>, at: &Path<'_>, errors: &mut Errors) {
    let Some(ratio) = amounts.of("maxLimitRequestRatio") else { return };
    let shown = Value::text(ratio.to_string());
    if ratio < Quantity::from_units(1, QuantityFormat::DecimalSi) {
        errors.invalid(at, shown.clone(), format!("ratio {ratio} is less than 1"));
    }
    let (Some(min), Some(max)) = (amounts.of("min"), amounts.of("max")) else { return };
    let are_small = [ratio, min, max].iter().all(|it| it.value() < quantities::MILLI_MOST);
    let (value, most) = if are_small {
        (ratio.milli_value() as f64 / 1000.0, max.milli_value() as f64 / min.milli_value() as f64)
    } else {
        (ratio.value() as f64, max.value() as f64 / min.value() as f64)
    };
    if value > most {
        errors.invalid(at, shown, format!("ratio {ratio} is greater than max/min = {most:.6}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn reviewed(limit: &str) -> (Value, Vec<String>) {
        let mut range = value(&format!("{{metadata: {{namespace: b}}, spec: {{limits: [{limit}]}}}}"));
        (LIMIT_RANGE.default)(&mut range);
        (LIMIT_RANGE.prepare_create)(&mut range);
        let mut errors = Errors::new();
        validate(&range, &mut errors);
        (range.at("spec").items("limits")[0].clone(), fields(&errors))
    }

    #[test]
    fn containers_ask_for_what_is_bounded() {
        let (limit, refused) = reviewed("{type: Container, max: {cpu: '1'}, min: {memory: 1Mi}}");
        assert_eq!(limit.at("default"), &value("{cpu: '1'}"));
        assert_eq!(limit.at("defaultRequest"), &value("{cpu: '1', memory: 1Mi}"));
        assert!(refused.is_empty());
    }

    #[test]
    fn bounds_are_in_order() {
        let (_, refused) =
            reviewed("{type: Pod, min: {cpu: '2'}, max: {cpu: '1'}, maxLimitRequestRatio: {cpu: '1'}}");
        let expected =
            ["min", "maxLimitRequestRatio"].map(|it| format!("spec.limits[0].{it}[cpu] FieldValueInvalid"));
        assert_eq!(refused, expected);
        let (_, refused) = reviewed("{type: PersistentVolumeClaim}");
        assert_eq!(refused, ["spec.limits[0].limits FieldValueRequired"]);
    }
}
