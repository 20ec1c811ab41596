//! The table as bytes; `seatrial-schema` `table/read.rs` reads them back.

use std::collections::BTreeMap;

use anyhow::Context;

use super::facts::{Facts, GoKind};
use super::merge::{Definition, Field, Merged, Minors, Shape, code};

/// Types that read their own JSON, by the end of their name.
const CUSTOM: [(&str, u8); 12] = [
    ("resource.Quantity", 8),
    ("meta.v1.Time", 9),
    ("meta.v1.MicroTime", 10),
    ("meta.v1.Duration", 11),
    ("intstr.IntOrString", 12),
    ("runtime.RawExtension", 13),
    ("meta.v1.FieldsV1", 14),
    (".JSONSchemaPropsOrArray", 15),
    (".JSONSchemaPropsOrBool", 16),
    (".JSONSchemaPropsOrStringArray", 17),
    (".JSON", code::ANY),
    ("meta.v1.Patch", code::ANY),
];

const STRUCT: u8 = 20;
const LIST: u8 = 21;
const MAP: u8 = 22;

/// Kinds without a Go type today that belong to no namespace.
const CLUSTER: [&str; 9] = [
    "AuditSink",
    "ClusterCIDR",
    "ClusterTrustBundle",
    "DeviceTaintRule",
    "IPAddress",
    "PodSecurityPolicy",
    "ResourceClass",
    "ServiceCIDR",
    "StorageVersionMigration",
];

#[derive(Default)]
struct Blob<'a> {
    bytes: Vec<u8>,
    words: BTreeMap<&'a str, usize>,
    lists: BTreeMap<&'a [String], usize>,
    types: BTreeMap<&'a str, usize>,
}

/// Writes strings, lists of strings, types and kinds, in this order.
pub(super) fn write(merged: &Merged, facts: &Facts) -> anyhow::Result<Vec<u8>> {
    let mut blob = Blob::default();
    blob.collect(merged, facts);
    blob.bytes.extend([merged.first, merged.last]);
    blob.write_words();
    blob.write_lists();
    blob.number(merged.types.len() as u64);
    for (name, definition) in &merged.types {
        blob.write_type(name, definition, facts)?;
    }
    blob.number(merged.kinds.len() as u64);
    for (kind, (of, minors)) in &merged.kinds {
        blob.write_kind(kind, of, *minors, facts);
    }
    Ok(blob.bytes)
}

