//! `CustomResourceDefinition` (`apiextensions-apiserver` 0.36,
//! `pkg/apis/apiextensions/validation/validation.go`,
//! `pkg/registry/customresourcedefinition/strategy.go`).

mod defaults;
mod field_paths;
mod internal;
mod names;
mod schemas;
mod spec;
mod structural;

use internal::Spec;
use spec::Options;

use crate::custom::formats;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names as grammar, urls};
use crate::value::{By, Value};

const APPROVAL: &str = "api-approved.kubernetes.io";

pub(super) const STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |definition| {
        definition.remove("status");
        super::first_generation(definition);
        store_version(definition);
    },
    prepare_update: |new, old| {
        new.set("status", old.at("status").clone(), By::Server);
        super::next_generation(new, old, "spec");
        store_version(new);
    },
    validate: |definition, errors| validate(definition, None, errors),
    validate_update: |new, old, errors| validate(new, Some(old), errors),
    warnings,
    ..Strategy::plain("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
};

fn default(definition: &mut Value) {
    let spec = definition.struct_mut("spec");
    let names = spec.struct_mut("names");
    let kind = names.str("kind").to_owned();
    if names.str("singular").is_empty() && !kind.is_empty() {
        names.set("singular", kind.to_lowercase().as_str(), By::Server);
    }
    if names.str("listKind").is_empty() && !kind.is_empty() {
        names.set("listKind", format!("{kind}List").as_str(), By::Server);
    }
    if !spec.has("conversion") {
        spec.struct_mut("conversion").set("strategy", "None", By::Server);
    }
    if let Some(webhook) = spec.at_mut("conversion").and_then(|it| it.at_mut("webhook")) {
        super::webhooks::default_service(webhook, "clientConfig");
    }
    if definition.at("status").items("storedVersions").is_empty() {
        store_version(definition);
    }
}

/// Notes the version in which objects are stored.
fn store_version(definition: &mut Value) {
    let versions = definition.at("spec").items("versions");
    let Some(name) = versions.iter().find(|it| it.bool("storage")).map(|it| it.at("name").clone().or_empty())
    else {
        return;
    };
    let status = definition.struct_mut("status");
    let mut stored = status.items("storedVersions").to_vec();
    if !stored.contains(&name) {
        stored.push(name);
        status.set("storedVersions", stored, By::Server);
    }
}

fn validate(definition: &Value, old: Option<&Value>, errors: &mut Errors) {
    let before = errors.len();
    let spec = Spec::of(definition.at("spec"));
    let at = Path::new("spec");
    match old {
        None => {
            metadata::generic_create(definition, Scope::Cluster, grammar::subdomain_name, errors);
            own_name(definition, errors);
            spec::validate(&spec, &Options::default(), &at, errors);
        }
        Some(old) => {
            metadata::generic_update(definition, old, errors);
            let old_spec = Spec::of(old.at("spec"));
            let options = Options::of_update(&spec, &old_spec, old);
            spec::validate(&spec, &options, &at, errors);
            spec::validate_update(&spec, &old_spec, &options, &at, errors);
        }
    }
    let at_status = Path::new("status");
    names::validate(definition.at("status").at("acceptedNames"), &at_status.child("acceptedNames"), errors);
    stored_versions(definition, &at_status.child("storedVersions"), errors);
    approval(definition, old, errors);
    let kept_unknown = old.is_some_and(|old| old.at("spec").bool("preserveUnknownFields"));
    if spec.bool("preserveUnknownFields") && !kept_unknown {
        let detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.invalid(&at.child("preserveUnknownFields"), true, detail);
    }
    for error in &mut errors.as_mut_slice()[before..] {
        error.path = internal::written_at(&error.path);
    }
}

/// The name says which resource of which group it is.
fn own_name(definition: &Value, errors: &mut Errors) {
    let spec = definition.at("spec");
    let required = format!("{}.{}", spec.at("names").str("plural"), spec.str("group"));
    let at = Path::new("metadata");
    for field in ["generateName", "name"] {
        let name = definition.at("metadata").str(field);
        if !name.is_empty() && name != required {
            errors.invalid(&at.child(field), name, "must be spec.names.plural+\".\"+spec.group");
        }
    }
}

fn stored_versions(definition: &Value, at: &Path<'_>, errors: &mut Errors) {
    let stored = definition.at("status").items("storedVersions");
    let printed = || definition.at("status").at("storedVersions").clone();
    if stored.is_empty() {
        return errors.invalid(at, printed(), "must have at least one stored version");
    }
    let mut missing: Vec<_> = stored.iter().map(Value::as_str).enumerate().collect();
    for version in definition.at("spec").items("versions") {
        let name = version.str("name");
        let is_stored = missing.iter().any(|(_, it)| *it == name);
        if version.bool("storage") && !is_stored {
            errors.invalid(at, printed(), format!("must have the storage version {name}"));
        }
        missing.retain(|(_, it)| *it != name);
    }
    for (index, name) in missing {
        let detail = format!(
            "missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"
        );
        errors.invalid(&at.index(index), name, detail);
    }
}

/// What is said of a definition in a group of the community.
#[derive(PartialEq)]
enum Approval {
    Missing,
    Invalid,
    Given,
    Bypassed,
}

