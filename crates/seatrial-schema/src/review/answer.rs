//! Answers, and how the server words refusals
//! (`apimachinery` `pkg/api/errors/errors.go`).

use crate::errors::{Errors, FieldError};
use crate::value::Value;

/// An answer that ends the request.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Box<Answer>);

/// What the server says.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub code: u16,
    /// The reason of a Status, empty if accepted.
    pub reason: &'static str,
    /// The message of a Status.
    pub message: String,
    /// Why an object is invalid, in the server's order.
    pub causes: Vec<FieldError>,
    /// What it warns of.
    pub warnings: Vec<String>,
    /// What policies could not be asked: an object that is taken may be refused yet.
    pub unanswered: Vec<String>,
    /// The object it would store, as it prints it.
    pub object: Option<Value>,
}

impl Answer {
    /// Whether the object is taken.
    pub fn accepted(&self) -> bool {
        (200..300).contains(&self.code)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Refused {
        Refused::from(Self { code: 400, reason: "BadRequest", message: message.into(), ..Self::default() })
    }

    pub(super) fn not_found() -> Refused {
        let message = "the server could not find the requested resource".to_owned();
        Refused::from(Self { code: 404, reason: "NotFound", message, ..Self::default() })
    }

    /// `resource` with its group.
    pub(super) fn conflict(resource: &str, name: &str, why: &str) -> Refused {
        let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
        Refused::from(Self { code: 409, reason: "Conflict", message, ..Self::default() })
    }

    /// `kind` with its group.
    pub(super) fn invalid(kind: &str, name: &str, errors: &Errors) -> Refused {
        let causes = errors.as_slice().to_vec();
        let message = format!("{kind} {name:?} is invalid: {}", aggregate(&causes));
        Refused::from(Self { code: 422, reason: "Invalid", message, causes, ..Self::default() })
    }
}

impl From<Answer> for Refused {
    fn from(answer: Answer) -> Self {
        Self(Box::new(answer))
    }
}

/// Several messages as one: each once, in brackets if there are more.
fn aggregate(causes: &[FieldError]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in causes.iter().map(ToString::to_string) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    match lines.as_slice() {
        [line] => line.clone(),
        _ => format!("[{}]", lines.join(", ")),
    }
}
