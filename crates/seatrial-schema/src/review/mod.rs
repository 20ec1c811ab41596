//! The server's answer to one request: decoding, defaults, rules, and the
//! object it would store. Admission that needs other objects is not here.

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};

use crate::errors::{Errors, FieldError};
use crate::kinds::Strategy;
use crate::value::{By, Entry, Map, Value};

/// What a client asks.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Create or update.
    pub operation: Operation<'a>,
    /// The path of the URL: `/api/v1/namespaces/shop/pods`.
    pub path: &'a str,
    /// What happens to fields the server does not know.
    pub field_validation: FieldValidation,
    /// The object as sent.
    pub body: Body<'a>,
}

/// What is to be done with the object.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// `POST`
    Create,
    /// `PUT`, with the object as it is stored.
    Update(&'a Value),
}

/// The `fieldValidation` of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Unknown and duplicate fields are refused.
    #[default]
    Strict,
    /// They are warned of, and dropped.
    Warn,
    /// They are dropped.
    Ignore,
}

/// The bytes of a request.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// `application/json`
    Json(&'a str),
    /// `application/yaml`
    Yaml(&'a str),
}

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
    /// The object it would store, as it prints it.
    pub object: Option<Value>,
}

impl Answer {
    /// Whether the object is taken.
    pub fn accepted(&self) -> bool {
        self.code < 300
    }
}

/// Answers a request as the server would.
pub fn review(request: &Request<'_>) -> Answer {
    let stream = read(request.body);
    let Some(root) = stream.document_root(0) else {
        return Answer { code: 400, reason: "BadRequest", ..Answer::default() };
    };
    let mut object = plain_value(root);
    let (group, version) = match object.str("apiVersion").split_once('/') {
        Some((group, version)) => (group.to_owned(), version.to_owned()),
        None => (String::new(), object.str("apiVersion").to_owned()),
    };
    let strategy =
        Strategy::of(&group, &version, object.str("kind")).copied().unwrap_or(Strategy::plain("", "", ""));
    (strategy.default)(&mut object);
    if let Some(mut parts) = request.path.split_once("/namespaces/").map(|(_, rest)| rest.split('/'))
        && let (Some(namespace), Some(_)) = (parts.next(), parts.next())
    {
        object.struct_mut("metadata").set("namespace", Value::text(namespace), By::Server);
    }
    let mut errors = Errors::new();
    match request.operation {
        Operation::Create => {
            (strategy.prepare_create)(&mut object);
            (strategy.validate)(&object, &mut errors);
        }
        Operation::Update(stored) => {
            (strategy.prepare_update)(&mut object, stored);
            (strategy.validate_update)(&object, stored, &mut errors);
        }
    }
    let warnings = (strategy.warnings)(&object);
    if !errors.is_empty() {
        let causes = errors.as_slice().to_vec();
        return Answer { code: 422, reason: "Invalid", causes, warnings, ..Answer::default() };
    }
    let code = if matches!(request.operation, Operation::Create) { 201 } else { 200 };
    Answer { code, warnings, object: Some(object), ..Answer::default() }
}

/// Reads an object as the server keeps it.
pub fn stored(json: &str) -> Value {
    read(Body::Json(json)).document_root(0).map(plain_value).unwrap_or_default()
}

fn read(body: Body<'_>) -> Stream {
    let (text, dialect) = match body {
        Body::Json(text) => (text, Dialect::Json),
        Body::Yaml(text) => (text, Dialect::GoYaml2),
    };
    parse(FileId(0), text.into(), dialect, &Limits::default())
}

/// A node as it stands, whatever its kind would say to it.
fn plain_value(node: Node<'_>) -> Value {
    use seatrial_yaml::Value as Written;
    match node.value() {
        Written::Null => Value::Null,
        Written::Bool(truth) => Value::Bool(truth),
        Written::Int(number) => Value::Int(number),
        Written::Uint(number) => Value::Float(number as f64),
        Written::Float(number) => Value::Float(number),
        Written::Str(text) => Value::text(text),
        Written::Sequence => Value::List(node.items().map(plain_value).collect()),
        Written::Mapping => {
            let entry = |entry: seatrial_yaml::Entry<'_>| Entry {
                key: entry.name().into(),
                value: plain_value(entry.value),
                by: By::Manifest,
            };
            Value::Map(node.entries().map(entry).filter(|entry| !entry.value.is_null()).collect::<Map>())
        }
    }
}
