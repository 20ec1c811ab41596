//! CEL expressions inside built-in kinds: what they may refer to and what they
//! must evaluate to (`apiserver` 0.36, `pkg/admission/plugin/cel/compile.go`;
//! `dynamic-resource-allocation`, `cel/compile.go`).
#![allow(dead_code, clippy::unnecessary_wraps, reason = "expressions are not compiled yet")]

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
