//! The API server refuses a value.
//!
//! ## Why
//! Behind the types of the fields there are rules: names have a grammar, ports a range,
//! amounts an order, some fields exclude each other. A schema does not know them; the API
//! server refuses an object that breaks one, and nothing of it is created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 70000}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 7000}]
//! ```

use std::collections::BTreeSet;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::{FieldError, Reason, Value};
use seatrial_yaml::FieldPath;

use crate::review::{bound_of, location};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-value",
        title: "The API server refuses a value",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &[
            "schema.enum",
            "schema.duplicate",
            "schema.exclusive-fields",
            "schema.label",
            "schema.name-length",
            "schema.quantity",
            "schema.selector",
            "probe.schema",
        ],
        page: include_str!("refused_value.rs"),
    },
    run,
};

/// How long a value may be to be shown in the message.
const VALUE_MAX: usize = 70;
/// How much of a rule is shown in the message.
const RULE_MAX: usize = 160;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for review in context.review_of(object).all() {
            let mut bounds = BTreeSet::new();
            let told = |it: &&FieldError| it.reason != Reason::Required && !is_completed(context, it);
            for error in review.errors.iter().filter(told) {
                // The server holds each two of the bounds on one resource against each
                // other: one that is too low or too high is refused several times.
                if object.is("", "LimitRange") && !bound_of(&error.path).is_none_or(|it| bounds.insert(it)) {
                    continue;
                }
                if is_of_names(object, error) && review.refuses(&plural()) {
                    continue;
                }
                let by = context.default_of(object, &error.path);
                report.add(review.weighed(by.into_iter().fold(judge(object, error), Notice::because)));
            }
        }
    }
}

/// Whether a definition is not called as its kind: it may be the other name that is wrong.
fn is_of_names(object: &Object, error: &FieldError) -> bool {
    object.kind() == "CustomResourceDefinition" && error.detail.starts_with("must be spec.names.plural")
}

fn plural() -> FieldPath {
    FieldPath::root().key("spec").key("names").key("plural")
}

/// Whether something else is put in for a part of the refused text.
fn is_completed(context: &Context<'_>, error: &FieldError) -> bool {
    matches!(&error.value, Some(Value::Str(text)) if context.is_completed(text))
}

fn judge(object: &Object, error: &FieldError) -> Notice {
    // What no single field is to blame for, the server says of the whole object.
    let place = error.path.to_string();
    let subject = match error.field.as_str() {
        "[]" | "<nil>" | "" if place.is_empty() => object.title(),
        "[]" | "<nil>" | "" => format!("`{place}` of {}", object.title()),
        field => format!("`{field}` of {}", object.title()),
    };
    let words = words(error);
    let behind = if words.is_empty() { String::new() } else { format!(": {words}") };
    let message = match error.reason {
        Reason::Forbidden => format!("{subject} is forbidden{behind}"),
        Reason::Duplicate => format!("{subject} is there twice: {}", error.shown_value()),
        Reason::NotFound => format!("{subject} names nothing: {}", error.shown_value()),
        Reason::TooLong | Reason::TooMany => format!("{subject} is too long{behind}"),
        Reason::TooShort | Reason::TooFew => format!("{subject} is too short{behind}"),
        _ => match shown(object, error) {
            Some(value) => format!("{subject} {value}, which is refused{behind}"),
            None => format!("{subject} is refused{behind}"),
        },
    };
    Notice::new(&CHECK.info, location(object, &error.path), message)
        .because(format!("the API server says: {error}"))
}

/// The refused value, where it is short; of a map or a list it is a part.
fn shown(object: &Object, error: &FieldError) -> Option<String> {
    let written = object.root().at(&error.path)?.scalar_text();
    let is_part = written.is_none();
    let is_plain =
        matches!(error.value.as_ref()?, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_));
    let value = Some(error.shown_value()).filter(|it| is_plain && it.len() <= VALUE_MAX)?;
    match error.value.as_ref()? {
        // Of combinations of schemas the server shows nothing.
        Value::Str(text) if text.is_empty() => {
            written.filter(|it| it.is_empty()).map(|_| "is empty".to_owned())
        }
        _ => Some(format!("{} {value}", if is_part { "has" } else { "is" })),
    }
}

/// The server's words as far as they help: not what a pattern looks like, not
/// the place in an expression, not the name of a field that has been named.
fn words(error: &FieldError) -> String {
    let detail = error.detail.as_str();
    let until = [" (e.g. ", ", (e.g. ", " (regex used", "\n"].into_iter();
    let words = until.fold(detail, |words, end| words.split(end).next().unwrap_or(words));
    let words = match words.split_once(" in body ") {
        Some((name, rest)) if error.field.ends_with(name) => rest,
        _ => words,
    };
    let words = words.trim_end_matches(", not ").trim_end_matches([',', ' ']);
    match (words.split_once("ERROR: <input>:"), words.strip_prefix("failed rule: ")) {
        (Some((before, after)), _) => {
            let behind = after.splitn(3, ':').nth(2).unwrap_or(after).trim_start();
            format!("{before}{behind}")
        }
        (_, Some(rule)) => format!("the definition asks for `{}`", on_one_line(rule)),
        _ => words.to_owned(),
    }
}

/// The beginning of an expression.
fn on_one_line(rule: &str) -> String {
    let rule = rule.split_whitespace().collect::<Vec<_>>().join(" ");
    match rule.char_indices().nth(RULE_MAX) {
        Some((end, _)) => format!("{}...", &rule[..end]),
        None => rule,
    }
}
