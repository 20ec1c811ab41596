//! Rules for the spec of a `Job`, which a `CronJob` has in its template
//! (`kubernetes` 1.36, `pkg/apis/batch/validation/validation.go`).

use super::job_policies;
use crate::errors::Errors;
use crate::kinds::pods::{self, PodOptions};
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::value::Value;

/// The most pods of an indexed job that run at once, and the most indexes that fail.
const INDEXES_MAX: i64 = 100_000;
/// The same of a job with more completions than that and a limit per index.
const INDEXES_MAX_OF_LARGE: i64 = 10_000;
const MANAGED_BY_LENGTH: usize = 63;

/// Everything but the selector.
pub(super) fn validate(spec: &Value, at: &Path<'_>, errors: &mut Errors, options: &PodOptions) {
    validate_numbers(spec, at, errors);
    validate_managed_by(spec, at, errors);
    validate_mode(spec, at, errors);
    if let Some(policy) = spec.opt("podFailurePolicy") {
        job_policies::validate_failure(spec, policy, &at.child("podFailurePolicy"), errors);
    }
    if let Some(policy) = spec.opt("successPolicy") {
        let at = at.child("successPolicy");
        if is_indexed(spec) {
            job_policies::validate_success(spec, policy, &at, errors);
        } else {
            errors.invalid(&at, policy.clone(), "requires indexed completion mode");
        }
    }
    validate_replacement(spec, at, errors);
    pods::validate_pod_template(spec.at("template"), &at.child("template"), errors, options);
    validate_restart(spec, at, errors);
}

/// Whether each pod has an index.
pub(super) fn is_indexed(spec: &Value) -> bool {
    spec.str("completionMode") == "Indexed"
}

fn validate_numbers(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let fields = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for field in fields {
        metadata::non_negative(spec.int(field), &at.child(field), errors);
    }
    if spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex") {
        errors.required(&at.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
}

fn validate_managed_by(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(manager) = spec.opt("managedBy").map(Value::as_str) else { return };
    let at = at.child("managedBy");
    domain_prefixed_path(manager, &at, errors);
    if manager.len() > MANAGED_BY_LENGTH {
        errors.too_long(&at, MANAGED_BY_LENGTH);
    }
}

/// `acme.io/foo`
fn domain_prefixed_path(value: &str, at: &Path<'_>, errors: &mut Errors) {
    if value.is_empty() {
        return errors.required(at, "");
    }
    let parts = value.split_once('/').filter(|(host, path)| !host.is_empty() && !path.is_empty());
    let Some((host, path)) = parts else {
        let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        return errors.invalid(at, Value::text(value), detail);
    };
    errors.each_invalid(at, host, names::dns1123_subdomain(host));
    if !path.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&letter)) {
        let detail = names::regex_error("Invalid path", r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", &[]);
        errors.invalid(at, Value::text(path), detail);
    }
}

fn validate_mode(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let number = |field: &str| spec.at(field).as_int();
    match spec.opt("completionMode").map(Value::as_str) {
        Some("Indexed") => validate_indexed(spec, at, errors),
        None | Some("NonIndexed") => {
            for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
                if let Some(number) = number(field) {
                    errors.invalid(&at.child(field), number, "requires indexed completion mode");
                }
            }
        }
        Some(other) => {
            let at = at.child("completionMode");
            errors.not_supported(&at, Value::text(other), &["NonIndexed", "Indexed"]);
        }
    }
}

fn validate_indexed(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let number = |field: &str| spec.at(field).as_int();
    let at_most = |field: &'static str, most: i64, detail: String, errors: &mut Errors| {
        if let Some(number) = number(field).filter(|number| *number > most) {
            errors.invalid(&at.child(field), number, detail);
        }
    };
    let completions = number("completions");
    if completions.is_none() {
        errors.required(&at.child("completions"), "when completion mode is Indexed");
    }
    let detail = format!("must be less than or equal to {INDEXES_MAX} when completion mode is Indexed");
    at_most("parallelism", INDEXES_MAX, detail, errors);
    if let Some(completions) = completions {
        let detail = "must be less than or equal to completions".to_owned();
        at_most("maxFailedIndexes", completions, detail, errors);
    }
    let detail = format!("must be less than or equal to {INDEXES_MAX}");
    at_most("maxFailedIndexes", INDEXES_MAX, detail, errors);
    if completions.is_none_or(|it| it <= INDEXES_MAX) || !spec.has("backoffLimitPerIndex") {
        return;
    }
    if !spec.has("maxFailedIndexes") {
        let detail = format!("must be specified when completions is above {INDEXES_MAX}");
        errors.required(&at.child("maxFailedIndexes"), detail);
    }
    for field in ["parallelism", "maxFailedIndexes"] {
        let detail = format!(
            "must be less than or equal to {INDEXES_MAX_OF_LARGE} when completions are above {INDEXES_MAX} and used \
             with backoff limit per index"
        );
        at_most(field, INDEXES_MAX_OF_LARGE, detail, errors);
    }
}

fn validate_replacement(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(policy) = spec.opt("podReplacementPolicy") else { return };
    let supported: &[&str] =
        if spec.has("podFailurePolicy") { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
    if !supported.contains(&policy.as_str()) {
        errors.not_supported(&at.child("podReplacementPolicy"), policy.clone(), supported);
    }
}

fn validate_restart(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let template = at.child("template");
    let pod = template.child("spec");
    let at = pod.child("restartPolicy");
    match spec.at("template").at("spec").str("restartPolicy") {
        "" | "Always" => errors.required(&at, r#"valid values: "OnFailure", "Never""#),
        "OnFailure" if spec.has("podFailurePolicy") => {
            let detail = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.invalid(&at, "OnFailure", detail);
        }
        "OnFailure" | "Never" => {}
        other => errors.not_supported(&at, Value::text(other), &["OnFailure", "Never"]),
    }
}
