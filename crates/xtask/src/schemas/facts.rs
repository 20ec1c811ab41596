//! What the Go program prints.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Facts {
    pub(super) types: BTreeMap<String, GoType>,
    pub(super) enums: BTreeMap<String, Vec<String>>,
    pub(super) kinds: Vec<GoKind>,
}

#[derive(Deserialize)]
pub(super) struct GoType {
    #[serde(default)]
    fields: Vec<GoField>,
}

#[derive(Deserialize)]
pub(super) struct GoField {
    name: String,
    #[serde(rename = "type")]
    pub(super) go: String,
    #[serde(default)]
    pub(super) pointer: bool,
    #[serde(default)]
    pub(super) omitempty: bool,
    #[serde(default)]
    pub(super) omitzero: bool,
    #[serde(default)]
    pub(super) within: String,
    #[serde(rename = "enum")]
    closed: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GoKind {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) cluster: bool,
    #[serde(default)]
    pub(super) introduced: u8,
    #[serde(default)]
    pub(super) deprecated: u8,
    #[serde(default)]
    pub(super) removed: u8,
    #[serde(default)]
    pub(super) replacement: String,
}

impl Facts {
    pub(super) fn field(&self, definition: &str, field: &str) -> Option<&GoField> {
        self.types.get(definition)?.fields.iter().find(|it| it.name == field)
    }

    /// The values a field of a closed string type may have.
    pub(super) fn values(&self, field: &GoField) -> Option<&Vec<String>> {
        self.enums.get(field.closed.as_ref()?)
    }
}
