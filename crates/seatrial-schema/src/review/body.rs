//! From the bytes of a request to an object of the kind its path names
//! (`apiserver` `pkg/endpoints/handlers/create.go`, `apimachinery`
//! `pkg/runtime/serializer/json/json.go`).

use std::fmt::Write;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, ProblemKind, Stream, parse};

use super::answer::Refused;
use super::{Answer, Body, FieldValidation, Request};
use crate::decode::{Problem, decode};
use crate::table::{Kind, Table};
use crate::value::{By, Value};

/// The registry that knows the built-in kinds, as the server names it.
const SCHEME: &str = "pkg/api/legacyscheme/scheme.go:30";

/// How much of an unreadable body the server repeats.
const SUMMARY_BYTES: usize = 30;

/// The object, or the refusal; warnings go into `warnings`.
pub(super) fn read(
    request: &Request<'_>,
    table: &Table,
    kind: &'static Kind,
    warnings: &mut Vec<String>,
) -> Result<Value, Refused> {
    let (text, dialect) = match request.body {
        Body::Json(text) => (text, Dialect::Json),
        Body::Yaml(text) => (text, Dialect::GoYaml2),
    };
    let stream = parse(FileId(0), text.into(), dialect, &Limits::default());
    let unrecognized = |why: &str| {
        let message = format!(
            "the object provided is unrecognized (must be of type {}): {why} ({})",
            kind.kind,
            summary(text)
        );
        Answer::bad_request(message)
    };
    if let Some(problem) =
        stream.problems().iter().chain(first_document_problems(&stream)).find(|it| it.is_fatal())
    {
        return Err(unrecognized(&syntax(&stream, problem, dialect)));
    }
    let nothing = parse(FileId(0), "null".into(), Dialect::Json, &Limits::default());
    let root = match stream.document_root(0) {
        Some(root) if root.is_mapping() || root.is_null() => root,
        None if dialect == Dialect::GoYaml2 => nothing.document_root(0).expect("null is a document"),
        None => {
            return Err(unrecognized(
                "couldn't get version/kind; json parse error: unexpected end of JSON input",
            ));
        }
        root => return Err(unrecognized(&no_meta(root))),
    };
    let (version, written_kind) = match type_meta(root) {
        Ok(meta) => meta,
        Err(why) => return Err(unrecognized(&why)),
    };
    let own_version = kind.api_version();
    let version = if version.is_empty() { own_version.clone() } else { version };
    let written_kind = if written_kind.is_empty() { kind.kind.to_owned() } else { written_kind };
    let handled = |why: &str| {
        let short = version.rsplit('/').next().unwrap_or(&version);
        let message =
            format!("{written_kind} in version {short:?} cannot be handled as a {}: {why}", kind.kind);
        Answer::bad_request(message)
    };
    if (version.as_str(), written_kind.as_str()) == ("v1", "List") {
        return Err(handled(&format!("converting (v1.List) to ({}): unknown conversion", internal_go(kind))));
    }
    let Some((found, found_table)) = registered(&version, &written_kind, table) else {
        let why =
            format!("no kind {written_kind:?} is registered for version {version:?} in scheme {SCHEME:?}");
        return Err(handled(&why));
    };
    if found.kind != kind.kind {
        let (from, to) = (short_go(found), internal_go(kind));
        return Err(handled(&format!("converting ({from}) to ({to}): unknown conversion")));
    }
    let decoded = decode(root, found_table, found.type_id);
    let stops =
        |problem: &&Problem| matches!(problem.kind, crate::decode::ProblemKind::Malformed { stops: true });
    let fatal = decoded.problems.iter().find(stops);
    if let Some(problem) = fatal.or_else(|| decoded.problems.iter().find(|problem| !problem.is_strict())) {
        return Err(handled(&problem.message));
    }
    let strict = strict_messages(&stream, dialect, &decoded.problems);
    match request.field_validation {
        FieldValidation::Strict if !strict.is_empty() => {
            return Err(handled(&format!("strict decoding error: {}", strict.join(", "))));
        }
        FieldValidation::Warn => warnings.extend(strict),
        _ => {}
    }
    if version != own_version {
        return Err(Answer::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({own_version})"
        )));
    }
    let mut object = decoded.value;
    object.set("apiVersion", Value::text(own_version), By::Manifest);
    object.set("kind", kind.kind, By::Manifest);
    Ok(object)
}

