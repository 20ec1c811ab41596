//! Errors of parsing and execution, in Go's words, with their places.

use super::quote::quote;
use super::set::Home;

/// Where in a text: the home of the text and a range of bytes in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the text lies.
    pub home: Home,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// Go's whole message: `template: NAME:LINE: ...`.
    pub message: String,
    /// Where it stopped.
    pub place: Place,
}

/// Why an execution ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExecError {
    /// Go's whole message: `template: NAME:LINE:COLUMN: executing "X" at <...>: ...`.
    /// Empty in a cause, whose message is the end of the outer one's.
    pub message: String,
    /// The message without the place: `nil pointer evaluating interface {}.y`;
    /// without the cause's message, when there is one.
    pub reason: String,
    /// The template that was executing, as Go names it.
    pub template: String,
    /// `NAME:LINE:COLUMN`; empty when the error has no place.
    pub location: String,
    /// What failed, when it stands in a template.
    pub place: Option<Place>,
    /// The text of it, as Go prints it between `<` and `>`.
    pub node: String,
    /// What was nil: `.Values.x` of `.Values.x.y`.
    pub nil: Option<String>,
    /// The error inside a template that this one called.
    pub cause: Option<Box<ExecError>>,
    /// Whether a bound of ours ended it, not Go.
    pub is_bound: bool,
    /// How long the messages are that `errors.Unwrap` gives one after the other,
    /// the last one first: each is the end of the message.
    pub(super) lengths: Vec<usize>,
}

impl ExecError {
    pub(super) fn new(message: String, reason: String) -> Self {
        Self {
            message,
            reason,
            template: String::new(),
            location: String::new(),
            place: None,
            node: String::new(),
            nil: None,
            cause: None,
            is_bound: false,
            lengths: Vec::new(),
        }
    }

    pub(super) fn missing(name: &str) -> Self {
        let name = quote(name.as_bytes());
        let message = format!("template: no template {name} associated with template \"gotpl\"");
        Self::new(message.clone(), message)
    }

    /// The error where it began: the innermost template.
    pub fn innermost(&self) -> &Self {
        let mut error = self;
        while let Some(cause) = &error.cause {
            error = cause;
        }
        error
    }

    /// The texts of the errors that Go's `errors.Unwrap` goes through, each once.
    pub fn levels(&self) -> Vec<&str> {
        let end = |length: &usize| self.message.get(self.message.len().checked_sub(*length)?..);
        let mut levels = vec![self.message.as_str()];
        levels.extend(self.lengths.iter().rev().filter_map(end));
        levels.dedup();
        levels
    }
}
