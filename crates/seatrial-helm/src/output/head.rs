//! What Helm reads of a document before it sorts it.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, Value};

use super::glance::glance;
use crate::versions::Switches;

/// What Helm looks at in a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: String,
    pub(super) hook: Option<String>,
    pub(super) weight: Option<String>,
}

impl Head {
    /// Reads it where the document is YAML; the error is Helm's.
    pub(super) fn read(text: &str, switches: &Switches) -> Result<Self, String> {
        let Some(head) = glance(text) else { return Self::parse(text, switches) };
        debug_assert_eq!(Self::parse(text, switches).as_ref(), Ok(&head), "both read {text:?} alike");
        Ok(head)
    }

    /// Reads it with the parser.
    pub(super) fn parse(text: &str, switches: &Switches) -> Result<Self, String> {
        let stream = seatrial_yaml::parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
        if let Some((message, _)) = crate::values::read::first_refusal(&stream) {
            return Err(format!("error converting YAML to JSON: {message}"));
        }
        let Some(root) = stream.document_root(0) else { return Ok(Self::default()) };
        let wanted = if switches.chart_is_map { "util.SimpleHead" } else { "releaseutil.SimpleHead" };
        match root.value() {
            Value::Mapping => {}
            Value::Null => return Ok(Self::default()),
            _ => return Err(misfit(root, &format!("value of type {wanted}"))),
        }
        let mut head = Self::default();
        text_field(root, "apiVersion", "SimpleHead.apiVersion")?;
        head.kind = text_field(root, "kind", "SimpleHead.kind")?.unwrap_or_default();
        let Some(metadata) = field(root, "metadata").filter(|node| !node.is_null()) else { return Ok(head) };
        if !metadata.is_mapping() {
            return Err(misfit(
                metadata,
                &of_field(
                    "SimpleHead.metadata",
                    "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }",
                ),
            ));
        }
        if let Some(annotations) = field(metadata, "annotations").filter(|node| !node.is_null()) {
            if !annotations.is_mapping() {
                return Err(misfit(annotations, &of_field(".metadata.annotations", "map[string]string")));
            }
            for entry in annotations.entries() {
                let text = text_of(entry.value)
                    .ok_or_else(|| misfit(entry.value, &of_field(".metadata.annotations", "string")))?;
                match &*entry.name() {
                    "helm.sh/hook" => head.hook = Some(text),
                    "helm.sh/hook-weight" => head.weight = Some(text),
                    _ => {}
                }
            }
        }
        text_field(metadata, "name", ".metadata.name")?;
        Ok(head)
    }
}

/// A field as `encoding/json` finds it: in any case, if not as written.
fn field<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.get(name).or_else(|| {
        let other = node.entries().find(|entry| entry.name().eq_ignore_ascii_case(name));
        other.map(|entry| entry.value)
    })
}

fn text_field(node: Node<'_>, name: &str, path: &str) -> Result<Option<String>, String> {
    let Some(value) = field(node, name) else { return Ok(None) };
    text_of(value).map(Some).ok_or_else(|| misfit(value, &of_field(path, "string")))
}

fn of_field(path: &str, wanted: &str) -> String {
    format!("struct field {path} of type {wanted}")
}

/// A scalar as text, as YAML gives it where text is wanted.
fn text_of(node: Node<'_>) -> Option<String> {
    match node.value() {
        Value::Sequence | Value::Mapping => None,
        Value::Null => Some(String::new()),
        _ => Some(node.key_name().into_owned()),
    }
}

fn misfit(node: Node<'_>, into: &str) -> String {
    let is = match node.value() {
        Value::Sequence => "array",
        Value::Mapping => "object",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {is} into Go {into}")
}
