//! The definitions of all minors as one: what stays the same is kept once, with
//! the minors it belongs to.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

/// A bit for each minor.
pub(super) type Minors = u64;

#[derive(Default)]
pub(super) struct Merged {
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) types: BTreeMap<String, Definition>,
    /// By group, version and kind: the type's name and the minors.
    pub(super) kinds: BTreeMap<(String, String, String), (String, Minors)>,
}

#[derive(Default)]
pub(super) struct Definition {
    pub(super) minors: Minors,
    pub(super) fields: BTreeMap<Field, Minors>,
}

/// What the definitions say of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) list_type: String,
    pub(super) map_type: String,
    pub(super) map_keys: Vec<String>,
    pub(super) patch_strategy: String,
    pub(super) merge_key: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Scalar(u8),
    Named(String),
    List(Box<Shape>),
    Map(Box<Shape>),
}

/// The codes of scalars, as `seatrial-schema` reads them.
pub(super) mod code {
    pub(in super::super) const BOOL: u8 = 1;
    pub(in super::super) const INT32: u8 = 2;
    pub(in super::super) const INT64: u8 = 3;
    pub(in super::super) const FLOAT: u8 = 4;
    pub(in super::super) const TEXT: u8 = 5;
    pub(in super::super) const BYTES: u8 = 6;
    pub(in super::super) const ANY: u8 = 7;
}

impl Merged {
    /// Adds the definitions of one minor.
    pub(super) fn add(&mut self, minor: u8, document: &Value) -> anyhow::Result<()> {
        let definitions = document.get("$defs").or_else(|| document.get("definitions"));
        let definitions = definitions.and_then(Value::as_object).context("no definitions")?;
        self.first = if self.first == 0 { minor } else { self.first.min(minor) };
        self.last = self.last.max(minor);
        let bit = 1 << (minor - self.first);
        for (name, written) in definitions {
            let definition = self.types.entry(name.clone()).or_default();
            definition.minors |= bit;
            let required = texts(&written["required"]);
            for (field, schema) in written["properties"].as_object().into_iter().flatten() {
                let context = || format!("{name}.{field} of 1.{minor}");
                let mut field = read_field(field, schema).with_context(context)?;
                field.required = required.contains(&field.name);
                *definition.fields.entry(field).or_default() |= bit;
            }
            // Only objects have metadata; the rest are options, reviews of old and lists of names.
            if written["properties"].get("metadata").is_some() {
                self.add_kinds(name, &written["x-kubernetes-group-version-kind"], bit);
            }
        }
        Ok(())
    }

    fn add_kinds(&mut self, name: &str, kinds: &Value, bit: Minors) {
        for kind in kinds.as_array().into_iter().flatten() {
            let word = |key: &str| kind[key].as_str().unwrap_or_default().to_owned();
            let found = self.kinds.entry((word("group"), word("version"), word("kind"))).or_default();
            name.clone_into(&mut found.0);
            found.1 |= bit;
        }
    }
}

fn read_field(name: &str, schema: &Value) -> anyhow::Result<Field> {
    let word = |key: &str| schema[key].as_str().unwrap_or_default().to_owned();
    Ok(Field {
        name: name.to_owned(),
        shape: read_shape(schema)?,
        required: false,
        list_type: word("x-kubernetes-list-type"),
        map_type: word("x-kubernetes-map-type"),
        map_keys: texts(&schema["x-kubernetes-list-map-keys"]),
        patch_strategy: word("x-kubernetes-patch-strategy"),
        merge_key: word("x-kubernetes-patch-merge-key"),
    })
}

fn read_shape(schema: &Value) -> anyhow::Result<Shape> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return Ok(Shape::Named(name.to_owned()));
    }
    let word = match &schema["type"] {
        Value::Array(words) => words.iter().filter_map(Value::as_str).find(|word| *word != "null"),
        word => word.as_str(),
    };
    let format = schema["format"].as_str().unwrap_or_default();
    Ok(match (word, format) {
        (Some("boolean"), _) => Shape::Scalar(code::BOOL),
        (Some("integer"), "int64") => Shape::Scalar(code::INT64),
        (Some("integer"), _) => Shape::Scalar(code::INT32),
        (Some("number"), _) => Shape::Scalar(code::FLOAT),
        (Some("string"), "byte") => Shape::Scalar(code::BYTES),
        (Some("string"), _) => Shape::Scalar(code::TEXT),
        (Some("array"), _) => Shape::List(Box::new(read_shape(&schema["items"])?)),
        (Some("object"), _) if schema.get("additionalProperties").is_some() => {
            Shape::Map(Box::new(read_shape(&schema["additionalProperties"])?))
        }
        (Some("object") | None, _) => Shape::Scalar(code::ANY),
        (Some(word), _) => bail!("unknown type {word}"),
    })
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
