//! `Job` (`kubernetes` 1.36, `pkg/apis/batch/v1/defaults.go`,
//! `pkg/registry/batch/job/strategy.go`, `pkg/api/job/warnings.go`).

use smol_str::{SmolStr, format_smolstr};

use super::{common, job_rules, job_update};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::pods::{self, PodOptions};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, names, selectors};
use crate::value::{By, Entry, Map, Value};

pub(super) const JOB: Strategy = Strategy {
    default,
    prepare_create,
    prepare_update: common::prepare_update,
    validate,
    validate_update,
    warnings,
    ..Strategy::plain("batch", "v1", "Job")
};

/// Stands for the uid of an object that no server has seen.
const NO_UID: SmolStr = SmolStr::new_static("00000000-0000-0000-0000-000000000000");

pub(super) const CONTROLLER_UID: &str = "batch.kubernetes.io/controller-uid";
pub(super) const JOB_NAME: &str = "batch.kubernetes.io/job-name";
const LEGACY_CONTROLLER_UID: &str = "controller-uid";
const LEGACY_JOB_NAME: &str = "job-name";

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    if !spec.has("parallelism") {
        spec.set_default("completions", 1);
    }
    spec.set_default("parallelism", 1);
    let limit = if spec.has("backoffLimitPerIndex") { i64::from(i32::MAX) } else { 6 };
    spec.set_default("backoffLimit", limit);
    spec.set_default("completionMode", "NonIndexed");
    spec.set_default("suspend", false);
    let replacement = if spec.has("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    spec.set_default("podReplacementPolicy", replacement);
    spec.set_default("manualSelector", false);
    default_nested(spec);
    let labels = object.at("spec").at("template").at("metadata").at("labels").clone();
    if !labels.is_null() && object.at("metadata").at("labels").is_empty() {
        object.struct_mut("metadata").set("labels", labels, By::Server);
    }
}

/// What is filled in below `spec`, in the template of a `CronJob` too.
pub(super) fn default_nested(spec: &mut Value) {
    if let Some(policy) = spec.at_mut("podFailurePolicy") {
        for rule in policy.items_mut("rules") {
            for pattern in rule.items_mut("onPodConditions") {
                if pattern.str("status").is_empty() {
                    pattern.set("status", "True", By::Server);
                }
            }
        }
    }
    common::default_template(spec);
}

fn prepare_create(object: &mut Value) {
    if !object.at("spec").bool("manualSelector") {
        generate_selector(object);
    }
    generations::begin(object);
    common::drop_disabled(object.struct_mut("spec"), None);
}

/// Labels the template and selects it by them. A job without labels of its own
/// has the template's: defaults are filled in again when it is stored.
fn generate_selector(object: &mut Value) {
    let (uid, name) = (uid(object), name(object));
    let meta = object.at("metadata").as_map();
    let is_written = |entry: &Entry| entry.by == By::Manifest && !entry.value.is_empty();
    let has_own = meta.and_then(|map| map.entry("labels")).is_some_and(is_written);
    let spec = object.struct_mut("spec");
    let labels = spec.struct_mut("template").struct_mut("metadata").struct_mut("labels");
    for key in [LEGACY_JOB_NAME, JOB_NAME] {
        labels.set_default(key, name.clone());
    }
    for key in [LEGACY_CONTROLLER_UID, CONTROLLER_UID] {
        labels.set_default(key, uid.clone());
    }
    let labels = labels.clone();
    spec.struct_mut("selector").struct_mut("matchLabels").set_default(CONTROLLER_UID, uid);
    if !has_own {
        object.struct_mut("metadata").set("labels", labels, By::Server);
    }
}

/// The uid the server gave, or the one that stands for it.
fn uid(object: &Value) -> SmolStr {
    match object.at("metadata").str("uid") {
        "" => NO_UID,
        uid => uid.into(),
    }
}

/// The name, or what stands for a generated one.
fn name(object: &Value) -> SmolStr {
    let meta = object.at("metadata");
    match (meta.str("name"), meta.str("generateName")) {
        ("", "") => SmolStr::default(),
        ("", prefix) => format_smolstr!("{prefix}00000"),
        (name, _) => name.into(),
    }
}

fn validate(object: &Value, errors: &mut Errors) {
    let options = PodOptions::of_template(None);
    validate_job(object, &Leniency { needs_prefixed_labels: true, takes_any_value: false }, errors, &options);
}

/// What is not asked of a changed job.
struct Leniency {
    /// The labels that came with 1.27 have to be there.
    needs_prefixed_labels: bool,
    /// The selector may hold values that no label can have.
    takes_any_value: bool,
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    let old_spec = old.at("spec");
    let options = PodOptions::of_template(Some(old_spec.at("template")));
    let old_labels = old_spec.at("template").at("metadata").at("labels");
    let leniency = Leniency {
        needs_prefixed_labels: old_labels.has(JOB_NAME) && old_labels.has(CONTROLLER_UID),
        takes_any_value: selectors::has_invalid_value(old_spec.at("selector")),
    };
    validate_job(new, &leniency, errors, &options);
    metadata::update(new, old, errors);
    job_update::validate(new, old, errors);
}

fn validate_job(object: &Value, leniency: &Leniency, errors: &mut Errors, options: &PodOptions) {
    validate_metadata(object, errors);
    validate_generated(object, leniency, errors);
    let (spec, at) = (object.at("spec"), Path::new("spec"));
    job_rules::validate(spec, &at, errors, options);
    match spec.opt("selector") {
        None => errors.required(&at.child("selector"), ""),
        Some(selector) => {
            let at = at.child("selector");
            selectors::label_selector(selector, leniency.takes_any_value, &at, errors);
        }
    }
    if common::is_usable(spec.at("selector")) {
        common::labels_match(spec.at("selector"), spec.at("template"), &at.child("template"), errors);
    }
    validate_host_name(object, errors);
}

