//! The suffix of generated names (`api/hasher`, v0.21.2): ten letters of the
//! SHA-256 of the content as sorted JSON.

use sha2::{Digest, Sha256};

use crate::node::Node;
use crate::output::json;

/// The suffix for an object.
pub(crate) fn suffix(object: &Node) -> String {
    let text = match object.text_at(&["kind"]) {
        "ConfigMap" => config_map(object),
        "Secret" => secret(object),
        _ => json(object),
    };
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]).map(letter).collect();
    hex
}

/// A hexadecimal digit, those that could spell a word replaced.
fn letter(digit: u8) -> char {
    char::from(b"gh2k456789mbcdtf"[usize::from(digit & 15)])
}

fn config_map(object: &Node) -> String {
    let mut fields = Vec::new();
    if let Some(binary) = object.get("binaryData").filter(|it| !it.entries().is_empty()) {
        fields.push(("binaryData", json(binary)));
    }
    fields.push(("data", section(object, "data")));
    fields.push(("kind", json_text("ConfigMap")));
    fields.push(("name", name(object)));
    join(&fields)
}

fn secret(object: &Node) -> String {
    let mut fields =
        vec![("data", section(object, "data")), ("kind", json_text("Secret")), ("name", name(object))];
    if let Some(texts) = object.get("stringData").filter(|it| !it.entries().is_empty()) {
        fields.push(("stringData", json(texts)));
    }
    fields.push(("type", json_text(object.text_at(&["type"]))));
    join(&fields)
}

/// Upstream asks for a field called `metadata/name`, which there is none of.
fn name(_: &Node) -> String {
    json_text("")
}

fn section(object: &Node, name: &str) -> String {
    object.get(name).map_or_else(|| json_text(""), json)
}

fn json_text(text: &str) -> String {
    crate::output::quoted(text)
}

fn join(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{}:{value}", json_text(key))).collect();
    format!("{{{}}}", fields.join(","))
}
