//! The JSON Schema of `seatrial.toml`, so that editors complete and check it.
//! In draft 7, which the language servers for TOML understand.

use seatrial_diagnostics::CheckInfo;
use serde_json::{Map, Value, json};

use super::keys::{KEYS, Key, Shape};
use super::version::minors;
use super::{GROUPS, SEVERITIES};

/// The schema, as a document with a line break at its end. It names every
/// check; what only the reader sees are globs that match none, and globs that
/// do not parse.
pub fn schema(checks: &[&'static CheckInfo]) -> String {
    let mut root = table(KEYS);
    let members = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "seatrial.toml",
        "description": "What Seatrial is told about a repository.",
        "definitions": definitions(checks),
    });
    if let (Value::Object(root), Value::Object(members)) = (&mut root, members) {
        root.extend(members);
    }
    serde_json::to_string_pretty(&root).expect("a schema is JSON") + "\n"
}

fn definitions(checks: &[&'static CheckInfo]) -> Value {
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    let glob = json!({"type": "string", "pattern": r"\*", "description": "A glob over check ids."});
    json!({
        "check": {"anyOf": [{"enum": ids, "description": "A check's id."}, glob]},
        "group": {"enum": GROUPS, "description": "A group of checks."},
        "severity": {"enum": SEVERITIES.map(seatrial_diagnostics::Severity::as_str)},
    })
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|it| (it.name.to_owned(), described(it))).collect();
    let required: Vec<&str> = keys.iter().filter(|it| it.is_required).map(|it| it.name).collect();
    let mut table = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn described(key: &Key) -> Value {
    let mut value = value(key.shape);
    value["description"] = json!(key.doc);
    // An entry that must be there says nothing when it is empty.
    if key.is_required && matches!(key.shape, Shape::Text) {
        value["pattern"] = json!(r"\S");
    }
    value
}

fn value(shape: Shape) -> Value {
    let list = |items: Value| json!({"type": "array", "items": items, "maxItems": super::ENTRIES_MAX});
    match shape {
        Shape::Text | Shape::Glob => json!({"type": "string"}),
        Shape::Version => json!({"type": "string", "pattern": version()}),
        Shape::Profile => json!({"enum": super::PROFILES}),
        Shape::Day => json!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
        // A description may not stand beside a reference.
        Shape::Check => json!({"allOf": [{"$ref": "#/definitions/check"}]}),
        Shape::Texts | Shape::Paths => list(json!({"type": "string"})),
        Shape::Selection => {
            let word = json!({"anyOf": [{"$ref": "#/definitions/group"}, {"$ref": "#/definitions/check"}]});
            let mut words = list(word);
            words["minItems"] = json!(1);
            words
        }
        Shape::Levels => json!({
            "type": "object",
            "propertyNames": {"$ref": "#/definitions/check"},
            "additionalProperties": {"$ref": "#/definitions/severity"},
        }),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => list(table(keys)),
    }
}

/// A pattern that the known versions match and no others.
fn version() -> String {
    let minors: Vec<String> = minors().map(|minor| minor.to_string()).collect();
    format!(r"^v?1\.({})(\.\d+)*(\+|[-+][0-9A-Za-z.+_-]+)?$", minors.join("|"))
}
