//! `CronJob` (`kubernetes` 1.36, `pkg/apis/batch/v1/defaults.go`,
//! `pkg/apis/batch/validation/validation.go`, `pkg/registry/batch/cronjob/strategy.go`).

use super::{common, job, job_rules};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::pods::PodOptions;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, names};
use crate::schedule;
use crate::value::Value;
use crate::zones::is_time_zone;

pub(super) const CRON_JOB: Strategy = Strategy {
    default,
    prepare_create,
    prepare_update,
    validate,
    validate_update,
    warnings,
    ..Strategy::plain("batch", "v1", "CronJob")
};

/// Served until 1.24, with the same rules.
pub(super) const CRON_JOB_BETA: Strategy = Strategy { version: "v1beta1", ..CRON_JOB };

/// Jobs append eleven letters to a name, and have 63.
const NAME_LENGTH: usize = 52;

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("concurrencyPolicy", "Allow");
    spec.set_default("suspend", false);
    spec.set_default("successfulJobsHistoryLimit", 3);
    spec.set_default("failedJobsHistoryLimit", 1);
    job::default_nested(spec.struct_mut("jobTemplate").struct_mut("spec"));
}

fn job_spec(object: &Value) -> &Value {
    object.at("spec").at("jobTemplate").at("spec")
}

fn drop_disabled(object: &mut Value, old: Option<&Value>) {
    let spec = object.struct_mut("spec").struct_mut("jobTemplate").struct_mut("spec");
    common::drop_disabled(spec, old.map(job_spec));
}

fn prepare_create(object: &mut Value) {
    generations::begin(object);
    drop_disabled(object, None);
}

fn prepare_update(new: &mut Value, old: &Value) {
    drop_disabled(new, Some(old));
    generations::count(new, old);
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
    validate_spec(object.at("spec"), None, errors);
    let name = object.at("metadata").at("name");
    if name.as_str().len() > NAME_LENGTH {
        let meta = Path::new("metadata");
        let detail = format!("must be no more than {NAME_LENGTH} characters");
        errors.invalid(&meta.child("name"), name.clone(), detail);
    }
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    validate_spec(new.at("spec"), Some(old.at("spec")), errors);
}

fn validate_spec(spec: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    let non_negative = |field: &str, errors: &mut Errors| {
        metadata::non_negative(spec.int(field), &at.child(field), errors);
    };
    validate_schedule(spec, old, &at.child("schedule"), errors);
    non_negative("startingDeadlineSeconds", errors);
    let zone = spec.opt("timeZone");
    if old.is_none_or(|old| old.opt("timeZone") != zone)
        && let Some(zone) = zone
    {
        validate_zone(zone, &at.child("timeZone"), errors);
    }
    let concurrency_at = at.child("concurrencyPolicy");
    match spec.str("concurrencyPolicy") {
        "Allow" | "Forbid" | "Replace" => {}
        "" => errors.required(&concurrency_at, ""),
        other => errors.not_supported(&concurrency_at, Value::text(other), &["Allow", "Forbid", "Replace"]),
    }
    let options = old.map(|old| old.at("jobTemplate").at("spec").at("template"));
    validate_job(spec, &at.child("jobTemplate"), errors, &PodOptions::of_template(options));
    non_negative("successfulJobsHistoryLimit", errors);
    non_negative("failedJobsHistoryLimit", errors);
}

fn validate_schedule(spec: &Value, old: Option<&Value>, at: &Path<'_>, errors: &mut Errors) {
    let text = spec.str("schedule");
    if text.is_empty() {
        return errors.required(at, "");
    }
    let value = || Value::text(text);
    if let Err(fault) = schedule::parse(text) {
        errors.invalid(at, value(), fault.said);
    }
    if !text.contains("TZ") {
        return;
    }
    if !old.is_some_and(|old| old.str("schedule").contains("TZ")) {
        errors.invalid(at, value(), "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if spec.has("timeZone") {
        errors.invalid(at, value(), "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}

fn validate_zone(zone: &Value, at: &Path<'_>, errors: &mut Errors) {
    let name = zone.as_str();
    if name.is_empty() {
        return errors.invalid(at, zone.clone(), "timeZone must be nil or non-empty string");
    }
    let unknown = || format!("unknown time zone {name}");
    if !name.split('/').all(is_part_of_zone) {
        return errors.invalid(at, zone.clone(), unknown());
    }
    if name.eq_ignore_ascii_case("Local") {
        let detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.invalid(at, zone.clone(), detail);
    }
    // Go takes `Local` for the zone of the machine.
    if name != "Local" && !is_time_zone(name) {
        let detail = if name.contains("..") { "time: invalid location name".to_owned() } else { unknown() };
        errors.invalid(at, zone.clone(), detail);
    }
}

fn is_part_of_zone(part: &str) -> bool {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b".-_+".contains(&letter);
    !matches!(part, "." | "..")
        && !part.starts_with('-')
        && (1..=14).contains(&part.len())
        && part.bytes().all(is_letter)
}

fn validate_job(spec: &Value, at: &Path<'_>, errors: &mut Errors, options: &PodOptions) {
    let job = spec.at("jobTemplate").at("spec");
    let at = at.child("spec");
    job_rules::validate(job, &at, errors, options);
    if let Some(selector) = job.opt("selector") {
        errors.invalid(&at.child("selector"), selector.clone(), "`selector` will be auto-generated");
    }
    if job.bool("manualSelector") {
        errors.not_supported(&at.child("manualSelector"), true, &["nil", "false"]);
    }
}

fn warnings(object: &Value) -> Vec<String> {
    let spec = Path::new("spec");
    let template = spec.child("jobTemplate");
    let mut warnings: Vec<_> = common::name_warning(object).into_iter().collect();
    warnings.extend(job::spec_warnings(job_spec(object), &template.child("spec")));
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str, old: Option<&str>) -> Vec<String> {
        let mut errors = Errors::new();
        let (spec, old) = (value(spec), old.map(value));
        validate_schedule(&spec, old.as_ref(), &Path::new("schedule"), &mut errors);
        if let Some(zone) = spec.opt("timeZone") {
            validate_zone(zone, &Path::new("timeZone"), &mut errors);
        }
        fields(&errors)
    }

    #[test]
    fn a_zone_stands_in_its_own_field() {
        let [schedule, zone] = ["schedule FieldValueInvalid", "timeZone FieldValueInvalid"];
        let in_schedule = "{schedule: TZ=UTC 0 0 * * *}";
        for (spec, old, expected) in [
            ("{schedule: 0 0 * * *, timeZone: Etc/UTC}", None, &[][..]),
            (in_schedule, None, &[schedule]),
            (in_schedule, Some(in_schedule), &[]),
            ("{schedule: TZ=UTC 0 0 * * *, timeZone: UTC}", Some(in_schedule), &[schedule]),
            ("{schedule: 0 0 * * *, timeZone: ''}", None, &[zone]),
            ("{schedule: 0 0 * * *, timeZone: Mars/Base}", None, &[zone]),
            ("{schedule: 0 0 * * *, timeZone: ../UTC}", None, &[zone]),
            ("{schedule: 0 0 * * *, timeZone: Local}", None, &[zone]),
            ("{schedule: 0 0 * * *, timeZone: local}", None, &[zone, zone]),
        ] {
            assert_eq!(refused(spec, old), expected, "{spec}");
        }
    }
}
