//! What the kinds that run pods have in common (`kubernetes` 1.36,
//! `pkg/apis/apps/validation/validation.go` and `pkg/registry/apps/*/strategy.go`).

use crate::errors::Errors;
use crate::kinds::pods::{self, PodOptions};
use crate::path::Path;
use crate::rules::{generations, names, selectors};
use crate::value::Value;

/// `spec.template`, or what stands in its place in a job template.
pub(super) fn drop_disabled(spec: &mut Value, old: Option<&Value>) {
    if let Some(template) = spec.at_mut("template") {
        pods::drop_disabled_fields(template, old.map(|old| old.at("template")));
    }
}

/// A new object whose spec holds a template.
pub(super) fn prepare_create(object: &mut Value) {
    generations::begin(object);
    drop_disabled(object.struct_mut("spec"), None);
}

/// A changed object whose spec holds a template.
pub(super) fn prepare_update(new: &mut Value, old: &Value) {
    drop_disabled(new.struct_mut("spec"), Some(old.at("spec")));
    generations::count(new, old);
}

/// Defaults of the pod template of `spec`, which is there even if unwritten.
pub(super) fn default_template(spec: &mut Value) {
    let template = spec.struct_mut("template");
    pods::default_pod_spec(template.struct_mut("spec"));
    pods::drop_init_container_annotations(template);
}

/// The selector of kinds that cannot do without; `empty` is what is said of one
/// that selects everything.
pub(super) fn required_selector(spec: &Value, empty: &'static str, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("selector");
    let Some(selector) = spec.opt("selector") else {
        return errors.required(&at, "");
    };
    selectors::label_selector(selector, false, &at, errors);
    if selectors::is_empty(selector) {
        errors.invalid(&at, selector.clone(), empty);
    }
}

/// Whether a selector can be used at all, as `LabelSelectorAsSelector` sees it.
pub(super) fn is_usable(selector: &Value) -> bool {
    let mut errors = Errors::new();
    selectors::label_selector(selector, false, &Path::ROOT, &mut errors);
    errors.is_empty()
}

/// Refuses a template whose labels a selector with requirements does not match.
pub(super) fn labels_match(selector: &Value, template: &Value, at: &Path<'_>, errors: &mut Errors) {
    let labels = template.at("metadata").at("labels");
    if !selectors::matches(selector, labels) {
        let meta = at.child("metadata");
        let detail = "`selector` does not match template `labels`";
        errors.invalid(&meta.child("labels"), labels.clone(), detail);
    }
}

/// Rules for the template of a kind whose pods run until they are stopped.
pub(super) fn endless_template(
    kind: &'static str,
    template: &Value,
    at: &Path<'_>,
    errors: &mut Errors,
    options: &PodOptions,
) {
    pods::validate_pod_template(template, at, errors, options);
    endless_pods(kind, template, at, errors);
}

/// Pods of a kind that starts them again, whatever happens.
pub(super) fn endless_pods(kind: &'static str, template: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (spec, at) = (template.at("spec"), at.child("spec"));
    if spec.str("restartPolicy") != "Always" {
        let policy = spec.at("restartPolicy").clone().or_empty();
        errors.not_supported(&at.child("restartPolicy"), policy, &["Always"]);
    }
    if spec.has("activeDeadlineSeconds") {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.forbidden(&at.child("activeDeadlineSeconds"), detail);
    }
}

/// Rules for the selector and template of `Deployment` and `ReplicaSet`.
pub(super) fn selector_and_template(spec: &Value, old: Option<&Value>, at: &Path<'_>, errors: &mut Errors) {
    required_selector(spec, "empty selector is invalid for deployment", at, errors);
    let selector = spec.at("selector");
    if !is_usable(selector) {
        return errors.invalid(&at.child("selector"), selector.clone(), "invalid label selector");
    }
    let (template, at) = (spec.at("template"), at.child("template"));
    if selector.is_null() || !selectors::is_empty(selector) {
        labels_match(selector, template, &at, errors);
    }
    let options = PodOptions::of_template(old.map(|old| old.at("template")));
    endless_template("ReplicaSet", template, &at, errors, &options);
}

/// What is said of a name that pods cannot carry in their host names.
pub(super) fn name_warning(object: &Value) -> Option<String> {
    let wrong = names::dns1123_label(object.at("metadata").str("name"));
    (!wrong.is_empty()).then(|| {
        format!(
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; \
             a DNS label is recommended: [{}]",
            wrong.join(" ")
        )
    })
}

/// What the server warns of in the template of `spec`.
pub(super) fn template_warnings(object: &Value) -> Vec<String> {
    let spec = Path::new("spec");
    pods::pod_template_warnings(&spec.child("template"), object.at("spec").at("template"), None)
}

/// Warnings on the name and the template.
pub(super) fn warnings(object: &Value) -> Vec<String> {
    name_warning(object).into_iter().chain(template_warnings(object)).collect()
}

/// Refuses the text of an annotation that has to be a number; the server cannot
/// even read such an object, and answers with 400.
pub(super) fn counts(key: &'static str, number: Result<i64, &str>, errors: &mut Errors) {
    if let Err(text) = number {
        let meta = Path::new("metadata");
        let annotations = meta.child("annotations");
        let detail = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
        errors.invalid(&annotations.key(key), text, detail);
    }
}
