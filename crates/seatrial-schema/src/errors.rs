//! What validation refuses, in the server's words (`apimachinery`
//! `util/validation/field/errors.go`, 0.36).

use std::fmt::{self, Write};

use seatrial_yaml::{FieldPath, PathStep};

use crate::path::Path;
use crate::rules::names::Messages;
use crate::value::Value;

/// Why a field is refused; the server calls it the cause's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A reference that leads nowhere.
    NotFound,
    /// A value has to be there.
    Required,
    /// A value that has to be unique is there twice.
    Duplicate,
    /// A malformed value.
    Invalid,
    /// None of the listed values.
    NotSupported,
    /// Not allowed as things stand.
    Forbidden,
    /// Longer than allowed; the value is not printed.
    TooLong,
    /// Shorter than allowed; the value is not printed.
    TooShort,
    /// More items than allowed.
    TooMany,
    /// Fewer items than allowed.
    TooFew,
    /// A value of the wrong type.
    TypeInvalid,
    /// Something the server could not evaluate.
    Internal,
}

impl Reason {
    /// Its name in a Status: `FieldValueRequired`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "FieldValueNotFound",
            Self::Required => "FieldValueRequired",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::TooShort => "FieldValueTooShort",
            Self::TooMany => "FieldValueTooMany",
            Self::TooFew => "FieldValueTooFew",
            Self::TypeInvalid => "FieldValueTypeInvalid",
            Self::Internal => "InternalError",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Required => "Required value",
            Self::Duplicate => "Duplicate value",
            Self::Invalid | Self::TypeInvalid => "Invalid value",
            Self::NotSupported => "Unsupported value",
            Self::Forbidden => "Forbidden",
            Self::TooLong => "Too long",
            Self::TooShort => "Too short",
            Self::TooMany => "Too many",
            Self::TooFew => "Too few",
            Self::Internal => "Internal error",
        }
    }

    fn shows_value(self) -> bool {
        !matches!(self, Self::Required | Self::Forbidden | Self::TooLong | Self::TooShort | Self::Internal)
    }
}

/// One reason why an object is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// What kind of mistake it is.
    pub reason: Reason,
    /// The field as the server prints it.
    pub field: String,
    /// The same field as steps, to find its line.
    pub path: FieldPath,
    /// The value that is refused, where the server names it.
    pub value: Option<Value>,
    /// What the server says about it, perhaps nothing.
    pub detail: String,
}

impl FieldError {
    /// The refused value as the server prints it, nothing where it names none.
    pub fn shown_value(&self) -> String {
        let mut out = String::new();
        if let Some(value) = self.value.as_ref().filter(|_| self.reason.shows_value()) {
            write_bad_value(&mut out, value);
        }
        out
    }

    /// The text behind the field: `Invalid value: 70000: must be ...`.
    pub fn body(&self) -> String {
        let mut out = String::from(self.reason.words());
        let value = self.shown_value();
        if !value.is_empty() {
            out.push_str(": ");
            out.push_str(&value);
        }
        if !self.detail.is_empty() {
            out.push_str(": ");
            out.push_str(&self.detail);
        }
        out
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.field, self.body())
    }
}

impl Value {
    /// The value on one line, much as JSON has it: the same text for the same value.
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::new();
        write_bad_value(&mut out, self);
        out
    }
}

/// How the server prints a refused value: strings quoted, the rest as JSON.
fn write_bad_value(out: &mut String, value: &Value) {
    let written = match value {
        Value::Null => write!(out, "null"),
        Value::Bool(truth) => write!(out, "{truth}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Float(number) => write!(out, "{number}"),
        Value::Str(text) => {
            write_quoted(out, text);
            Ok(())
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                write_bad_value(out, item);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
            Ok(())
        }
        Value::Map(map) => {
            for (at, entry) in map.entries().iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                write_bad_value(out, &Value::Str(entry.key.clone()));
                out.push(':');
                write_bad_value(out, &entry.value);
            }
            out.push_str(if map.is_empty() { "{}" } else { "}" });
            Ok(())
        }
    };
    written.expect("a string takes everything");
}

