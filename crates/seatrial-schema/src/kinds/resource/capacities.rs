//! How much of a shared device's capacity a request may ask for.

use std::collections::BTreeSet;

use seatrial_model::Quantity;

use super::each;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::quantities;
use crate::value::Value;

const OPTIONS_MOST: usize = 10;

/// Rules for the policy of a capacity of that size.
pub(super) fn request_policy(size: &Value, policy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let has_values = !policy.items("validValues").is_empty();
    let field = match (has_values, policy.has("validRange")) {
        (true, true) => {
            let detail = "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time";
            return errors.forbidden(at, detail);
        }
        (true, false) => "validValues",
        (false, true) => "validRange",
        (false, false) => return,
    };
    let Some(default) = policy.opt("default") else {
        return errors.required(&at.child("default"), format!("required when {field} is defined"));
    };
    let at = at.child(field);
    if has_values {
        valid_values(quantities::of(size), default, policy.items("validValues"), &at, errors);
    } else {
        valid_range(quantities::of(size), default, policy.at("validRange"), &at, errors);
    }
}

fn valid_values(size: Quantity, default: &Value, options: &[Value], at: &Path<'_>, errors: &mut Errors) {
    for (index, pair) in options.windows(2).enumerate() {
        if quantities::of(&pair[0]) > quantities::of(&pair[1]) {
            errors.invalid(&at.index(index + 1), pair[1].clone(), "values must be sorted in ascending order");
        }
    }
    let mut has_default = false;
    let is_short = each(options, Some(OPTIONS_MOST), at, errors, |option, at, errors| {
        if quantities::of(option) > size {
            let detail = format!("option is larger than capacity value: {size}");
            errors.invalid(at, option.clone(), detail);
        }
        has_default |= quantities::of(option) == quantities::of(default);
    });
    let mut seen = BTreeSet::new();
    for (index, option) in options.iter().enumerate().filter(|_| is_short) {
        let whole = quantities::of(option).value();
        if !seen.insert(whole) {
            errors.duplicate(&at.index(index), whole.to_string().as_str());
        }
    }
    if !has_default {
        errors.invalid(at, default.clone(), "default value is not valid according to the requestPolicy");
    }
}

fn valid_range(size: Quantity, default: &Value, range: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (at_least, at_most, at_step) = (at.child("min"), at.child("max"), at.child("step"));
    let Some(min) = range.opt("min") else {
        return errors.required(&at_least, "required when validRange is defined");
    };
    let least = quantities::of(min);
    if least > size {
        errors.invalid(&at_least, min.clone(), format!("min is larger than capacity value: {size}"));
    }
    if quantities::of(default) < least {
        errors.invalid(&at_least, default.clone(), format!("default is less than min: {least}"));
    }
    let max = range.opt("max");
    if let Some(max) = max {
        let most = quantities::of(max);
        if least > most {
            errors.invalid(&at_most, min.clone(), format!("min is larger than max: {most}"));
        }
        if most > size {
            errors.invalid(&at_most, max.clone(), format!("max is larger than capacity value: {size}"));
        }
        if quantities::of(default) > most {
            errors.invalid(&at_most, default.clone(), format!("default is more than max: {most}"));
        }
    }
    let Some(step) = range.opt("step") else { return };
    let width = quantities::of(step);
    let first = least.plus(width);
    if first > size {
        let detail = format!("one step {first} is larger than capacity value: {size}");
        errors.invalid(&at_step, step.clone(), detail);
    }
    for value in std::iter::once(default).chain(max) {
        let distance = quantities::of(value).value().wrapping_sub(least.value());
        // A step of zero makes upstream panic; it is refused all the same.
        if distance.checked_rem(width.value()) != Some(0) {
            let detail = format!("value is not a multiple of a given step ({width}) from ({least})");
            errors.invalid(&at_step, value.clone(), detail);
        }
    }
}
