//! Questions to the authorizer. They can be put, but nobody here knows the
//! answer: whatever depends on it is unknown.

use super::super::value::{Fault, Library, Outcome, Value};
use super::wrong;

const NAMES: [(&str, &str); 5] = [
    ("authz.Authorizer", "kubernetes.authorization.Authorizer"),
    ("authz.PathCheck", "kubernetes.authorization.PathCheck"),
    ("authz.GroupCheck", "kubernetes.authorization.GroupCheck"),
    ("authz.ResourceCheck", "kubernetes.authorization.ResourceCheck"),
    ("authz.Decision", "kubernetes.authorization.Decision"),
];

/// The whole name of a type by the short one signatures use.
pub(in super::super) fn type_named(short: &str) -> &'static str {
    NAMES.iter().find(|(name, _)| *name == short).map_or("", |(_, name)| name)
}

fn asked(short: &str) -> Value {
    Value::Library(Library::Authorizer(type_named(short)))
}

fn text_after_authorizer(args: &[Value]) -> Option<&str> {
    match args {
        [Value::Library(Library::Authorizer(_)), Value::Text(text)] => Some(text),
        _ => None,
    }
}

pub(in super::super) fn path(args: &[Value]) -> Outcome {
    match text_after_authorizer(args) {
        Some(text) if text.trim().is_empty() => Err(Fault::error("path must not be empty")),
        Some(_) => Ok(asked("authz.PathCheck")),
        None => wrong(),
    }
}

pub(in super::super) fn group(args: &[Value]) -> Outcome {
    match text_after_authorizer(args) {
        Some(_) => Ok(asked("authz.GroupCheck")),
        None => wrong(),
    }
}

pub(in super::super) fn service_account(args: &[Value]) -> Outcome {
    match args {
        [value @ Value::Library(Library::Authorizer(_)), Value::Text(_), Value::Text(_)] => Ok(value.clone()),
        _ => wrong(),
    }
}

pub(in super::super) fn resource(args: &[Value]) -> Outcome {
    match text_after_authorizer(args) {
        Some(text) if text.trim().is_empty() => Err(Fault::error("resource must not be empty")),
        Some(_) => Ok(asked("authz.ResourceCheck")),
        None => wrong(),
    }
}

/// The same question about fewer objects.
pub(in super::super) fn narrowed(args: &[Value]) -> Outcome {
    match text_after_authorizer(args) {
        Some(_) => Ok(asked("authz.ResourceCheck")),
        None => wrong(),
    }
}

pub(in super::super) fn unknown(_: &[Value]) -> Outcome {
    Err(Fault::Unknown)
}
