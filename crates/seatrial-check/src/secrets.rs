//! The entries of Secrets, decoded. Values never leave this crate: checks ask
//! what a value is like and tell its key.

use rustc_hash::FxHashMap;
use seatrial_model::{Field, Object};
use seatrial_yaml::{Node, decode_base64};
use smol_str::SmolStr;

use crate::placeholder::{holds_variable, is_filled_in_later};

/// What a value is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The bytes that a container gets.
    Bytes(Vec<u8>),
    /// It is a string, but not base64.
    NotBase64,
    /// It is no string.
    NotText,
}

/// A key of a Secret.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) key: SmolStr,
    pub(crate) field: Field<'a>,
    pub(crate) value: Value,
}

/// Values beyond this are files; what they are like is not asked.
const TEXT_MAX: usize = 512;

/// The keys of a Secret; those of `stringData` take the place of those of
/// `data`. None where a program has encrypted them or fills them in.
pub(crate) fn entries(object: &Object) -> Vec<Entry<'_>> {
    let root = Field::root(object);
    if !object.is("", "Secret") || root.key("sops").is_some() || is_filled_in(object) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut places: FxHashMap<SmolStr, usize> = FxHashMap::default();
    for list in ["data", "stringData"] {
        for (key, field) in root.key(list).into_iter().flat_map(|it| it.entries()) {
            let entry = Entry { value: value(&field, list == "data"), key: key.clone(), field };
            if let Some(&at) = places.get(&key) {
                found[at] = entry;
            } else {
                places.insert(key, found.len());
                found.push(entry);
            }
        }
    }
    found
}

/// Whether an annotation asks another program to fill in the values.
fn is_filled_in(object: &Object) -> bool {
    let annotations = object.field(&["metadata", "annotations"]);
    let mut names = annotations.into_iter().flat_map(Node::entries);
    names.any(|it| {
        let name = it.name();
        ["avp.kubernetes.io/", "vault.security.banzaicloud.io/", "reflector.v1.k8s.emberstack.com/reflects"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    })
}

fn value(field: &Field<'_>, is_encoded: bool) -> Value {
    let node = field.node();
    match node.as_str() {
        _ if node.is_null() => Value::Bytes(Vec::new()),
        None => Value::NotText,
        Some(text) if is_encoded => decode_base64(text).map_or(Value::NotBase64, Value::Bytes),
        Some(text) => Value::Bytes(text.as_bytes().to_vec()),
    }
}

impl Entry<'_> {
    /// Whether a container gets an empty value.
    pub(crate) fn is_empty(&self) -> bool {
        self.value == Value::Bytes(Vec::new())
    }

    /// Whether the value is a stand-in that somebody was to replace.
    pub(crate) fn is_placeholder(&self) -> bool {
        let Value::Bytes(bytes) = &self.value else { return false };
        // Of several lines, each has a syntax of its own.
        let is_line = |it: &str| !it.trim_end().contains('\n') && is_placeholder(it);
        bytes.len() <= TEXT_MAX && std::str::from_utf8(bytes).is_ok_and(is_line)
    }

    /// Whether the value, as it is written, is for another program to replace.
    pub(crate) fn is_filled_in_later(&self) -> bool {
        self.field.as_str().is_some_and(|it| {
            let start = ["<", "ref+", "vault:", "ENC[", "op://", "secretref"];
            is_filled_in_later(it) || start.iter().any(|prefix| it.starts_with(prefix))
        })
    }
}

fn is_placeholder(text: &str) -> bool {
    const PARTS: &[&str] = &[
        "changeme",
        "change-me",
        "change_me",
        "change me",
        "change-this",
        "change_this",
        "change this",
        "replaceme",
        "replace-me",
        "replace_me",
        "replace me",
        "replace-with",
        "replace_with",
        "replace with",
        "replace-this",
        "replace_this",
        "placeholder",
        "fixme",
        "your-",
        "your_",
        "put-your",
        "put_your",
        "insert-your",
        "insert_your",
        "to-be-replaced",
        "to_be_replaced",
        "base64-encoded",
        "base64_encoded",
        "base64encoded",
    ];
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let is_all = |letter: char| text.len() >= 3 && lower.chars().all(|it| it == letter);
    let is_bracketed = text.len() > 2 && text.starts_with('<') && text.ends_with('>') && !text.contains('\n');
    let is_tagged = is_bracketed && !text.starts_with("<?") && !text[1..text.len() - 1].contains(['<', '>']);
    matches!(text, "TODO" | "TBD" | "...")
        || is_all('x')
        || is_tagged
        || holds_variable(text)
        || PARTS.iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_recognised() {
        for text in [
            "changeme",
            "CHANGE_ME",
            "postgres://u:CHANGE_ME@db/x",
            "<password>",
            "${API_KEY}",
            "your-256-bit-secret",
            "xxxxx",
            "TODO",
            "replace-with-real-key\n",
            "BASE64_ENCODED_VALUE",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "s3cret",
            "todo",
            "postgres://todo:todo@db/todo",
            "<a><b/></a>",
            "<?xml?>",
            "$2y$12$abc",
            "x",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
