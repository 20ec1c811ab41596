//! Rules for what an autoscaler measures (`kubernetes` 1.36,
//! `pkg/apis/autoscaling/validation/validation.go`).

use super::rules::{Versions, validate_reference};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{names, quantities, resources};
use crate::value::Value;

/// Each type of metric and its field, in the order in which upstream looks.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];
const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

/// Rules for one metric.
pub(super) fn validate(metric: &Value, versions: Versions, at: &Path<'_>, errors: &mut Errors) {
    let kind = metric.str("type");
    let type_at = at.child("type");
    if kind.is_empty() {
        errors.required(&type_at, "must specify a metric source type");
    }
    let expected = SOURCES.iter().find(|(name, _)| *name == kind).map(|(_, field)| *field);
    if expected.is_none() {
        errors.not_supported(&type_at, Value::text(kind), &TYPES);
    }
    let present: Vec<_> = SOURCES.iter().map(|(_, field)| *field).filter(|field| metric.has(field)).collect();
    if let Some(first) = present.first() {
        validate_source(first, metric.at(first), versions, &at.child(first), errors);
    }
    match expected {
        Some(field) if !metric.has(field) => {
            errors.required(&at.child(field), "must populate information for the given metric source");
        }
        Some(_) => {}
        // Upstream says it a second time.
        None => errors.not_supported(&type_at, Value::text(kind), &TYPES),
    }
    if present.len() > 1 {
        for field in present.into_iter().filter(|field| Some(*field) != expected) {
            errors.forbidden(&at.child(field), "must populate the given metric source only");
        }
    }
}

fn validate_source(field: &str, source: &Value, versions: Versions, at: &Path<'_>, errors: &mut Errors) {
    match field {
        "object" => {
            let object = source.at("describedObject");
            validate_reference(object, versions, &at.child("describedObject"), errors);
            validate_identifier(source.at("metric"), &at.child("metric"), errors);
        }
        "external" | "pods" => validate_identifier(source.at("metric"), &at.child("metric"), errors),
        "resource" => validate_resource(source, at, errors),
        _ => validate_container_resource(source, at, errors),
    }
    let (target, at) = (source.at("target"), at.child("target"));
    validate_target(target, &at, errors);
    let has = |field: &str| target.has(field);
    let (required, detail) = match field {
        "object" if !has("value") && !has("averageValue") => {
            ("averageValue", "must set either a target value or averageValue")
        }
        "external" if !has("value") && !has("averageValue") => {
            ("averageValue", "must set either a target value for metric or a per-pod target")
        }
        "pods" if !has("averageValue") => ("averageValue", "must specify a positive target averageValue"),
        "resource" | "containerResource" if !has("averageUtilization") && !has("averageValue") => {
            ("averageUtilization", "must set either a target raw value or a target utilization")
        }
        "external" if has("value") && has("averageValue") => {
            let detail = "may not set both a target value for metric and a per-pod target";
            return errors.forbidden(&at.child("value"), detail);
        }
        "resource" | "containerResource" if has("averageUtilization") && has("averageValue") => {
            let detail = "may not set both a target raw value and a target utilization";
            return errors.forbidden(&at.child("averageValue"), detail);
        }
        _ => return,
    };
    errors.required(&at.child(required), detail);
}

fn validate_resource(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    if source.str("name").is_empty() {
        errors.required(&at.child("name"), "must specify a resource name");
    }
}

fn validate_container_resource(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    match source.str("name") {
        "" => validate_resource(source, at, errors),
        name => resources::container_name(name, &at.child("name"), errors),
    }
    let at = at.child("container");
    match source.str("container") {
        "" => errors.required(&at, "must specify a container"),
        name => errors.each_invalid(&at, name, names::dns1123_label(name)),
    }
}

fn validate_identifier(metric: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("name");
    match metric.str("name") {
        "" => errors.required(&at, "must specify a metric name"),
        name => errors.each_invalid(&at, name, names::path_segment(name, false)),
    }
}

fn validate_target(target: &Value, at: &Path<'_>, errors: &mut Errors) {
    let kind = target.str("type");
    if kind.is_empty() {
        errors.required(&at.child("type"), "must specify a metric target type");
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.invalid(&at.child("type"), Value::text(kind), detail);
    }
    for field in ["value", "averageValue"] {
        if let Some(amount) = target.opt(field)
            && quantities::of(amount) <= seatrial_model::Quantity::ZERO
        {
            errors.invalid(&at.child(field), amount.clone(), "must be positive");
        }
    }
    if let Some(share) = target.at("averageUtilization").as_int().filter(|it| *it < 1) {
        errors.invalid(&at.child("averageUtilization"), share, "must be greater than 0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn a_metric_has_the_source_of_its_type() {
        let rows: [(&str, &[&str]); 5] = [
            (
                "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}",
                &[],
            ),
            (
                "{}",
                &[
                    "m.type FieldValueRequired",
                    "m.type FieldValueNotSupported",
                    "m.type FieldValueNotSupported",
                ],
            ),
            (
                "{type: Pods, resource: {name: cpu, target: {type: Value, averageValue: 0}}}",
                &["m.resource.target.averageValue FieldValueInvalid", "m.pods FieldValueRequired"],
            ),
            (
                "{type: Pods, pods: {metric: {name: a/b}, target: {type: AverageValue, value: 1}}, external: {metric: \
                 {name: a}, target: {type: Value, value: 1, averageValue: 1}}}",
                &["m.external.target.value FieldValueForbidden", "m.external FieldValueForbidden"],
            ),
            (
                "{type: ContainerResource, containerResource: {name: gpu, target: {type: X}}}",
                &[
                    "m.containerResource.name FieldValueInvalid",
                    "m.containerResource.name FieldValueInvalid",
                    "m.containerResource.container FieldValueRequired",
                    "m.containerResource.target.type FieldValueInvalid",
                    "m.containerResource.target.averageUtilization FieldValueRequired",
                ],
            ),
        ];
        for (text, expected) in rows {
            let mut errors = Errors::new();
            let versions = Versions { without_group: true, any: false };
            validate(&value(text), versions, &Path::new("m"), &mut errors);
            assert_eq!(fields(&errors), expected, "{text}");
        }
    }
}
