//! The counts that the `scale` subresource reads
//! (`pkg/registry/customresource/validator.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// The rules for the fields that a subresource names.
pub(super) fn validate(scale: &Value, object: &Value, errors: &mut Errors) {
    for field in ["specReplicasPath", "statusReplicasPath"] {
        let written = scale.str(field);
        let steps = written.trim_start_matches('.').split('.');
        let mut value = Some(object);
        for step in steps.take(64) {
            value = value.and_then(|value| value.as_map()).and_then(|map| map.value(step));
        }
        let Some(count) = value.and_then(Value::as_int).filter(|_| !written.is_empty()) else { continue };
        let at = Path::new(written);
        if count < 0 {
            errors.invalid(&at, count, "should be a non-negative integer");
        } else if count > i64::from(i32::MAX) {
            errors.invalid(&at, count, format!("should be less than or equal to {}", i32::MAX));
        }
    }
}
