//! One recorded request with its answer.

use std::borrow::Cow;
use std::collections::BTreeSet;

use seatrial_policy::Chain;
use seatrial_schema::review::{self, Answer, Body, FieldValidation, Operation, Request};
use seatrial_schema::table::{Table, plural};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::environment::Environment;
use super::rates::Agreement;
use crate::json;

/// What was sent and what came back; see the README of the recorded set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    pub(super) id: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) mutation: String,
    request: Option<String>,
    namespace: Option<String>,
    #[serde(default)]
    field_validation: Mode,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    input_text: Option<String>,
    #[serde(default)]
    content_type: String,
    #[serde(borrow)]
    old_stored: Option<&'a RawValue>,
    code: Option<u16>,
    accepted: bool,
    reason: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    causes: Vec<Cause>,
    warnings: Option<Vec<String>>,
    returned: Option<Value>,
    #[serde(default)]
    message_order_varies: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Mode {
    #[default]
    Strict,
    Warn,
    Ignore,
}

#[derive(Deserialize)]
struct Cause {
    reason: String,
    #[serde(default)]
    field: String,
}

impl Row<'_> {
    /// Our answer.
    pub(super) fn ask(&self, environment: &Environment) -> Answer {
        let stored = self.old_stored.map(|json| review::stored(json.get()));
        let path = self.path();
        let request = Request {
            operation: stored.as_ref().map_or(Operation::Create, Operation::Update),
            path: &path,
            field_validation: match self.field_validation {
                Mode::Strict => FieldValidation::Strict,
                Mode::Warn => FieldValidation::Warn,
                Mode::Ignore => FieldValidation::Ignore,
            },
            body: self.body(),
        };
        review::review_with(&request, &Chain(environment))
    }

    fn body(&self) -> Body<'_> {
        match (&self.input_text, self.input) {
            (Some(text), _) if self.content_type.contains("json") => Body::Json(text),
            (Some(text), _) => Body::Yaml(text),
            (None, Some(input)) => Body::Json(input.get()),
            (None, None) => Body::Json(""),
        }
    }

    /// The path of the request; where only the namespace is recorded, the one
    /// that creates an object of this kind there.
    fn path(&self) -> Cow<'_, str> {
        if let Some(request) = &self.request {
            return request.split_once(' ').map_or(request.as_str(), |(_, path)| path).into();
        }
        let sent: Value = json::read(self.shown_input()).unwrap_or_default();
        let version = match sent["apiVersion"].as_str() {
            Some(version) => version.to_owned(),
            None => stable_version(&self.kind),
        };
        let top = if version.contains('/') { "apis" } else { "api" };
        let (group, short) = version.split_once('/').unwrap_or(("", &version));
        let kind = Table::default_minor().kind(group, short, &self.kind);
        if kind.is_some_and(|kind| kind.is_cluster_scoped) {
            return format!("/{top}/{version}/{}", plural(&self.kind)).into();
        }
        let namespace = self.namespace.as_deref().unwrap_or("shop");
        format!("/{top}/{version}/namespaces/{namespace}/{}", plural(&self.kind)).into()
    }

    /// Which parts of our answer are the recorded one's.
    pub(super) fn agreement(&self, ours: &Answer) -> Agreement {
        let mut agreement =
            Agreement { verdict: Some(ours.accepted() == self.accepted), ..Agreement::default() };
        if self.code == Some(422) {
            agreement.causes = Some(ours.code == 422 && self.causes() == our_causes(ours));
        } else if !self.accepted && self.code != Some(0) {
            agreement.reason = Some(self.reason.as_deref() == Some(ours.reason));
        }
        if let Some(returned) = &self.returned {
            let object = ours.object.as_ref().map(to_json);
            agreement.object = Some(object.is_some_and(|object| same_but_generated(&object, returned)));
        }
        if !self.accepted && self.code != Some(0) {
            agreement.message = Some(if self.message_order_varies {
                bytes(&ours.message) == bytes(&self.message)
            } else {
                ours.message == self.message
            });
        }
        agreement.warnings = self.warnings.as_ref().map(|warnings| *warnings == ours.warnings);
        agreement
    }

    /// Without that of a policy, which names neither field nor reason.
    fn causes(&self) -> BTreeSet<(&str, &str)> {
        let causes = self.causes.iter().map(|cause| (cause.field.as_str(), cause.reason.as_str()));
        causes.filter(|cause| *cause != ("", "")).collect()
    }

    pub(super) fn shown_input(&self) -> &str {
        self.input_text.as_deref().or(self.input.map(RawValue::get)).unwrap_or_default()
    }

    pub(super) fn shown_answer(&self) -> String {
        let code = self.code.unwrap_or(201);
        match &self.returned {
            Some(returned) => format!("{code} {returned}"),
            None => format!("{code} {} {:?}", self.message, self.warnings.as_deref().unwrap_or_default()),
        }
    }
}

