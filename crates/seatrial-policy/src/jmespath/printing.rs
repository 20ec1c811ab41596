//! Values as texts, and texts as values.

use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use seatrial_schema::json;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

/// Texts that are made are no longer than this.
pub(super) const TEXT_MAX: usize = 1024 * 1024;

/// What a text in JSON holds.
pub(crate) fn of_json(text: &str) -> Option<Value> {
    read(text, Dialect::Json)
}

/// What a text in YAML holds.
pub(super) fn of_yaml(text: &str) -> Option<Value> {
    read(text, Dialect::GoYaml2)
}

fn read(text: &str, dialect: Dialect) -> Option<Value> {
    let stream = parse(FileId(0), text.into(), dialect, &Limits::default());
    if !stream.is_accepted() {
        return None;
    }
    stream.document_root(0).map(untyped)
}

/// A value as Go's `fmt.Sprint` prints it; collections as JSON, which nothing is
/// compared with.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Str(text) => text.to_string(),
        other => json::text(other),
    }
}
