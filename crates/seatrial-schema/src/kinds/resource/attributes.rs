//! One attribute of a device: exactly one value.

use std::sync::LazyLock;

use regex::Regex;

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

const VALUE_LENGTH: usize = 64;
const FIELDS: [&str; 8] = ["int", "bool", "string", "version", "ints", "bools", "strings", "versions"];

type Rule = fn(&str, &Path<'_>, &mut Errors);

/// Rules for an attribute.
pub(super) fn validate(attribute: &Value, at: &Path<'_>, errors: &mut Errors) {
    let rules: [(&str, Rule); 2] = [("string", text), ("version", version)];
    for (field, rule) in rules {
        if let Some(value) = attribute.opt(field) {
            rule(value.as_str(), &at.child(field), errors);
        }
    }
    for field in ["bools", "ints", "strings", "versions"] {
        if attribute.has(field) && attribute.items(field).is_empty() {
            errors.invalid(&at.child(field), attribute.at(field).clone(), "must not be empty if specified");
        }
        let Some((_, rule)) = rules.iter().find(|(one, _)| field.strip_suffix('s') == Some(one)) else {
            continue;
        };
        let at = at.child(field);
        for (index, value) in attribute.items(field).iter().enumerate() {
            rule(value.as_str(), &at.index(index), errors);
        }
    }
    match FIELDS.iter().filter(|field| attribute.has(field)).count() {
        0 => errors.invalid(at, "", "exactly one value must be specified"),
        1 => {}
        _ => errors.invalid(at, attribute.clone(), "exactly one value must be specified"),
    }
}

fn text(value: &str, at: &Path<'_>, errors: &mut Errors) {
    if value.len() > VALUE_LENGTH {
        errors.too_long(at, VALUE_LENGTH);
    }
}

fn version(value: &str, at: &Path<'_>, errors: &mut Errors) {
    static SEMVER: LazyLock<Regex> = LazyLock::new(|| {
        const NUMBER: &str = "(0|[1-9][0-9]*)";
        const EARLY: &str = "(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
        const BUILD: &str = "[0-9a-zA-Z-]+";
        let pattern =
            format!(r"^{NUMBER}\.{NUMBER}\.{NUMBER}(-{EARLY}(\.{EARLY})*)?(\+{BUILD}(\.{BUILD})*)?$");
        Regex::new(&pattern).expect("the pattern is fixed")
    });
    if !SEMVER.is_match(value) {
        errors.invalid(at, value, "must be a string compatible with semver.org spec 2.0.0");
    }
    text(value, at, errors);
}
