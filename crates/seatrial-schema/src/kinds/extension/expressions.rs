//! CEL expressions of webhooks and admission policies: what they may refer to
//! and what they must evaluate to (`apiserver` 0.36,
//! `pkg/admission/plugin/cel/compile.go`).
#![allow(dead_code, clippy::unnecessary_wraps, reason = "expressions are not compiled yet")]

/// What an expression can refer to beside `object`, `oldObject`, `request` and
/// `namespaceObject`.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    /// `params`
    pub(super) has_params: bool,
    /// `authorizer`
    pub(super) has_authorizer: bool,
    /// The types of patches: `Object`, `JSONPatch`.
    pub(super) has_patch_types: bool,
    /// `variables`, where there may be any.
    pub(super) variables: Option<Vec<Variable>>,
}

/// One of `variables`.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// The type of a variable.
#[derive(Clone, Debug)]
pub(super) struct Kind;

/// What an expression has to evaluate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
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
pub(super) fn compile(_expression: &str, _declared: &Declared, _wanted: Wanted) -> Result<Kind, String> {
    Ok(Kind)
}
