//! The schema's text, its parts by id, anchor and pointer, and its patterns.

use std::collections::BTreeMap;

use regex::Regex;
use seatrial_schema::cel::re2;

use super::Draft;
use super::shape::Parts;
use crate::errors::NOT_LOADED;
use crate::go;
use crate::template::Value;

const URL: &str = "file:///values.schema.json";

/// A schema with all that is looked up in it.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) schema: Value,
    pub(super) draft: Draft,
    /// Parts by `$id` and by `#anchor`.
    named: BTreeMap<String, Value>,
    patterns: BTreeMap<String, Regex>,
    /// Patterns and references that cannot be used.
    trouble: Option<String>,
}

impl Root {
    pub(super) fn new(schema: Value, draft: Draft, parts: &Parts) -> Self {
        let mut root =
            Self { schema, draft, named: BTreeMap::new(), patterns: BTreeMap::new(), trouble: None };
        for (at, part) in parts.iter() {
            root.collect(part, &|| parts.pointer(at));
        }
        for (_, part) in parts.iter() {
            root.check_reference(part);
        }
        root
    }

    /// What keeps the schema from being used.
    pub(super) fn check(&self) -> Result<(), String> {
        self.trouble.clone().map_or(Ok(()), Err)
    }

    fn collect(&mut self, part: &Value, pointer: &dyn Fn() -> String) {
        let Some(map) = part.as_map() else { return };
        let text = |key: &str| map.get(key).and_then(|it| it.as_str().map(str::to_owned));
        let id = if self.draft == Draft::Four { "id" } else { "$id" };
        if let Some(id) = text(id).filter(|_| map.get("$ref").is_none() || self.draft >= Draft::Of2019) {
            self.named.insert(id.trim_end_matches('#').to_owned(), part.clone());
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = text(key) {
                self.named.entry(format!("#{anchor}")).or_insert_with(|| part.clone());
            }
        }
        let mut patterns: Vec<String> = text("pattern").into_iter().collect();
        if let Some(by_pattern) = map.get("patternProperties").as_ref().and_then(Value::as_map) {
            patterns.extend(by_pattern.entries().keys().map(std::string::ToString::to_string));
        }
        for pattern in patterns {
            match re2::compile(&pattern) {
                Ok(regex) => {
                    self.patterns.insert(pattern, regex);
                }
                Err(message) => {
                    let place = go::quote(&format!("{URL}#{}/pattern", pointer()));
                    let text = format!("invalid regex {} at {place}: {message}", go::quote(&pattern));
                    self.trouble.get_or_insert(text);
                }
            }
        }
    }

    fn check_reference(&mut self, part: &Value) {
        let Some(map) = part.as_map() else { return };
        for key in ["$ref", "$dynamicRef"] {
            let Some(reference) = map.get(key) else { continue };
            let Some(reference) = reference.as_str() else { continue };
            if self.find(reference).is_none() && !reference.starts_with("urn:") {
                let text = missing(reference);
                self.trouble.get_or_insert(text);
            }
        }
    }

    /// The part that a reference names.
    pub(super) fn find(&self, reference: &str) -> Option<Value> {
        if let Some(named) = self.named.get(reference.trim_end_matches('#')) {
            return Some(named.clone());
        }
        let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = if url.is_empty() || url == URL || url == "values.schema.json" {
            self.schema.clone()
        } else {
            // A relative reference is to an id with this ending.
            let ending = format!("/{url}");
            self.named.iter().find(|(id, _)| id.as_str() == url || id.ends_with(&ending))?.1.clone()
        };
        let fragment = percent_decoded(fragment);
        if fragment.is_empty() {
            return Some(base);
        }
        fragment.split('/').skip(1).try_fold(base, |part, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match part.as_list() {
                Some(items) => items.get(step.parse::<usize>().ok()?).cloned(),
                None => part.as_map()?.get(&step),
            }
        })
    }

    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        self.patterns.get(pattern).is_none_or(|it| it.is_match(text))
    }
}

/// What the library says of a reference that leads nowhere.
fn missing(reference: &str) -> String {
    let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    if url.is_empty() && fragment.starts_with('/') {
        return format!("json-pointer in {} not found", go::quote(&format!("{URL}#{fragment}")));
    }
    if url.is_empty() {
        let anchor = go::quote(&format!("{URL}#{fragment}"));
        return format!("anchor in {anchor} not found in schema {}", go::quote(URL));
    }
    let whole =
        if url.contains(':') { url.to_owned() } else { format!("file:///{}", url.trim_start_matches("./")) };
    format!("{NOT_LOADED}{}: nothing outside the schema is read", go::quote(&whole))
}

fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        if let Some(decoded) = code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            out.push(decoded);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    crate::json::lossy(&out)
}
