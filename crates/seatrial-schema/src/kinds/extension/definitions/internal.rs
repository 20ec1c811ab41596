//! The form in which the server validates a definition: what all versions share
//! stands once at the top (`apiextensions-apiserver` 0.36,
//! `pkg/apis/apiextensions/v1/conversion.go`).

use std::ops::Deref;

use seatrial_yaml::{FieldPath, PathStep};

use crate::value::{By, Value};

/// Fields of a version that stand in the spec if all versions agree, beside the schema.
const SHARED: [&str; 3] = ["subresources", "additionalPrinterColumns", "selectableFields"];

static NOTHING: Value = Value::Null;

/// The spec of a definition in that form. Schemas, which are nearly all of it,
/// are lent.
pub(super) struct Spec<'a> {
    fields: Value,
    /// The schema that all versions have.
    validation: &'a Value,
    /// The schema of each version, where they differ.
    schemas: Vec<&'a Value>,
}

/// All but the schemas.
impl Deref for Spec<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.fields
    }
}

impl<'a> Spec<'a> {
    pub(super) fn of(spec: &'a Value) -> Self {
        let written = spec.items("versions");
        let Some(first) = written.first() else {
            let mut fields = spec.clone();
            webhook(&mut fields);
            return Self { fields, validation: &NOTHING, schemas: Vec::new() };
        };
        let mut fields = spec.clone_without("versions");
        webhook(&mut fields);
        fields.set("version", first.at("name").clone().or_empty(), By::Manifest);
        let agree =
            |field: &str| written[1..].iter().all(|it| it.at(field).semantically_equals(first.at(field)));
        let mut versions: Vec<_> = written.iter().map(|it| it.clone_without("schema")).collect();
        for field in SHARED.into_iter().filter(|field| agree(field)) {
            if let Some(value) = first.opt(field) {
                fields.set(field, value.clone(), By::Manifest);
            }
            for version in &mut versions {
                version.remove(field);
            }
        }
        fields.set("versions", versions, By::Manifest);
        let schema = |version: &'a Value| version.at("schema");
        if agree("schema") {
            let schemas = written.iter().map(|_| &NOTHING).collect();
            return Self { fields, validation: schema(first), schemas };
        }
        Self { fields, validation: &NOTHING, schemas: written.iter().map(schema).collect() }
    }

    /// What holds the schema of all versions; null where each has its own.
    pub(super) fn validation(&self) -> &'a Value {
        self.validation
    }

    /// The versions, each with what holds its own schema.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&Value, &'a Value)> {
        self.fields.items("versions").iter().zip(self.schemas.iter().copied())
    }

    /// The versions as the server prints them.
    pub(super) fn printed_versions(&self) -> Value {
        let whole = |(version, schema): (&Value, &Value)| {
            let mut version = version.clone();
            if !schema.is_null() {
                version.set("schema", schema.clone(), By::Manifest);
            }
            version
        };
        match self.fields.at("versions") {
            Value::List(_) => Value::List(self.versions().map(whole).collect()),
            other => other.clone(),
        }
    }
}

/// How a webhook that converts is called stands with the strategy.
fn webhook(spec: &mut Value) {
    let Some(conversion) = spec.at_mut("conversion") else { return };
    let Some(mut webhook) = conversion.remove("webhook") else { return };
    for (field, to) in
        [("conversionReviewVersions", "conversionReviewVersions"), ("clientConfig", "webhookClientConfig")]
    {
        if let Some(value) = webhook.remove(field) {
            conversion.set(to, value, By::Manifest);
        }
    }
}

/// Where a field of that form stands in the manifest.
pub(super) fn written_at(path: &FieldPath) -> FieldPath {
    let mut steps: Vec<PathStep> = Vec::new();
    for step in path.steps() {
        match step {
            PathStep::Key(key) => match key.split_once('.') {
                Some((outer @ ("openAPIV3Schema" | "scale"), inner)) => {
                    steps.extend([PathStep::Key(outer.into()), PathStep::Key(inner.into())]);
                }
                _ if key == "JSONPath" => steps.push(PathStep::Key("jsonPath".into())),
                _ => steps.push(step.clone()),
            },
            PathStep::Index(_) => steps.push(step.clone()),
        }
    }
    let key = |at: usize| match steps.get(at) {
        Some(PathStep::Key(key)) => key.as_str(),
        _ => "",
    };
    let to: &[&str] = match (key(0), key(1), key(2)) {
        ("spec", "conversion", "webhookClientConfig") => &["spec", "conversion", "webhook", "clientConfig"],
        ("spec", "conversion", "conversionReviewVersions") => {
            &["spec", "conversion", "webhook", "conversionReviewVersions"]
        }
        ("spec", "version", _) => &["spec", "versions", "name"],
        ("spec", "validation", _) => &["spec", "versions", "schema"],
        ("spec", "subresources", _) => &["spec", "versions", "subresources"],
        ("spec", "additionalPrinterColumns", _) => &["spec", "versions", "additionalPrinterColumns"],
        ("spec", "selectableFields", _) => &["spec", "versions", "selectableFields"],
        _ => return steps.into(),
    };
    let taken = if to[1] == "conversion" { 3 } else { 2 };
    let mut out: Vec<PathStep> = to.iter().map(|step| PathStep::Key((*step).into())).collect();
    if to[1] == "versions" {
        out.insert(2, PathStep::Index(0));
    }
    out.extend(steps.drain(taken..));
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Path;

    #[test]
    fn errors_lead_to_what_is_written() {
        let spec = Path::new("spec");
        let validation = spec.child("validation");
        let path = validation.child("openAPIV3Schema.type").to_field_path();
        assert_eq!(written_at(&path).to_string(), "spec.versions[0].schema.openAPIV3Schema.type");
        let conversion = spec.child("conversion");
        let client = conversion.child("webhookClientConfig");
        let path = client.child("url").to_field_path();
        assert_eq!(written_at(&path).to_string(), "spec.conversion.webhook.clientConfig.url");
    }
}