fn approval_of(definition: &Value) -> Approval {
    let text = definition.at("metadata").at("annotations").str(APPROVAL);
    let is_address = urls::parse(text).is_ok_and(|url| !url.host.is_empty() && !url.scheme.is_empty());
    match text {
        "" => Approval::Missing,
        _ if text.starts_with("unapproved") => Approval::Bypassed,
        _ if is_address => Approval::Given,
        _ => Approval::Invalid,
    }
}

fn approval(definition: &Value, old: Option<&Value>, errors: &mut Errors) {
    let dotted = format!(".{}", definition.at("spec").str("group"));
    let is_protected = dotted.ends_with(".k8s.io") || dotted.ends_with(".kubernetes.io");
    let approval = approval_of(definition);
    if !is_protected || old.is_some_and(|old| approval_of(old) == approval) {
        return;
    }
    let at = Path::new("metadata");
    let at = at.child("annotations");
    let at = at.key(APPROVAL);
    let detail = format!("protected groups must have approval annotation {APPROVAL:?}");
    let link = "see https://github.com/kubernetes/enhancements/pull/1111";
    match approval {
        Approval::Missing => errors.required(&at, format!("{detail}, {link}")),
        Approval::Invalid => {
            let text = definition.at("metadata").at("annotations").str(APPROVAL);
            let detail =
                format!("{detail} with either a URL or a reason starting with \"unapproved\", {link}");
            errors.invalid(&at, text, detail);
        }
        Approval::Given | Approval::Bypassed => {}
    }
}

fn warnings(definition: &Value) -> Vec<String> {
    let mut warnings = Vec::new();
    let spec = Spec::of(definition.at("spec"));
    for schema in spec::all_schemas(&spec) {
        schemas::any(schema, &mut |schema| {
            let format = schema.str("format");
            if !format.is_empty() && !formats::is_recognized(format, schema.str("type")) {
                warnings.push(format!("unrecognized format {format:?}"));
            }
            false
        });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, created, refused};

    const KIND: &str = "apiextensions.k8s.io/v1/CustomResourceDefinition";

    fn definition(spec: &str, schema: &str) -> String {
        format!(
            "{{metadata: {{name: as.example.com}}, spec: {{group: example.com, scope: Cluster, names: {{plural: as, kind: A}}, {spec} versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]}}}}"
        )
    }

    #[test]
    fn definitions_are_held_to_their_rules() {
        let rows = [
            ("", "{type: object}", &[][..]),
            (
                "preserveUnknownFields: true,",
                "{type: object}",
                &["spec.preserveUnknownFields FieldValueInvalid"],
            ),
            (
                "conversion: {strategy: Webhook},",
                "{type: object}",
                &[
                    "spec.conversion.webhookClientConfig FieldValueRequired",
                    "spec.conversion.conversionReviewVersions FieldValueRequired",
                ],
            ),
            (
                "",
                "{type: object, properties: {a: {type: integer, default: x, uniqueItems: true}}}",
                &[
                    "spec.validation.openAPIV3Schema.properties[a].default FieldValueTypeInvalid",
                    "spec.validation.openAPIV3Schema.properties[a].uniqueItems FieldValueForbidden",
                ],
            ),
            (
                "",
                "{type: object, properties: {a: {type: object, default: {b: 1}}}}",
                &["spec.validation.openAPIV3Schema.properties[a].default FieldValueInvalid"],
            ),
            (
                "",
                "{type: object, properties: {a: {type: array, x-kubernetes-list-type: map, items: {type: object}}}}",
                &[
                    "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-list-map-keys FieldValueRequired",
                ],
            ),
            (
                "",
                "{type: object, properties: {a: {type: integer, x-kubernetes-validations: [{rule: self.x}]}}}",
                &[
                    "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[0].rule FieldValueInvalid",
                ],
            ),
            (
                "",
                "{type: object, properties: {a: {type: array, maxItems: 3, items: {type: string, maxLength: 9, x-kubernetes-validations: [{rule: self == oldSelf}]}}}}",
                &[
                    "spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-validations[0].rule FieldValueInvalid",
                ],
            ),
            (
                "",
                "{type: object, properties: {a: {type: object, x-kubernetes-map-type: atomic, properties: {b: {type: string, maxLength: 9, x-kubernetes-validations: [{rule: self == oldSelf}]}}}}}",
                &[],
            ),
        ];
        for (spec, schema, wanted) in rows {
            assert_eq!(refused(KIND, &definition(spec, schema)), wanted, "{spec} {schema}");
        }
    }

    #[test]
    fn an_error_leads_to_the_version_as_written() {
        let (strategy, object) = created(KIND, &definition("", "{type: object, nullable: true}"));
        let mut errors = super::Errors::new();
        (strategy.validate)(&object, &mut errors);
        let path = errors.as_slice()[0].path.to_string();
        assert_eq!(path, "spec.versions[0].schema.openAPIV3Schema.nullable");
    }

    #[test]
    fn a_definition_keeps_its_group_and_stored_versions() {
        let before = definition("", "{type: object}");
        assert_eq!(
            change_refused(KIND, &before, &before.replace("group: example.com", "group: example.org")),
            ["spec.group FieldValueInvalid",]
        );
        assert_eq!(
            change_refused(KIND, &before, &before.replace("name: v1,", "name: v2,")),
            ["status.storedVersions[0] FieldValueInvalid",]
        );
    }
}
