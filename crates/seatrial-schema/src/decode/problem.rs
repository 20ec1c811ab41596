//! What is wrong with a written object, in the server's words.

use std::fmt::Write;

use seatrial_source::Span;
use seatrial_yaml::{Dialect, Entry, FieldPath, Node, PathStep, Value as Written};

use super::{Decoder, Meant, Step, number};

/// More than a person reads.
const MOST: usize = 1000;

/// One thing that is wrong with a written object.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// The field; of an unknown or duplicate one, that field.
    pub path: FieldPath,
    /// Where it is written: the key of an unknown or duplicate field, else the value.
    pub span: Span,
    /// The server's words.
    pub message: String,
    /// Whether the server itself passes it over: it looks for unknown and
    /// duplicate fields nowhere below a type that reads its own JSON.
    pub unseen: bool,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The type has no such field.
    UnknownField {
        /// The field that was probably meant.
        meant: Option<Meant>,
    },
    /// The field is there a second time.
    DuplicateField,
    /// The value has another type than the field.
    WrongType,
    /// The value is no quantity, no time, no Base64.
    Malformed {
        /// Whether the server stops there and forgets what it found before.
        stops: bool,
    },
}

impl Problem {
    /// Whether only a strict server refuses it.
    pub fn is_strict(&self) -> bool {
        matches!(self.kind, ProblemKind::UnknownField { .. } | ProblemKind::DuplicateField)
    }
}

impl Decoder<'_, '_> {
    fn report(&mut self, kind: ProblemKind, path: FieldPath, span: Span, message: String) {
        if self.problems.len() < MOST {
            let unseen = self.custom > 0 && matches!(kind, ProblemKind::UnknownField { .. });
            self.problems.push(Problem { kind, path, span, message, unseen });
        }
    }

    pub(super) fn strict(&mut self, kind: ProblemKind, entry: &Entry<'_>) {
        let path = self.path().key(&entry.name());
        let word = if kind == ProblemKind::DuplicateField { "duplicate" } else { "unknown" };
        let message = format!("{word} field {:?}", dotted(&path));
        self.report(kind, path, entry.key.written_span(), message);
    }

    pub(super) fn malformed(&mut self, node: Node<'_>, stops: bool, message: String) {
        self.report(ProblemKind::Malformed { stops }, self.path(), node.written_span(), message);
    }

    /// The value is of a JSON type that the Go type cannot hold.
    pub(super) fn wrong_type(&mut self, node: Node<'_>, go: &str) {
        let word = match node.value() {
            Written::Bool(_) => "bool",
            Written::Str(_) => "string",
            Written::Sequence => "array",
            Written::Mapping => "object",
            Written::Null => "null",
            _ => "number",
        };
        self.cannot_hold(node, word, go);
    }

    /// The value is a number that the Go type cannot hold.
    pub(super) fn wrong_number(&mut self, node: Node<'_>, go: &str) {
        let literal = match self.dialect {
            Dialect::Json => node.source_text().to_owned(),
            _ => number::json(node),
        };
        self.cannot_hold(node, &format!("number {literal}"), go);
    }

    fn cannot_hold(&mut self, node: Node<'_>, value: &str, go: &str) {
        let mut message = format!("json: cannot unmarshal {value} into Go ");
        let structs = || {
            self.steps.iter().filter_map(|step| match step {
                Step::Field(of, field) => Some((of, field)),
                _ => None,
            })
        };
        let written = match structs().next_back() {
            None => write!(message, "value"),
            Some((of, _)) => {
                let fields = structs().map(|(_, field)| format!("{}{}", field.within, field.name));
                write!(message, "struct field {}.{}", of.go_name(), fields.collect::<Vec<_>>().join("."))
            }
        };
        written.and_then(|()| write!(message, " of type {go}")).expect("a string takes everything");
        self.report(ProblemKind::WrongType, self.path(), node.written_span(), message);
    }
}

/// A path as the server's decoder prints it: keys joined by dots.
pub(crate) fn dotted(path: &FieldPath) -> String {
    let mut text = String::new();
    for step in path.steps() {
        match step {
            PathStep::Index(index) => write!(text, "[{index}]").expect("a string takes everything"),
            PathStep::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
    }
    text
}
