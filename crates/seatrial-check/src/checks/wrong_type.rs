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

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::decode::{Problem, ProblemKind};
use seatrial_schema::{FieldError, Value as Held};
use seatrial_yaml::{FieldPath, Node, PathStep, Value};

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
            let is_told =
                |it: &&Problem| matches!(it.kind, ProblemKind::WrongType | ProblemKind::Malformed { .. });
            let problems: Vec<&Problem> = review.problems.iter().filter(is_told).collect();
            let refused = refused(context, object, &problems);
            for problem in problems {
                report.add(review.weighed(judge(object, problem, refused.get(&problem.path))));
            }
        }
    }
}

/// Why the server refuses values also in the type that is wanted.
fn refused<'p>(
    context: &Context<'_>,
    object: &Object,
    problems: &[&'p Problem],
) -> FxHashMap<&'p FieldPath, FieldError> {
    let repaired = |problem: &&'p Problem| {
        let (_, content) = repair(object.root().at(&problem.path)?, wanted(problem))?;
        Some((&problem.path, held(content)?))
    };
    let repairs: Vec<(&FieldPath, Held)> = problems.iter().filter_map(repaired).collect();
    if repairs.is_empty() {
        return FxHashMap::default();
    }
    let errors = context.errors_with(object, &repairs);
    let by_path: FxHashMap<&FieldPath, &FieldError> = errors.iter().map(|it| (&it.path, it)).collect();
    let of_text = |it: &'_ FieldError| matches!(it.value, Some(Held::Str(_)));
    // The server may blame a field that it fills in from another.
    let by_text: FxHashMap<&str, &FieldError> = errors
        .iter()
        .filter(|it| of_text(it))
        .filter_map(|it| Some((it.value.as_ref()?.as_str(), it)))
        .collect();
    let refusal = |path: &FieldPath, value: &Held| {
        let text = Some(value.as_str()).filter(|it| !it.is_empty());
        by_path.get(path).or_else(|| by_text.get(text?)).map(|it| (*it).clone())
    };
    repairs.iter().filter_map(|(path, value)| Some((*path, refusal(path, value)?))).collect()
}

/// A repaired value as the server holds it.
fn held(content: Content) -> Option<Held> {
    match content {
        Content::Text(text) => Some(Held::text(text)),
        Content::Int(number) => Some(number.into()),
        Content::Bool(truth) => Some(truth.into()),
        _ => None,
    }
}

/// The type that the server names.
fn wanted(problem: &Problem) -> Option<&str> {
    let wanted = problem.message.rsplit_once(" of type ").map(|(_, wanted)| wanted);
    // Of custom objects the server says what it found, too.
    wanted.map(|it| it.split_once(": ").map_or(it, |(wanted, _)| wanted))
}

fn judge(object: &Object, problem: &Problem, refusal: Option<&FieldError>) -> Notice {
    let node = object.root().at(&problem.path);
    let wanted = wanted(problem);
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
    if let Some((help, change)) = of_port(object, node, &problem.path) {
        return notice.help(help).change(change);
    }
    if let Some(help) = of_duration(object, node, &problem.path) {
        return notice.help(help);
    }
    let notice = match refusal {
        Some(refusal) => notice.because(format!("of that type it is refused, too: {refusal}")),
        None => notice,
    };
    let Some((help, content)) = repair(node, wanted).filter(|_| refusal.is_none()) else {
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

/// The port of a Service has a number or a name: a value of the other's type belongs
/// there, or is too much beside it.
fn of_port(object: &Object, node: Node<'_>, path: &FieldPath) -> Option<(String, Change)> {
    let [.., PathStep::Key(service), PathStep::Key(port), PathStep::Key(name)] = path.steps() else {
        return None;
    };
    let other = match (service.as_str(), port.as_str(), name.as_str(), node.value()) {
        ("service", "port", "name", Value::Int(_)) => "number",
        ("service", "port", "number", Value::Str(text)) if text.parse::<i64>().is_err() => "name",
        _ => return None,
    };
    let at = location(object, path);
    Some(match object.root().at(&path.parent()?.key(other)) {
        None => (format!("rename it to `{other}`"), Change::Rename { at, name: other.to_owned() }),
        Some(_) => (format!("remove it: `{other}` is there already"), Change::Remove { at }),
    })
}

/// A duration of Flux, which has a unit: the number alone is refused with quotes, too.
fn of_duration(object: &Object, node: Node<'_>, path: &FieldPath) -> Option<String> {
    let Some(PathStep::Key(name)) = path.last() else { return None };
    let is_duration = object.group().ends_with(".toolkit.fluxcd.io")
        && ["interval", "retryInterval", "timeout"].contains(&name.as_str());
    let number = node.as_i64().filter(|it| is_duration && *it >= 0)?;
    Some(format!("write its unit: `{number}s` or `{number}m`"))
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