/// A server reads the first document and looks no further.
fn first_document_problems(stream: &Stream) -> impl Iterator<Item = &seatrial_yaml::Problem> {
    stream.documents().first().into_iter().flat_map(|document| &document.problems)
}

/// Which kind of some version the server could read.
fn registered<'t>(api_version: &str, kind: &str, table: &'t Table) -> Option<(&'static Kind, &'t Table)> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    if let Some(found) = table.kind(group, version, kind) {
        return Some((found, table));
    }
    let mut old = Table::minors()
        .rev()
        .filter_map(Table::of)
        .filter_map(|table| Some((table.kind(group, version, kind)?, table)));
    // Kinds whose Go types are gone are not even known to the server.
    old.next().filter(|(kind, _)| kind.introduced > 0)
}

/// `apiVersion` and `kind` as written, or why they cannot be read.
fn type_meta(root: Node<'_>) -> Result<(String, String), String> {
    let word = |name: &str| match root.get(name).filter(|node| !node.is_null()) {
        None => Ok(String::new()),
        Some(node) => node.as_str().map(str::to_owned).ok_or_else(|| {
            let what = json_type(Some(node));
            let field = format!("json: cannot unmarshal {what} into Go struct field .{name} of type string");
            format!("couldn't get version/kind; json parse error: {field}")
        }),
    };
    let (version, kind) = (word("apiVersion")?, word("kind")?);
    if version.matches('/').count() > 1 {
        return Err(format!("unexpected GroupVersion string: {version}"));
    }
    Ok((version, kind))
}

fn no_meta(root: Option<Node<'_>>) -> String {
    let into = r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
    let what = json_type(root);
    format!(
        "couldn't get version/kind; json parse error: json: cannot unmarshal {what} into Go value of type {into}"
    )
}

fn json_type(node: Option<Node<'_>>) -> &'static str {
    use seatrial_yaml::Value as Written;
    match node.map(Node::value) {
        Some(Written::Bool(_)) => "bool",
        Some(Written::Str(_)) => "string",
        Some(Written::Sequence) => "array",
        Some(Written::Mapping) => "object",
        Some(Written::Null) | None => "null",
        Some(_) => "number",
    }
}

/// `v1.Deployment`
fn short_go(kind: &Kind) -> String {
    format!("{}.{}", kind.version, kind.kind)
}

/// `apps.Deployment`
fn internal_go(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { "core" } else { kind.group };
    format!("{}.{}", group.split('.').next().unwrap_or(group), kind.kind)
}

/// What a strict server says: duplicate keys of YAML in one message, then
/// unknown and duplicate fields, each once, a hundred at most.
fn strict_messages(stream: &Stream, dialect: Dialect, problems: &[Problem]) -> Vec<String> {
    const MOST: usize = 100;
    let mut messages: Vec<String> = Vec::new();
    for problem in problems.iter().filter(|it| it.is_strict() && !it.unseen) {
        if messages.len() < MOST && !messages.contains(&problem.message) {
            messages.push(problem.message.clone());
        }
    }
    if dialect == Dialect::GoYaml2 {
        messages.splice(0..0, duplicate_keys(stream));
    }
    messages
}

fn duplicate_keys(stream: &Stream) -> Option<String> {
    let mut lines = String::new();
    let problems = first_document_problems(stream).filter(|it| it.kind == ProblemKind::DuplicateKey);
    for problem in problems {
        let key = stream.slice(problem.span).trim_matches(['"', '\'']);
        let line = 1 + stream.text()[..problem.span.start as usize].matches('\n').count();
        let _ = write!(lines, "\n  line {line}: key {key:?} already set in map");
    }
    (!lines.is_empty()).then(|| format!("yaml: unmarshal errors:{lines}"))
}

/// What is wrong with a text as such.
fn syntax(stream: &Stream, problem: &seatrial_yaml::Problem, dialect: Dialect) -> String {
    if dialect == Dialect::Json {
        return format!("couldn't get version/kind; json parse error: {}", problem.message);
    }
    let line = 1 + stream.text()[..problem.span.start as usize].matches('\n').count();
    format!("yaml: line {line}: {}", problem.message)
}

/// The start of a body: JSON as it is, anything else as digits.
fn summary(text: &str) -> String {
    if text.is_empty() {
        return "<empty>".to_owned();
    }
    let bytes = &text.as_bytes()[..text.len().min(SUMMARY_BYTES)];
    let mut shown = if text.starts_with('{') {
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        bytes.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    };
    if text.len() > SUMMARY_BYTES {
        shown.push_str(" ...");
    }
    shown
}