/// Labels taken over from a template that had none are there only after it has
/// been labelled, and nobody looks at them again.
fn validate_metadata(object: &Value, errors: &mut Errors) {
    let (at, name) = (Path::new("metadata"), names::subdomain_name);
    let by = |value: &Value| value.as_map().and_then(|map| map.entry("labels")).map(|entry| entry.by);
    let template = object.at("spec").at("template").at("metadata");
    let mut meta = object.at("metadata").clone();
    if by(&meta) == Some(By::Server) && by(template) == Some(By::Server) {
        meta.remove("labels");
    }
    metadata::create_at(&meta, &at, Scope::Namespaced, name, errors);
    metadata::standard_finalizers(&meta, errors);
}

/// The name of an indexed job becomes part of its pods' host names.
fn validate_host_name(object: &Value, errors: &mut Errors) {
    let spec = object.at("spec");
    let completions = spec.int("completions");
    if spec.str("completionMode") != "Indexed" || completions <= 0 {
        return;
    }
    let name = object.at("metadata").str("name");
    let host = format!("{name}-{}", completions - 1);
    if !names::dns1123_label(&host).is_empty() {
        let meta = Path::new("metadata");
        let detail = format!("will not able to create pod with invalid DNS label: {host}");
        errors.invalid(&meta.child("name"), SmolStr::from(name), detail);
    }
}

/// A selector that the server generates has to be its own.
fn validate_generated(object: &Value, leniency: &Leniency, errors: &mut Errors) {
    let spec = object.at("spec");
    let selector = spec.at("selector");
    if spec.bool("manualSelector") || selector.is_null() {
        return;
    }
    let (uid, name) = (uid(object), name(object));
    let mut expected = vec![(LEGACY_CONTROLLER_UID, &uid), (LEGACY_JOB_NAME, &name)];
    if leniency.needs_prefixed_labels {
        expected.extend([(CONTROLLER_UID, &uid), (JOB_NAME, &name)]);
    }
    let at = Path::new("spec");
    let template = at.child("template");
    let meta = template.child("metadata");
    let labels = spec.at("template").at("metadata").at("labels");
    for (key, value) in &expected {
        has_label(labels, key, value, &meta.child("labels"), errors);
    }
    let mut generated = Value::from(Map::default());
    for (key, value) in expected {
        generated.set(key, value.clone(), By::Server);
    }
    if common::is_usable(selector) && !selectors::matches(selector, &generated) {
        errors.invalid(&at.child("selector"), selector.clone(), "`selector` not auto-generated");
    }
}

fn has_label(labels: &Value, key: &str, expected: &str, at: &Path<'_>, errors: &mut Errors) {
    let at = at.key(key);
    let detail = format!("must be '{expected}'");
    match labels.opt(key) {
        None => errors.required(&at, detail),
        Some(value) if value.as_str() != expected => errors.invalid(&at, labels.clone(), detail),
        Some(_) => {}
    }
}

fn warnings(object: &Value) -> Vec<String> {
    let mut warnings: Vec<_> = common::name_warning(object).into_iter().collect();
    warnings.extend(spec_warnings(object.at("spec"), &Path::new("spec")));
    warnings
}

/// What the server warns of in the spec of a job at `at`.
pub(super) fn spec_warnings(spec: &Value, at: &Path<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let is_large = spec.int("completions") > 100_000 && spec.int("parallelism") > 10_000;
    if spec.str("completionMode") == "Indexed" && is_large {
        warnings.push(format!(
            "{at}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, \
             Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
        ));
    }
    warnings.extend(pods::pod_template_warnings(&at.child("template"), spec.at("template"), None));
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn created(text: &str) -> (Value, Vec<String>) {
        let mut object = value(text);
        default(&mut object);
        prepare_create(&mut object);
        let mut errors = Errors::new();
        validate(&object, &mut errors);
        (object, fields(&errors))
    }

    #[test]
    fn a_selector_is_generated_for_the_pods() {
        let (job, _) = created("{metadata: {name: a, namespace: b}, spec: {template: {}}}");
        let labels = job.at("spec").at("template").at("metadata").at("labels");
        assert_eq!((labels.str(JOB_NAME), labels.entries("").len()), ("a", 0));
        assert!(selectors::matches(job.at("spec").at("selector"), labels));
        assert_eq!(job.at("metadata").at("labels"), labels);
        let (job, _) = created("{metadata: {name: a, labels: {x: y}}, spec: {template: {}}}");
        assert_eq!(job.at("metadata").at("labels"), &value("{x: y}"));
    }

    #[test]
    fn a_selector_of_ones_own_has_to_be_asked_for() {
        let text =
            "{metadata: {name: a, namespace: b}, spec: {selector: {matchLabels: {x: y}}, template: {}}}";
        let (_, refused) = created(text);
        let expected = ["spec.selector FieldValueInvalid", "spec.template.metadata.labels FieldValueInvalid"];
        let refused: Vec<_> = refused.into_iter().filter(|it| !it.contains(".template.spec.")).collect();
        assert_eq!(refused, expected);
    }

    #[test]
    fn an_indexed_job_has_room_for_its_indexes() {
        let name = "a".repeat(60);
        let text = format!(
            "{{metadata: {{name: {name}, namespace: b}}, spec: {{completionMode: Indexed, completions: 1001, template: {{}}}}}}"
        );
        assert!(created(&text).1.contains(&"metadata.name FieldValueInvalid".to_owned()));
    }
}
