//! CEL expressions inside built-in kinds: what they may refer to and what they
//! must evaluate to (`apiserver` 0.36, `pkg/admission/plugin/cel/compile.go`;
//! `dynamic-resource-allocation`, `cel/compile.go`).
#![allow(
    dead_code,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "expressions are not compiled yet"
)]

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// What an expression can refer to beside `object`, `oldObject`, `request` and
/// `namespaceObject`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// `params`
    pub(crate) has_params: bool,
    /// `authorizer`
    pub(crate) has_authorizer: bool,
    /// The types of patches: `Object`, `JSONPatch`.
    pub(crate) has_patch_types: bool,
    /// `variables`, where there may be any.
    pub(crate) variables: Option<Vec<Variable>>,
}

/// One of `variables`.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// The type of a variable.
#[derive(Clone, Debug)]
pub(crate) struct Kind;

/// What an expression has to evaluate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    Bool,
    Text,
    TextOrNull,
    /// `Object`, for an apply configuration.
    Object,
    /// A list of `JSONPatch`.
    Patches,
}

/// The type of an expression, or what the server says of it.
pub(crate) fn compile(_expression: &str, _declared: &Declared, _wanted: Wanted) -> Result<Kind, String> {
    Ok(Kind)
}

/// The same for an expression that can refer to `device`.
pub(crate) fn compile_for_device(_expression: &str, _wanted: Wanted) -> Result<Kind, String> {
    Ok(Kind)
}

/// What the rules of a schema can refer to: the schema as a type.
#[derive(Clone, Debug)]
pub(crate) struct Scope;

impl Scope {
    /// For the schema of a whole resource.
    pub(crate) fn of_root(_schema: &Value) -> Self {
        Self
    }

    /// For the values of a map.
    pub(crate) fn of_values(&self, _schema: &Value) -> Self {
        Self
    }

    /// For a property of that name.
    pub(crate) fn of_property(&self, _schema: &Value, _name: &str) -> Self {
        Self
    }

    /// For the items of a list.
    pub(crate) fn of_items(&self, _schema: &Value) -> Self {
        Self
    }

    /// Compiles the rules of a schema; `uncorrelated` is where the old value is lost.
    pub(crate) fn check_rules(
        &self,
        _schema: &Value,
        _uncorrelated: Option<&str>,
        _at: &Path<'_>,
        _errors: &mut Errors,
    ) {
    }

    /// What all rules together may cost.
    pub(crate) fn total_cost(&self, _at: &Path<'_>, _errors: &mut Errors) {}
}

/// Whether a default fulfils the rules of its schema.
pub(crate) fn check_default(_schema: &Value, _default: &Value, _at: &Path<'_>, _errors: &mut Errors) {}

/// Why a pattern cannot be used.
pub(crate) fn wrong_pattern(pattern: &str) -> Option<String> {
    let wrong = regex::Regex::new(pattern).err()?;
    Some(format!("error parsing regexp: {wrong}"))
}

/// Whether a text matches a pattern; nothing where the pattern is wrong.
pub(crate) fn pattern_matches(pattern: &str, text: &str) -> Option<bool> {
    regex::Regex::new(pattern).ok().map(|pattern| pattern.is_match(text))
}
