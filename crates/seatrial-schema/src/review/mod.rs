//! The server's answer to one request: decoding, defaults, rules, and the
//! object it would store. What other objects have to say to it is asked of an
//! [`Admission`].

mod address;
mod answer;
mod body;
mod store;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

use crate::admission::{self, Admission, Attributes, NoAdmission, Refusal};
use crate::decode;
use crate::encode::encode;
use crate::kinds::Strategy;
use crate::table::Table;
use crate::value::Value;

use address::Address;
pub use answer::Answer;
use answer::Refused;
pub use store::generate_name;

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

/// Answers a request as a server without admission plugins would.
pub fn review(request: &Request<'_>) -> Answer {
    review_with(request, &NoAdmission)
}

/// Answers a request as the server would.
pub fn review_with(request: &Request<'_>, admission: &dyn Admission) -> Answer {
    let mut warnings = Vec::new();
    let result = answer(request, admission, &mut warnings);
    Answer { warnings, ..result.unwrap_or_else(|refused| *refused.0) }
}

fn answer(
    request: &Request<'_>,
    admission: &dyn Admission,
    warnings: &mut Vec<String>,
) -> Result<Answer, Refused> {
    let table = Table::default_minor();
    let address = Address::read(request.path).ok_or_else(Answer::not_found)?;
    let kind = address.kind(table).ok_or_else(Answer::not_found)?;
    warnings.extend(kind.deprecation(table.minor()));
    let mut object = body::read(request, table, kind, warnings)?;
    let plain = Strategy::plain(kind.group, kind.version, kind.kind);
    let strategy = Strategy::of(kind.group, kind.version, kind.kind).unwrap_or(&plain);
    (strategy.default)(&mut object);
    let old = match request.operation {
        Operation::Create => None,
        Operation::Update(stored) => Some(stored),
    };
    let attributes = Attributes {
        operation: if old.is_some() { admission::Operation::Update } else { admission::Operation::Create },
        group: kind.group,
        kind: kind.kind,
        resource: address.resource,
        namespace: address.namespace,
        old,
    };
    let storing = store::Storing { address: &address, kind, strategy };
    match old {
        None => {
            storing.receive_new(&mut object)?;
            admission.mutate(&attributes, &mut object).map_err(refuse)?;
            storing.create(&mut object)?;
        }
        Some(stored) => {
            storing.receive_changed(&mut object, stored)?;
            admission.mutate(&attributes, &mut object).map_err(refuse)?;
            storing.update(&mut object, stored)?;
        }
    }
    warnings.extend((strategy.warnings)(&object));
    let admitted = admission.validate(&attributes, &object).map_err(refuse)?;
    warnings.extend(admitted.warnings);
    // It is read back from the store, and so defaulted once more.
    (strategy.default)(&mut object);
    let code = if old.is_some() { 200 } else { 201 };
    let object = Some(encode(&object, table, kind.type_id));
    Ok(Answer { code, object, unanswered: admitted.unanswered, ..Answer::default() })
}

fn refuse(refusal: Refusal) -> Refused {
    let code = match refusal.reason {
        "NotFound" => 404,
        "Conflict" | "AlreadyExists" => 409,
        "Invalid" => 422,
        // Of a program outside the server that states no reason.
        "BadRequest" | "" => 400,
        _ => 403,
    };
    Refused::from(Answer { code, reason: refusal.reason, message: refusal.message, ..Answer::default() })
}

/// Reads an object as the server prints it, of a kind of the default minor;
/// null if it is none.
pub fn stored(json: &str) -> Value {
    let stream = parse(FileId(0), json.into(), Dialect::Json, &Limits::default());
    let Some(root) = stream.document_root(0) else { return Value::Null };
    let word = |name: &str| root.get(name).and_then(seatrial_yaml::Node::as_str).unwrap_or_default();
    let (group, version) = word("apiVersion").split_once('/').unwrap_or(("", word("apiVersion")));
    let table = Table::default_minor();
    match table.kind(group, version, word("kind")) {
        Some(kind) => decode::decode(root, table, kind.type_id).value,
        None => decode::untyped(root),
    }
}