impl<'a> Blob<'a> {
    fn collect(&mut self, merged: &'a Merged, facts: &'a Facts) {
        let word = |words: &mut BTreeMap<&'a str, usize>, word: &'a str| {
            words.insert(word, 0);
        };
        word(&mut self.words, "");
        self.lists.insert(&[], 0);
        for (at, (name, definition)) in merged.types.iter().enumerate() {
            self.types.insert(name, at);
            word(&mut self.words, name);
            for field in definition.fields.keys() {
                word(&mut self.words, &field.name);
                word(&mut self.words, &field.merge_key);
                self.lists.insert(&field.map_keys, 0);
                let Some(go) = facts.field(name, &field.name) else { continue };
                word(&mut self.words, plain(&go.go));
                word(&mut self.words, &go.within);
                if let Some(values) = facts.values(go) {
                    self.lists.insert(values, 0);
                }
            }
        }
        for (group, version, kind) in merged.kinds.keys() {
            for it in [group, version, kind] {
                word(&mut self.words, it);
            }
        }
        facts.kinds.iter().for_each(|kind| word(&mut self.words, &kind.replacement));
        let all: Vec<&'a [String]> = self.lists.keys().copied().collect();
        all.into_iter().flatten().for_each(|it| word(&mut self.words, it));
        self.words.values_mut().enumerate().for_each(|(at, id)| *id = at);
        self.lists.values_mut().enumerate().for_each(|(at, id)| *id = at);
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn word(&mut self, word: &str) {
        let id = self.words[word];
        self.number(id as u64);
    }

    fn list(&mut self, list: &[String]) {
        let id = self.lists[list];
        self.number(id as u64);
    }

    fn write_words(&mut self) {
        let words: Vec<&str> = self.words.keys().copied().collect();
        self.number(words.len() as u64);
        for word in words {
            self.number(word.len() as u64);
            self.bytes.extend(word.as_bytes());
        }
    }

    fn write_lists(&mut self) {
        let lists: Vec<&[String]> = self.lists.keys().copied().collect();
        self.number(lists.len() as u64);
        for list in lists {
            self.number(list.len() as u64);
            for word in list {
                self.word(word);
            }
        }
    }

    /// A type's name, its minors, and its fields; those that are in all of its
    /// minors have the minors 0. The length in bytes goes first, to skip it.
    fn write_type(
        &mut self,
        name: &'a str,
        definition: &'a Definition,
        facts: &'a Facts,
    ) -> anyhow::Result<()> {
        self.word(name);
        self.number(definition.minors);
        let before = std::mem::take(&mut self.bytes);
        self.number(definition.fields.len() as u64);
        for (field, minors) in &definition.fields {
            let minors = if *minors == definition.minors { 0 } else { *minors };
            self.write_field(name, field, minors, facts).with_context(|| name.to_owned())?;
        }
        let body = std::mem::replace(&mut self.bytes, before);
        self.number(body.len() as u64);
        self.bytes.extend(body);
        Ok(())
    }

    fn write_field(
        &mut self,
        of: &str,
        field: &'a Field,
        minors: Minors,
        facts: &'a Facts,
    ) -> anyhow::Result<()> {
        let go = facts.field(of, &field.name);
        self.word(&field.name);
        self.number(minors);
        self.write_shape(&field.shape)?;
        let (pointer, omitempty) =
            go.map_or((!field.required, !field.required), |go| (go.pointer, go.omitempty));
        let flag = |set: bool, bit: u32| u64::from(set) << bit;
        let list_type = match field.list_type.as_str() {
            "atomic" => 1,
            "set" => 2,
            "map" => 3,
            _ => 0,
        };
        let strategy = |word: &str| field.patch_strategy.split(',').any(|it| it == word);
        self.number(
            flag(field.required, 0)
                | flag(pointer, 1)
                | flag(omitempty, 2)
                | flag(go.is_some_and(|go| go.omitzero), 3)
                | (list_type << 4)
                | flag(field.map_type == "atomic", 6)
                | flag(strategy("merge"), 7)
                | flag(strategy("retainKeys"), 8)
                | flag(strategy("replace"), 9),
        );
        self.word(go.map_or("", |go| plain(&go.go)));
        self.word(go.map_or("", |go| &go.within));
        self.list(&field.map_keys);
        self.word(&field.merge_key);
        let values = go.and_then(|go| facts.values(go));
        self.list(values.map_or(&[], Vec::as_slice));
        Ok(())
    }

    fn write_shape(&mut self, shape: &Shape) -> anyhow::Result<()> {
        match shape {
            Shape::Scalar(code) => self.bytes.push(*code),
            Shape::List(items) => {
                self.bytes.push(LIST);
                self.write_shape(items)?;
            }
            Shape::Map(values) => {
                self.bytes.push(MAP);
                self.write_shape(values)?;
            }
            Shape::Named(name) => {
                let custom = CUSTOM.iter().find(|(end, _)| name.ends_with(end));
                self.bytes.push(custom.map_or(STRUCT, |(_, code)| *code));
                let to = match custom.map(|(_, code)| *code) {
                    None => Some(name.clone()),
                    // These hold the type that their name starts with.
                    Some(15..=17) => name.rsplit_once("Or").map(|(of, _)| of.to_owned()),
                    Some(_) => None,
                };
                if let Some(to) = to {
                    let id = *self.types.get(to.as_str()).with_context(|| format!("no type {to}"))?;
                    self.number(id as u64);
                }
            }
        }
        Ok(())
    }

    fn write_kind(
        &mut self,
        (group, version, kind): &(String, String, String),
        of: &str,
        minors: Minors,
        facts: &Facts,
    ) {
        let same = |it: &&GoKind| it.group == *group && it.kind == *kind;
        let go = facts.kinds.iter().filter(same).find(|it| it.version == *version);
        let cluster = facts.kinds.iter().filter(same).any(|it| it.cluster)
            || (go.is_none() && CLUSTER.contains(&kind.as_str()));
        for word in [group, version, kind] {
            self.word(word);
        }
        let id = self.types[of];
        self.number(id as u64);
        self.number(minors);
        self.number(u64::from(cluster));
        let lifecycle = go.map_or([0; 3], |go| [go.introduced, go.deprecated, go.removed]);
        self.bytes.extend(lifecycle);
        self.word(go.map_or("", |go| &go.replacement));
    }
}

/// A Go type without the pointer; what the server prints of it.
fn plain(go: &str) -> &str {
    go.strip_prefix('*').unwrap_or(go)
}