/// The version of a kind that is not written.
fn stable_version(kind: &str) -> String {
    let table = Table::default_minor();
    let found = table.kinds().find(|it| it.kind == kind && it.is_served(table.minor()));
    found.map(seatrial_schema::table::Kind::api_version).unwrap_or_default()
}

fn our_causes(ours: &Answer) -> BTreeSet<(&str, &str)> {
    ours.causes.iter().map(|cause| (cause.field.as_str(), cause.reason.name())).collect()
}

/// The bytes of a message whose order changes from request to request.
fn bytes(message: &str) -> Vec<u8> {
    let mut bytes = message.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes
}

pub(super) fn shown_answer(ours: &Answer) -> String {
    match &ours.object {
        Some(object) => format!("{} {} {:?}", ours.code, to_json(object), ours.warnings),
        None => format!("{} {} {:?}", ours.code, ours.message, ours.warnings),
    }
}

fn to_json(value: &seatrial_schema::Value) -> Value {
    use seatrial_schema::Value as Ours;
    match value {
        Ours::Null => Value::Null,
        Ours::Bool(truth) => json!(truth),
        Ours::Int(number) => json!(number),
        Ours::Float(number) => json!(number),
        Ours::Str(text) => json!(text.as_str()),
        Ours::List(items) => items.iter().map(to_json).collect(),
        Ours::Map(map) => {
            map.entries().iter().map(|entry| (entry.key.to_string(), to_json(&entry.value))).collect()
        }
    }
}

/// What the server made up reads as a word in brackets where it was recorded.
const GENERATED: [&str; 3] = ["<generated>", "<uid>", "<time>"];

/// What is not recorded of an object's metadata.
const NOT_RECORDED: [&str; 4] = ["uid", "resourceVersion", "creationTimestamp", "managedFields"];

fn same_but_generated(ours: &Value, recorded: &Value) -> bool {
    let mut ours = ours.clone();
    if let Some(metadata) = ours.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| !NOT_RECORDED.contains(&key.as_str()));
    }
    same_here(&ours, recorded)
}

fn same_here(ours: &Value, recorded: &Value) -> bool {
    match (ours, recorded) {
        (Value::Object(ours), Value::Object(recorded)) => {
            let generated = |value: &Value| value.as_str().is_some_and(|text| GENERATED.contains(&text));
            ours.keys().all(|key| recorded.contains_key(key))
                && recorded.iter().all(|(key, value)| match ours.get(key) {
                    Some(ours) => same_here(ours, value),
                    None => generated(value),
                })
        }
        (Value::Array(ours), Value::Array(recorded)) => {
            ours.len() == recorded.len() && ours.iter().zip(recorded).all(|(a, b)| same_here(a, b))
        }
        (_, Value::String(text)) if GENERATED.contains(&text.as_str()) => true,
        _ => json::same(ours, recorded),
    }
}
