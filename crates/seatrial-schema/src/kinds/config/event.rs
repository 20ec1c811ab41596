//! `Event`, of the core and of `events.k8s.io`, which are one kind under two sets
//! of names (`pkg/apis/core/validation/events.go`). The server prints the core's
//! names for both.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const CORE_EVENT: Strategy = Strategy {
    validate: |event, errors| {
        legacy(event, &CORE, errors);
        if errors.is_empty() {
            metadata::generic_create(event, Scope::Namespaced, names::path_segment, errors);
        }
    },
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        legacy(new, &CORE, errors);
    },
    ..Strategy::plain("", "v1", "Event")
};

pub(super) const EVENT: Strategy = Strategy {
    validate: |event, errors| {
        legacy(event, &NEW, errors);
        strict(event, errors);
        lead(errors);
    },
    validate_update: |new, old, errors| {
        legacy(new, &NEW, errors);
        metadata::update(new, old, errors);
        if !new.at("series").semantically_equals(old.at("series")) {
            series(new, errors);
        }
        for (field, printed) in UNCHANGEABLE {
            metadata::immutable(new.at(field), old.at(field), &Path::new(printed), errors);
        }
        lead(errors);
    },
    ..Strategy::plain("events.k8s.io", "v1", "Event")
};

/// Until 1.24 the newer kind had the rules of the core's.
pub(super) const BETA_EVENT: Strategy = Strategy {
    version: "v1beta1",
    validate: |event, errors| {
        legacy(event, &NEW, errors);
        lead(errors);
    },
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        legacy(new, &NEW, errors);
        lead(errors);
    },
    ..EVENT
};

/// What the two versions call the fields that have rules.
struct Names {
    object: &'static str,
    controller: &'static str,
    message: &'static str,
}

const CORE: Names = Names { object: "involvedObject", controller: "reportingComponent", message: "message" };
const NEW: Names = Names { object: "regarding", controller: "reportingController", message: "note" };
/// The fields of the newer version, and what the server calls them.
const UNCHANGEABLE: [(&str, &str); 13] = [
    ("regarding", "involvedObject"),
    ("reason", "reason"),
    ("note", "message"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
    ("type", "type"),
    ("eventTime", "eventTime"),
    ("action", "action"),
    ("related", "related"),
    ("reportingController", "reportingController"),
    ("reportingInstance", "reportingInstance"),
];
const WORD_LENGTH: usize = 128;
const MESSAGE_LENGTH: usize = 1024;

/// The rules for every event; those of the newer kind have an `eventTime`.
fn legacy(event: &Value, its: &Names, errors: &mut Errors) {
    let namespace = event.at("metadata").str("namespace");
    let object = event.at(its.object).str("namespace");
    let is_new = event.has("eventTime");
    let may_be_elsewhere = match (object, is_new) {
        ("", false) => matches!(namespace, "" | "default"),
        ("", true) => matches!(namespace, "default" | "kube-system"),
        (object, false) => object == namespace,
        (_, true) => true,
    };
    if !may_be_elsewhere {
        let at = Path::new("involvedObject");
        errors.invalid(&at.child("namespace"), object, "does not match event.namespace");
    }
    if is_new {
        let controller = event.str(its.controller);
        let at = Path::new(its.controller);
        if controller.is_empty() {
            errors.required(&at, "");
        }
        errors.each_invalid(&at, controller, names::label_key(controller));
        for field in ["reportingInstance", "action", "reason"] {
            word(event.str(field), &Path::new(field), errors);
        }
        if event.str(its.message).len() > MESSAGE_LENGTH {
            let detail = format!("can have at most {MESSAGE_LENGTH} characters");
            errors.invalid(&Path::new("message"), "", detail);
        }
    }
    errors.each_invalid(&Path::new("namespace"), namespace, names::dns1123_subdomain(namespace));
    errors.lead(&["namespace"], &["metadata", "namespace"]);
}

fn word(text: &str, at: &Path<'_>, errors: &mut Errors) {
    if text.is_empty() {
        errors.required(at, "");
    }
    if text.len() > WORD_LENGTH {
        errors.invalid(at, "", format!("can have at most {WORD_LENGTH} characters"));
    }
}

/// Leads errors to the names of the newer version.
fn lead(errors: &mut Errors) {
    for (field, printed) in UNCHANGEABLE.iter().filter(|(field, printed)| field != printed) {
        errors.lead(&[printed], &[field]);
    }
}

/// What the newer version asks on top.
fn strict(event: &Value, errors: &mut Errors) {
    metadata::create(event, Scope::Namespaced, names::subdomain_name, errors);
    series(event, errors);
    if !event.has("eventTime") {
        errors.required(&Path::new("eventTime"), "");
    }
    let kind = event.str("type");
    if !matches!(kind, "Normal" | "Warning") {
        errors.invalid(&Path::new("type"), "", format!("has invalid value: {kind}"));
    }
    let source = event.at("deprecatedSource");
    let set = [
        ("firstTimestamp", event.has("deprecatedFirstTimestamp")),
        ("lastTimestamp", event.has("deprecatedLastTimestamp")),
        ("count", event.int("deprecatedCount") != 0),
        ("source", !source.str("component").is_empty() || !source.str("host").is_empty()),
    ];
    for (field, _) in set.iter().filter(|(_, is_set)| *is_set) {
        errors.invalid(&Path::new(field), "", "needs to be unset");
    }
}

fn series(event: &Value, errors: &mut Errors) {
    let Some(series) = event.opt("series") else { return };
    let at = Path::new("series");
    if series.int("count") < 2 {
        errors.invalid(&at.child("count"), "", "should be at least 2");
    }
    if !series.has("lastObservedTime") {
        errors.required(&at.child("lastObservedTime"), "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn an_event_lies_in_the_namespace_of_its_object() {
        let event = value("{metadata: {name: a, namespace: b}, involvedObject: {namespace: c}}");
        let mut errors = Errors::new();
        (CORE_EVENT.validate)(&event, &mut errors);
        assert_eq!(fields(&errors), ["involvedObject.namespace FieldValueInvalid"]);
    }

    #[test]
    fn the_newer_version_refuses_the_older_ones_fields() {
        let event = value(
            "{metadata: {name: a, namespace: b}, regarding: {namespace: b}, eventTime: x, reportingController: a.b/c,
            reportingInstance: i, action: a, reason: r, type: Odd, deprecatedCount: 1}",
        );
        let mut errors = Errors::new();
        (EVENT.validate)(&event, &mut errors);
        assert_eq!(fields(&errors), ["type FieldValueInvalid", "count FieldValueInvalid"]);
        assert_eq!(errors.as_slice()[1].path.to_string(), "deprecatedCount");
    }
}
