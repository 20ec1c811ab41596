//! Pods, pod templates, and everything about pod specs that other kinds share
//! (`pkg/apis/core/v1/defaults.go`, `pkg/apis/core/validation/validation.go`,
//! `pkg/api/pod`, `pkg/registry/core/{pod,podtemplate}/strategy.go`, 1.36).

#![allow(dead_code, reason = "the families that use the rest are still to come")]

mod options;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::value::Value;

pub(crate) use options::PodOptions;

/// What the server does with pods and pod templates.
pub(crate) const KINDS: &[Strategy] = &[];

/// Fills in a pod spec as it stands in a template; a pod of its own gets more.
pub(crate) fn default_pod_spec(_spec: &mut Value) {}

/// The rules for a pod template (`metadata` and `spec`) at `path`, as
/// `ValidatePodTemplateSpec` has them.
pub(crate) fn validate_pod_template(
    _template: &Value,
    _path: &Path<'_>,
    _errors: &mut Errors,
    _options: &PodOptions,
) {
}

/// Drops what disabled features carry from a template's `spec` before it is
/// validated; `old` is the stored template of an update.
pub(crate) fn drop_disabled_fields(_template: &mut Value, _old: Option<&Value>) {}

/// What the server warns of in the pod template at `path`; `old` is the stored
/// template of an update.
pub(crate) fn pod_template_warnings(
    _path: &Path<'_>,
    _template: &Value,
    _old: Option<&Value>,
) -> Vec<String> {
    Vec::new()
}
