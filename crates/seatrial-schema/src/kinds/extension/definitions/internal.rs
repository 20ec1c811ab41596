//! The form in which the server validates a definition: what all versions share
//! stands once at the top (`apiextensions-apiserver` 0.36,
//! `pkg/apis/apiextensions/v1/conversion.go`).

use seatrial_yaml::{FieldPath, PathStep};

use crate::value::{By, Value};

/// Fields of a version, and where they stand if all versions agree.
const SHARED: [(&str, &str); 4] = [
    ("subresources", "subresources"),
    ("schema", "validation"),
    ("additionalPrinterColumns", "additionalPrinterColumns"),
    ("selectableFields", "selectableFields"),
];

/// The spec of a definition in that form.
pub(super) fn of_spec(spec: &Value) -> Value {
    let mut out = spec.clone();
    if let Some(conversion) = out.at_mut("conversion")
        && let Some(mut webhook) = conversion.remove("webhook")
    {
        for (field, to) in [
            ("conversionReviewVersions", "conversionReviewVersions"),
            ("clientConfig", "webhookClientConfig"),
        ] {
            if let Some(value) = webhook.remove(field) {
                conversion.set(to, value, By::Manifest);
            }
        }
    }
    let Some(first) = spec.items("versions").first() else { return out };
    out.set("version", first.at("name").clone().or_empty(), By::Manifest);
    for (field, to) in SHARED {
        if !spec.items("versions").iter().all(|it| it.at(field).semantically_equals(first.at(field))) {
            continue;
        }
        if let Some(value) = first.opt(field) {
            out.set(to, value.clone(), By::Manifest);
        }
        for version in out.items_mut("versions") {
            version.remove(field);
        }
    }
    out
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
