//! The Common Expression Language as Kubernetes 1.36 configures it: parsed,
//! type-checked, its cost estimated, and evaluated within a cost budget.
//!
//! Equal to cel-go v0.26.0 within `apiserver/pkg/cel/environment` v0.36.2, with
//! these differences: maps are gone through in the order of their keys, where Go
//! takes any; of several syntax errors the first is reported; messages cannot be
//! made; time zones known by a name, and the authorizer, are unknown; lists,
//! texts, types and macros have limits where upstream has none.

#![expect(
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "sizes and costs stay far below the bounds, and where not, upstream wraps too"
)]

mod admission;
mod ast;
mod charge;
mod checker;
mod declare;
mod estimate;
mod eval;
mod format_text;
mod formats;
mod functions;
mod issue;
mod lexer;
mod library;
mod literals;
mod macros;
mod native;
mod numbers;
mod parser;
mod plan;
mod quantity_form;
pub mod re2;
pub(crate) mod semver;
mod time;
mod types;
mod unescape;
mod url;
mod value;

pub use declare::{Declaration, escape, untyped, value_of};
pub use eval::Activation;
pub use issue::{Issue, describe};
pub use native::type_of_kind;
pub(crate) use parser::RESERVED;
pub use quantity_form::QuantityForm;
pub use time::Timestamp;
pub use types::{ObjectType, Type};
pub use value::{Key, Library, List, ListKind, Map, Value};

use smol_str::SmolStr;

use self::checker::Checked;
use self::value::Fault;

/// What one evaluation may cost.
pub const COST_PER_CALL: u64 = 1_000_000;
/// What all rules of an object may cost together.
pub const COST_PER_OBJECT: u64 = 10_000_000;
/// What one rule of a CRD may be estimated to cost.
pub const ESTIMATE_PER_RULE: u64 = 10_000_000;
/// What all rules of a CRD may be estimated to cost together.
pub const ESTIMATE_PER_SCHEMA: u64 = 100_000_000;

/// The variables an expression may use, and the version of the libraries.
#[derive(Clone, Debug)]
pub struct Environment {
    minor: u32,
    variables: Vec<(SmolStr, Type)>,
}

impl Default for Environment {
    fn default() -> Self {
        Self::new(36)
    }
}

impl Environment {
    /// No variables, and the libraries of that minor version of Kubernetes.
    pub fn new(minor: u32) -> Self {
        Self { minor, variables: Vec::new() }
    }

    /// With one more variable; one of the same name is replaced.
    pub fn with(mut self, name: impl Into<SmolStr>, kind: Type) -> Self {
        let name = name.into();
        self.variables.retain(|(other, _)| *other != name);
        self.variables.push((name, kind));
        self
    }

    fn minor(&self) -> u32 {
        self.minor
    }

    fn variable(&self, name: &str) -> Option<&Type> {
        self.variables.iter().find(|(other, _)| other == name).map(|(_, kind)| kind)
    }

    /// Parses, type-checks and plans an expression.
    pub fn compile(&self, text: &str) -> Result<Program, Vec<Issue>> {
        let checked = checker::check(parser::parse(text)?, self)?;
        let issues = literals::check(&checked);
        if !issues.is_empty() {
            return Err(issues);
        }
        let root = plan::plan(&checked).map_err(|issue| vec![issue])?;
        Ok(Program { checked, root })
    }
}

/// A compiled expression.
pub struct Program {
    checked: Checked,
    root: plan::Node,
}

impl Program {
    /// The type of what it evaluates to.
    pub fn output_type(&self) -> &Type {
        self.checked.output_type()
    }

    /// Whether it mentions that variable.
    pub fn mentions(&self, variable: &str) -> bool {
        let mut found = false;
        self.checked.root.walk(&mut |expr| {
            found |= matches!(&expr.kind, ast::Kind::Ident(name) if name == variable);
        });
        found
    }

    /// What it may cost at the most where `self` is of that schema.
    pub fn estimate(&self, root: Option<&Declaration>) -> u64 {
        estimate::estimate(&self.checked, root).max
    }

    /// Evaluates it with these variables; what that costs is taken from the budget.
    pub fn evaluate(&self, activation: &Activation, budget: &mut Budget) -> Result<Value, EvalError> {
        let mut evaluator = eval::Evaluator::new(activation, budget.per_call);
        let outcome = evaluator.node(&self.root);
        budget.spend(evaluator.spent);
        outcome.map_err(|fault| match fault {
            Fault::Error(message) => EvalError::Error(message),
            Fault::Unknown => EvalError::Unknown,
            Fault::Stopped(message) => EvalError::Stopped(message),
        })
    }
}

/// Why an evaluation came to no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// An error as cel-go would report it.
    #[error("{0}")]
    Error(String),
    /// The value depends on what cannot be known here.
    #[error("the value depends on what is not known here")]
    Unknown,
    /// It costs more than it may.
    #[error("{0}")]
    Stopped(String),
}

/// What evaluations may still cost.
#[derive(Clone, Debug)]
pub struct Budget {
    per_call: u64,
    left: u64,
    spent: u64,
    overdrawn: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(COST_PER_OBJECT)
    }
}

impl Budget {
    /// As much for all evaluations together, and the usual limit for each.
    pub fn new(left: u64) -> Self {
        Self { per_call: COST_PER_CALL, left, spent: 0, overdrawn: false }
    }

    fn spend(&mut self, cost: u64) {
        self.spent = self.spent.saturating_add(cost);
        self.overdrawn |= cost > self.left;
        self.left = self.left.saturating_sub(cost);
    }

    /// What has been spent so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Whether more was spent than there was: no further rule is evaluated.
    pub fn is_overdrawn(&self) -> bool {
        self.overdrawn
    }
}
