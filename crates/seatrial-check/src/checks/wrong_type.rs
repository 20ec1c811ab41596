//! A field holds a value of the wrong type.
//!
//! ## Why
//! A field takes a number, a text, a list or a mapping, and nothing else. YAML guesses the
//! type from how a value is written: `8080` is a number and `"8080"` a text, `yes` is true.
//! The API server does not convert one into the other, it refuses the object.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: web:1
//!       env: [{name: PORT, value: 8080}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: web:1
//!       env: [{name: PORT, value: "8080"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::decode::{Problem, ProblemKind};
use seatrial_yaml::{Node, Value};

use crate::known_slips::shape;
use crate::review::location;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wrong-type",
        title: "A field holds a value of the wrong type",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.wrong-type", "yaml.syntax"],
        page: include_str!("wrong_type.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for review in context.review_of(object).all() {
            for problem in &review.problems {
                if matches!(problem.kind, ProblemKind::WrongType | ProblemKind::Malformed { .. }) {
                    report.add(review.weighed(judge(object, problem)));
                }
            }
        }
    }
}

fn judge(object: &Object, problem: &Problem) -> Notice {
    let node = object.root().at(&problem.path);
    let wanted = problem.message.rsplit_once(" of type ").map(|(_, wanted)| wanted);
    // Of custom objects the server says what it found, too.
    let wanted = wanted.map(|it| it.split_once(": ").map_or(it, |(wanted, _)| wanted));
    let subject = if problem.path.is_empty() { String::new() } else { format!("`{}` of ", problem.path) };
    let subject = format!("{subject}{}", object.title());
    let (found, wants) =
        (node.map_or_else(|| kind_said(&problem.message), kind_of), wanted.and_then(in_words));
    let message = match wants {
        Some(_) if let Some(bounds) = node.zip(wanted).and_then(|(node, wanted)| beyond(node, wanted)) => {
            format!("{subject} is a number beyond the range of {bounds}")
        }
        Some(wants) => format!("{subject} is {found} and has to be {wants}"),
        None => format!("{subject} cannot be read"),
    };
    let notice = Notice::new(&CHECK.info, location(object, &problem.path), message)
        .because(format!("the API server says: {}", problem.message));
    let Some(node) = node else { return notice };
    let Some((help, content)) = repair(node, wanted) else {
        return match wanted.and_then(|wanted| shape(node, &problem.path, wanted)) {
            Some(help) => notice.help(help),
            None => notice,
        };
    };
    notice.help(help).change(Change::Set { at: location(object, &problem.path), content })
}

/// The type of whole numbers and its range, of which a whole number is outside.
fn beyond(node: Node<'_>, wanted: &str) -> Option<&'static str> {
    let is_whole = match node.value() {
        Value::Int(_) | Value::Uint(_) => true,
        Value::Float(number) => number.is_finite() && number.fract() == 0.0,
        _ => false,
    };
    match wanted {
        "int32" if is_whole => Some("int32, -2147483648 to 2147483647"),
        "int64" if is_whole => Some("int64, -9223372036854775808 to 9223372036854775807"),
        _ => None,
    }
}

/// The same value in the type that is wanted.
fn repair(node: Node<'_>, wanted: Option<&str>) -> Option<(String, Content)> {
    match (node.value(), wanted?) {
        (Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_), "string") => {
            let written = node.scalar_text()?;
            Some((format!("quote it: \"{written}\""), Content::Text(written.into_owned())))
        }
        (Value::Str(text), "int32" | "int64" | "integer") => {
            let number: i64 = text.parse().ok()?;
            Some(("take the quotes away".to_owned(), Content::Int(number)))
        }
        (Value::Str(text), "bool" | "boolean") => {
            let truth: bool = text.parse().ok()?;
            Some(("take the quotes away".to_owned(), Content::Bool(truth)))
        }
        _ => None,
    }
}

fn kind_of(node: Node<'_>) -> &'static str {
    match node.value() {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Uint(_) => "a number",
        Value::Float(_) => "a number with a fraction",
        Value::Str(_) => "a text",
        Value::Sequence => "a list",
        Value::Mapping => "a mapping",
    }
}

/// What the server says it found, where the value stands in a text.
fn kind_said(message: &str) -> &'static str {
    let of_go = message.split_once("cannot unmarshal ").and_then(|(_, rest)| rest.split(' ').next());
    let of_schema = message.rsplit(": ").next().map(|it| it.trim_matches('"'));
    match of_go.or(of_schema).unwrap_or_default() {
        "number" | "integer" => "a number",
        "bool" | "boolean" => "true or false",
        "string" => "a text",
        "array" => "a list",
        "object" => "a mapping",
        _ => "something else",
    }
}

/// What a type of Go wants in a manifest.
fn in_words(go: &str) -> Option<&'static str> {
    Some(match go {
        "string" => "a text",
        "bool" | "boolean" => "true or false",
        "int32" | "int64" | "int" | "integer" => "a whole number",
        "integer,string" => "a whole number or a text",
        "float64" | "number" => "a number",
        "array" => "a list",
        "object" => "a mapping",
        _ if go.starts_with("[]") => "a list",
        _ if go.starts_with("map[") || go.contains('.') => "a mapping",
        _ => return None,
    })
}
