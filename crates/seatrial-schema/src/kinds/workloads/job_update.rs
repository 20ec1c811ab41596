//! What an update of a `Job` may change (`kubernetes` 1.36,
//! `pkg/apis/batch/validation/validation.go`).

use super::job_rules;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{generations, metadata};
use crate::value::Value;

/// Fields that stay as they were made.
const FIXED: [&str; 5] =
    ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];

/// Rules for the change from `old` to `new`.
pub(super) fn validate(new: &Value, old: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    let (spec, old_spec) = (new.at("spec"), old.at("spec"));
    let fixed = |field: &str, errors: &mut Errors| {
        metadata::immutable(spec.at(field), old_spec.at(field), &at.child(field), errors);
    };
    validate_completions(spec, old_spec, &at.child("completions"), errors);
    fixed("selector", errors);
    validate_template(spec.at("template"), old, &at.child("template"), errors);
    for field in FIXED {
        fixed(field, errors);
    }
}

/// An indexed job may change its completions together with its parallelism.
fn validate_completions(spec: &Value, old: &Value, at: &Path<'_>, errors: &mut Errors) {
    let completions = spec.at("completions");
    if !job_rules::is_indexed(spec) {
        return metadata::immutable(completions, old.at("completions"), at, errors);
    }
    let has_changed = !completions.is_null() && completions != old.at("completions");
    if has_changed && completions != spec.at("parallelism") {
        errors.invalid(at, completions.clone(), "can only be modified in tandem with spec.parallelism");
    }
}

fn validate_template(template: &Value, old_job: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut old = old_job.at("spec").at("template").clone();
    if !is_resting(old_job) {
        return metadata::immutable(template, &old, at, errors);
    }
    let pod = old.struct_mut("spec");
    allow_scheduling(pod, template.at("spec"));
    allow_resources(pod, template.at("spec"));
    metadata::immutable(template.at("spec"), pod, &at.child("spec"), errors);
}

/// Whether the job is suspended and has no pods: it never began, or came to rest.
fn is_resting(job: &Value) -> bool {
    let status = job.at("status");
    let is_suspended =
        |condition: &Value| condition.str("type") == "Suspended" && condition.str("status") == "True";
    let has_rested = !status.has("startTime") || status.items("conditions").iter().any(is_suspended);
    job.at("spec").bool("suspend") && has_rested && status.int("active") == 0
}

/// Where the pods of a resting job may run can change.
fn allow_scheduling(old: &mut Value, new: &Value) {
    let field = "nodeAffinity";
    match (new.opt("affinity"), old.at_mut("affinity")) {
        (None, None) => {}
        (None, Some(affinity)) => {
            affinity.remove(field);
            if affinity.is_empty() {
                old.remove("affinity");
            }
        }
        (Some(affinity), _) => generations::keep(old.struct_mut("affinity"), affinity, field),
    }
    for field in ["nodeSelector", "tolerations", "schedulingGates"] {
        generations::keep(old, new, field);
    }
}

/// What its containers need can change, if they are the same containers.
fn allow_resources(old: &mut Value, new: &Value) {
    for field in ["containers", "initContainers"] {
        let (old, new) = (old.items_mut(field), new.items(field));
        if old.len() != new.len() {
            continue;
        }
        for (old, new) in old.iter_mut().zip(new) {
            if old.str("name") == new.str("name") {
                generations::keep(old, new, "resources");
            }
        }
    }
}
