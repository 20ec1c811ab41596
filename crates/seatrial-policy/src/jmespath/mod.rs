//! `JMESPath` as Kyverno has it: a path to a key that is not there is an error that
//! `||`, comparisons and arguments forgive, and there are functions of its own.
//!
//! Expressions, their depth and the work that they make are bounded.

mod arithmetic;
mod functions;
mod interpreter;
mod lexer;
mod parser;
mod printing;
#[cfg(test)]
mod tests;

use seatrial_schema::Value;

pub(crate) use interpreter::{Scope, Work, equals, number};
pub(crate) use printing::{of_json, scalar};
pub(crate) use seatrial_schema::json::text as json;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A key is not there.
    NotFound(String),
    /// It is wrong, or is given what it does not take.
    Error(String),
    /// It hangs on something that is not known here.
    Unknown(String),
}

impl Stop {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::NotFound(key) => format!("unknown key {key:?} in path"),
            Self::Error(why) | Self::Unknown(why) => why.clone(),
        }
    }
}

/// What an expression makes of what is known.
pub(crate) fn search(expression: &str, scope: &Scope<'_>, work: &mut Work) -> Result<Value, Stop> {
    let tree = parser::parse(expression).map_err(Stop::Error)?;
    interpreter::evaluate(&tree, scope, work)
}