/// A text in quotes, as Go's `%q` prints it.
fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            _ if letter < ' ' || letter == '\u{7f}' => {
                out.extend(['\\', 'x', hex(u32::from(letter) >> 4), hex(u32::from(letter) & 15)]);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

fn hex(digit: u32) -> char {
    char::from_digit(digit, 16).unwrap_or('0')
}

/// What has been refused so far, in the order of the rules.
#[derive(Clone, Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// More than a person reads; what is beyond it is counted by nobody.
    const MOST: usize = 1000;

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// All of them.
    pub fn as_slice(&self) -> &[FieldError] {
        &self.0
    }

    /// All of them, to change where they lead.
    pub fn as_mut_slice(&mut self) -> &mut [FieldError] {
        &mut self.0
    }

    /// Leads what the server says of a field that is no field of the manifest to
    /// the one that it means; what is printed stays. Both are names from the top.
    pub fn lead(&mut self, printed: &[&str], meant: &[&str]) {
        if self.is_empty() {
            return;
        }
        let path = |names: &[&str]| -> FieldPath {
            names.iter().map(|name| PathStep::Key((*name).into())).collect()
        };
        let (printed, meant) = (path(printed), path(meant));
        for error in &mut self.0 {
            if let Some(rest) = error.path.strip_prefix(&printed) {
                error.path = meant.join(&rest);
            }
        }
    }

    /// Leads what `rules` find at or below the printed field to the one that is to blame.
    pub fn blaming(&mut self, printed: &Path<'_>, meant: &Path<'_>, rules: impl FnOnce(&mut Self)) {
        let before = self.0.len();
        rules(self);
        if self.0.len() == before {
            return;
        }
        let (printed, meant) = (printed.to_field_path(), meant.to_field_path());
        for error in &mut self.0[before..] {
            if let Some(rest) = error.path.strip_prefix(&printed) {
                error.path = meant.join(&rest);
            }
        }
    }

    /// Whether nothing is refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no more are kept: what is dear to say need not be said.
    pub fn is_full(&self) -> bool {
        self.0.len() >= Self::MOST
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// A value has to be there.
    pub fn required(&mut self, at: &Path<'_>, detail: impl Into<String>) {
        self.add(Reason::Required, at, None, detail);
    }

    /// The value is malformed.
    pub fn invalid(&mut self, at: &Path<'_>, value: impl Into<Value>, detail: impl Into<String>) {
        self.add(Reason::Invalid, at, Some(value.into()), detail);
    }

    /// The value has the wrong type.
    pub fn type_invalid(&mut self, at: &Path<'_>, value: impl Into<Value>, detail: impl Into<String>) {
        self.add(Reason::TypeInvalid, at, Some(value.into()), detail);
    }

    /// The value is none of `supported`, printed in that order.
    pub fn not_supported<T: AsRef<str>>(&mut self, at: &Path<'_>, value: impl Into<Value>, supported: &[T]) {
        let quoted: Vec<_> = supported.iter().map(|word| format!("{:?}", word.as_ref())).collect();
        let detail = if quoted.is_empty() {
            String::new()
        } else {
            format!("supported values: {}", quoted.join(", "))
        };
        self.add(Reason::NotSupported, at, Some(value.into()), detail);
    }

    /// The value is there a second time.
    pub fn duplicate(&mut self, at: &Path<'_>, value: impl Into<Value>) {
        self.add(Reason::Duplicate, at, Some(value.into()), "");
    }

    /// The value leads nowhere.
    pub fn not_found(&mut self, at: &Path<'_>, value: impl Into<Value>) {
        self.add(Reason::NotFound, at, Some(value.into()), "");
    }

    /// The field must not be there, or not so.
    pub fn forbidden(&mut self, at: &Path<'_>, detail: impl Into<String>) {
        self.add(Reason::Forbidden, at, None, detail);
    }

    /// The value is longer than `most` bytes.
    pub fn too_long(&mut self, at: &Path<'_>, most: usize) {
        let noun = if most == 1 { "byte" } else { "bytes" };
        self.add(Reason::TooLong, at, None, format!("may not be more than {most} {noun}"));
    }

    /// The list or map has `count` items and may have `most`.
    pub fn too_many(&mut self, at: &Path<'_>, count: usize, most: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let noun = if most == 1 { "item" } else { "items" };
        self.add(Reason::TooMany, at, Some(Value::Int(count)), format!("must have at most {most} {noun}"));
    }

    /// The server could not evaluate the field.
    pub fn internal(&mut self, at: &Path<'_>, detail: impl Into<String>) {
        self.add(Reason::Internal, at, None, detail);
    }

    /// The value is malformed in each of these ways.
    pub fn each_invalid(&mut self, at: &Path<'_>, value: &str, messages: Messages) {
        for message in messages {
            self.invalid(at, Value::text(value), message);
        }
    }

    /// The entry `key` of a map is malformed; the server names the whole map.
    pub fn each_invalid_below(&mut self, map: &Path<'_>, key: &str, value: &str, messages: Messages) {
        for message in messages {
            self.each_invalid(map, value, vec![message]);
            if let Some(error) = self.0.last_mut() {
                error.path = map.key(key).to_field_path();
            }
        }
    }

    /// One that was found elsewhere.
    pub fn push(&mut self, error: FieldError) {
        if self.0.len() < Self::MOST {
            self.0.push(error);
        }
    }

    /// Any of them.
    pub fn add(&mut self, reason: Reason, at: &Path<'_>, value: Option<Value>, detail: impl Into<String>) {
        if self.0.len() < Self::MOST {
            let path = at.to_field_path();
            self.0.push(FieldError { reason, field: at.to_string(), path, value, detail: detail.into() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_print_as_the_server_prints_them() {
        let mut errors = Errors::new();
        errors.required(&Path::new("metadata").child("name"), "name or generateName is required");
        errors.invalid(&Path::new("a"), 70000, "must be between 1 and 65535, inclusive");
        errors.not_supported(&Path::new("b"), "X", &["Y", "Z"]);
        errors.too_many(&Path::new("c"), 3, 1);
        let lines: Vec<_> = errors.as_slice().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "metadata.name: Required value: name or generateName is required",
                "a: Invalid value: 70000: must be between 1 and 65535, inclusive",
                r#"b: Unsupported value: "X": supported values: "Y", "Z""#,
                "c: Too many: 3: must have at most 1 item",
            ]
        );
    }
}
