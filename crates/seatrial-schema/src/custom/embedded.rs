//! Objects of Kubernetes inside others
//! (`pkg/apiserver/schema/objectmeta/validation.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::structural::Structural;
use crate::value::{By, Entry, Value};

/// The rules for all embedded objects.
pub(super) fn validate(schema: &Structural, value: &Value, at: &Path<'_>, errors: &mut Errors) {
    match value {
        Value::Map(map) => {
            if schema.embedded_resource {
                object(value, at, errors);
            }
            for Entry { key, value, .. } in map.entries() {
                match (schema.properties.get(key), schema.additional_schema()) {
                    (Some(schema), _) => validate(schema, value, &at.child(key), errors),
                    (None, Some(schema)) => validate(schema, value, &at.key(key), errors),
                    (None, None) => {}
                }
            }
        }
        Value::List(items) => {
            let Some(schema) = schema.items.as_deref() else { return };
            for (index, item) in items.iter().enumerate() {
                validate(schema, item, &at.index(index), errors);
            }
        }
        _ => {}
    }
}

fn object(value: &Value, at: &Path<'_>, errors: &mut Errors) {
    let field = |name: &str| value.as_map().and_then(|map| map.value(name));
    for name in ["apiVersion", "kind"] {
        let at = at.child(name);
        match field(name) {
            None => errors.required(&at, ""),
            Some(Value::Str(text)) if text.is_empty() => errors.invalid(&at, "", "must not be empty"),
            Some(Value::Str(text)) if name == "apiVersion" && text.matches('/').count() > 1 => {
                let detail = format!("unexpected GroupVersion string: {text}");
                errors.invalid(&at, text.clone(), detail);
            }
            Some(Value::Str(text)) if name == "kind" => {
                let wrong = names::dns1035_label(&text.to_lowercase());
                if !wrong.is_empty() {
                    let detail =
                        format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
                    errors.invalid(&at, text.clone(), detail);
                }
            }
            Some(Value::Str(_)) => {}
            Some(other) => errors.invalid(&at, other.clone(), "must be a string"),
        }
    }
    let Some(meta) = field("metadata") else { return };
    let mut meta = meta.clone();
    if meta.str("name").is_empty() {
        meta.set("name", "fakename", By::Server);
    }
    let scope =
        if meta.str("namespace").is_empty() { metadata::Scope::Cluster } else { metadata::Scope::Namespaced };
    metadata::create_at(&meta, &at.child("metadata"), scope, names::path_segment, errors);
}
