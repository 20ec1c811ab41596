//! Fields that hold one of a few words.

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// A field that is one of `supported` if it is there.
pub fn optional(holder: &Value, field: &str, supported: &[&str], at: &Path<'_>, errors: &mut Errors) {
    if let Some(word) = holder.opt(field).filter(|word| !supported.contains(&word.as_str())) {
        errors.not_supported(&at.child(field), word.clone(), supported);
    }
}

/// A field that has to be one of `supported`; where it is absent, or empty, it is missing.
pub fn required(holder: &Value, field: &str, supported: &[&str], at: &Path<'_>, errors: &mut Errors) {
    match holder.str(field) {
        "" => errors.required(&at.child(field), ""),
        _ => optional(holder, field, supported, at, errors),
    }
}
