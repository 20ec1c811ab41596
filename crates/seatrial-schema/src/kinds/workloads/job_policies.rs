//! What a `Job` makes of failed pods, and when it counts as done (`kubernetes`
//! 1.36, `pkg/apis/batch/validation/validation.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::value::Value;

const RULES_MAX: usize = 20;
const EXIT_CODES_MAX: usize = 255;
const PATTERNS_MAX: usize = 20;
const INDEXES_LENGTH: usize = 64 * 1024;

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: [&str; 2] = ["In", "NotIn"];
const STATUSES: [&str; 3] = ["False", "True", "Unknown"];

/// Rules for `podFailurePolicy`.
pub(super) fn validate_failure(spec: &Value, policy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("rules");
    let rules = policy.items("rules");
    if rules.len() > RULES_MAX {
        errors.too_many(&at, rules.len(), RULES_MAX);
    }
    for (index, rule) in rules.iter().enumerate() {
        validate_failure_rule(spec, rule, &at.index(index), errors);
    }
}

fn validate_failure_rule(spec: &Value, rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let action_at = at.child("action");
    match rule.str("action") {
        "" => errors.required(&action_at, valid_values(&ACTIONS)),
        "FailIndex" if spec.has("backoffLimitPerIndex") => {}
        "FailIndex" => {
            errors.invalid(&action_at, "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
        action if ACTIONS.contains(&action) => {}
        other => errors.not_supported(&action_at, Value::text(other), &ACTIONS),
    }
    let patterns = rule.items("onPodConditions");
    if let Some(codes) = rule.opt("onExitCodes") {
        validate_exit_codes(spec, codes, &at.child("onExitCodes"), errors);
    }
    validate_patterns(patterns, &at.child("onPodConditions"), errors);
    let detail = match (rule.has("onExitCodes"), patterns.is_empty()) {
        (true, false) => "specifying both OnExitCodes and OnPodConditions is not supported",
        (false, true) => "specifying one of OnExitCodes and OnPodConditions is required",
        _ => return,
    };
    errors.add(crate::errors::Reason::Invalid, at, None, detail);
}

fn validate_patterns(patterns: &[Value], at: &Path<'_>, errors: &mut Errors) {
    if patterns.len() > PATTERNS_MAX {
        errors.too_many(at, patterns.len(), PATTERNS_MAX);
    }
    for (index, pattern) in patterns.iter().enumerate() {
        let at = at.index(index);
        let kind = pattern.str("type");
        errors.each_invalid(&at.child("type"), kind, names::label_key(kind));
        one_of(pattern.str("status"), &STATUSES, &at.child("status"), errors);
    }
}

fn validate_exit_codes(spec: &Value, codes: &Value, at: &Path<'_>, errors: &mut Errors) {
    one_of(codes.str("operator"), &OPERATORS, &at.child("operator"), errors);
    if let Some(name) = codes.opt("containerName") {
        let pod = spec.at("template").at("spec");
        let mut all = pod.items("containers").iter().chain(pod.items("initContainers"));
        if !all.any(|container| container.str("name") == name.as_str()) {
            let detail = "must be one of the container or initContainer names in the pod template";
            errors.invalid(&at.child("containerName"), name.clone(), detail);
        }
    }
    let values = codes.items("values");
    let values_at = at.child("values");
    if values.is_empty() {
        errors.invalid(&values_at, codes.at("values").clone(), "at least one value is required");
    } else if values.len() > EXIT_CODES_MAX {
        errors.too_many(&values_at, values.len(), EXIT_CODES_MAX);
    }
    let mut seen = std::collections::BTreeSet::new();
    let number = |value: &Value| value.as_int().unwrap_or_default();
    for (index, value) in values.iter().map(number).enumerate() {
        let at = values_at.index(index);
        if codes.str("operator") == "In" && value == 0 {
            errors.invalid(&at, value, "must not be 0 for the In operator");
        }
        if !seen.insert(value) {
            errors.duplicate(&at, value);
        }
    }
    if !values.iter().map(number).is_sorted() {
        errors.invalid(&values_at, codes.at("values").clone(), "must be ordered");
    }
}

fn one_of(value: &str, supported: &[&str], at: &Path<'_>, errors: &mut Errors) {
    if value.is_empty() {
        errors.required(at, valid_values(supported));
    } else if !supported.contains(&value) {
        errors.not_supported(at, Value::text(value), supported);
    }
}

fn valid_values(supported: &[&str]) -> String {
    format!("valid values: [\"{}\"]", supported.join("\" \""))
}

/// Rules for `successPolicy` of an indexed job.
pub(super) fn validate_success(spec: &Value, policy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("rules");
    let rules = policy.items("rules");
    if rules.is_empty() {
        errors.required(&at, "at least one rules must be specified when the successPolicy is specified");
    }
    if rules.len() > RULES_MAX {
        errors.too_many(&at, rules.len(), RULES_MAX);
    }
    // Upstream's handler panics where the number of completions is missing; it
    // has been refused before, so that nothing more has to be said.
    let completions = spec.at("completions").as_int();
    for (index, rule) in rules.iter().enumerate() {
        validate_success_rule(completions, rule, &at.index(index), errors);
    }
}

fn validate_success_rule(completions: Option<i64>, rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (indexes, count) = (rule.opt("succeededIndexes"), rule.at("succeededCount").as_int());
    if indexes.is_none() && count.is_none() {
        errors.required(at, "at least one of succeededCount or succeededIndexes must be specified");
    }
    let Some(completions) = completions else { return };
    let mut total = 0;
    if let Some(text) = indexes.map(Value::as_str) {
        let at = at.child("succeededIndexes");
        if text.len() > INDEXES_LENGTH {
            errors.too_long(&at, INDEXES_LENGTH);
        }
        match count_indexes(text, completions) {
            Ok(count) => total = count,
            Err(reason) => {
                errors.invalid(&at, Value::text(text), format!("error parsing succeededIndexes: {reason}"));
            }
        }
    }
    let Some(count) = count else { return };
    let at = at.child("succeededCount");
    metadata::non_negative(count, &at, errors);
    if count > completions {
        let detail =
            format!("must be less than or equal to {completions} (the number of specified completions)");
        errors.invalid(&at, count, detail);
    }
    if indexes.is_some() && count > total {
        let detail = format!(
            "must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
        );
        errors.invalid(&at, count, detail);
    }
}

/// How many indexes `1,3-5` names, all below `completions`.
fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    let (mut total, mut last) = (0, None);
    if text.is_empty() {
        return Ok(0);
    }
    for interval in text.split(',') {
        let (first, end) = index_interval(interval, completions)?;
        if let Some(last) = last.filter(|last| *last >= first) {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

fn index_interval(text: &str, completions: i64) -> Result<(i64, i64), String> {
    let mut ends = text.split('-');
    let first = ends.next().unwrap_or_default();
    let last = ends.next();
    if ends.next().is_some() {
        return Err(format!(
            "the fragment {text:?} violates the requirement that an index interval can have at most two parts \
             separated by '-'"
        ));
    }
    let first = index(first, completions)?;
    let Some(last) = last else { return Ok((first, first)) };
    let last = index(last, completions)?;
    if first >= last {
        return Err(format!("non-increasing order, previous: {first}, current: {last}"));
    }
    Ok((first, last))
}

fn index(text: &str, completions: i64) -> Result<i64, String> {
    let index: i64 =
        text.parse().map_err(|_| format!("cannot convert string to integer for index: {text:?}"))?;
    if index < completions { Ok(index) } else { Err(format!("too large index: {text:?}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn indexes_are_counted_in_order() {
        let rows = [
            ("", Ok(0)),
            ("0", Ok(1)),
            ("0,2-4", Ok(4)),
            ("3-3", Err("non-increasing order, previous: 3, current: 3")),
            ("2,1", Err("non-increasing order, previous: 2, current: 1")),
            ("10", Err("too large index: \"10\"")),
            ("a", Err("cannot convert string to integer for index: \"a\"")),
        ];
        for (text, expected) in rows {
            assert_eq!(count_indexes(text, 10), expected.map_err(str::to_owned), "{text}");
        }
        assert!(count_indexes("1-2-3", 10).is_err());
    }

    fn refused(policy: &str) -> Vec<String> {
        let spec = value("{template: {spec: {containers: [{name: a}]}}}");
        let mut errors = Errors::new();
        validate_failure(&spec, &value(&format!("{{rules: [{policy}]}}")), &Path::new("p"), &mut errors);
        fields(&errors).into_iter().map(|line| line.replace("p.rules[0]", "r")).collect()
    }

    #[test]
    fn a_rule_looks_at_exit_codes_or_at_conditions() {
        let codes = |rest: &str| format!("{{action: FailJob, onExitCodes: {{{rest}}}}}");
        for (rule, expected) in [
            (codes("operator: In, values: [1, 2], containerName: a"), &[][..]),
            (codes("operator: In, values: [0]"), &["r.onExitCodes.values[0] FieldValueInvalid"]),
            (
                codes("operator: NotIn, values: [2, 1, 1], containerName: b"),
                &[
                    "r.onExitCodes.containerName FieldValueInvalid",
                    "r.onExitCodes.values[2] FieldValueDuplicate",
                    "r.onExitCodes.values FieldValueInvalid",
                ],
            ),
            (
                codes(""),
                &["r.onExitCodes.operator FieldValueRequired", "r.onExitCodes.values FieldValueInvalid"],
            ),
            ("{action: Ignore, onPodConditions: [{type: A, status: 'True'}]}".to_owned(), &[]),
            (
                "{action: Skip, onPodConditions: [{type: A, status: Maybe}]}".to_owned(),
                &["r.action FieldValueNotSupported", "r.onPodConditions[0].status FieldValueNotSupported"],
            ),
            ("{action: FailIndex}".to_owned(), &["r.action FieldValueInvalid", "r FieldValueInvalid"]),
        ] {
            assert_eq!(refused(&rule), expected, "{rule}");
        }
    }

    #[test]
    fn success_is_counted_within_the_completions() {
        for (rule, expected) in [
            ("{succeededIndexes: '0-2', succeededCount: 3}", &[][..]),
            ("{succeededIndexes: '0-2', succeededCount: 4}", &["r.succeededCount FieldValueInvalid"]),
            ("{succeededCount: 9}", &["r.succeededCount FieldValueInvalid"]),
            ("{}", &["r FieldValueRequired"]),
        ] {
            let mut errors = Errors::new();
            validate_success_rule(Some(5), &value(rule), &Path::new("r"), &mut errors);
            assert_eq!(fields(&errors), expected, "{rule}");
        }
    }
}
