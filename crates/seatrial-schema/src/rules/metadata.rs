//! Rules for `metadata` (`apimachinery` 0.36, `api/validation/objectmeta.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names::{self, NameRule};
use crate::value::{Entry, Value};

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They belong to the whole cluster.
    Cluster,
}

const ANNOTATIONS_SIZE: usize = 256 * 1024;
const MANAGER_LENGTH: usize = 128;
const SUBRESOURCE_LENGTH: usize = 256;

/// What is said of a field that an update may not change.
pub const IMMUTABLE: &str = "field is immutable";

/// Rules for the metadata of a new object.
pub fn create(object: &Value, scope: Scope, name: NameRule, errors: &mut Errors) {
    generic_create(object, scope, name, errors);
    standard_finalizers(object.at("metadata"), errors);
}

/// The same where any finalizer will do: for kinds that are extensions themselves, and
/// for a few that upstream does not hold to more.
pub fn generic_create(object: &Value, scope: Scope, name: NameRule, errors: &mut Errors) {
    create_at(object.at("metadata"), &Path::new("metadata"), scope, name, errors);
}

/// Rules for metadata that stands anywhere.
pub fn create_at(meta: &Value, at: &Path<'_>, scope: Scope, name: NameRule, errors: &mut Errors) {
    let generate = meta.str("generateName");
    if !generate.is_empty() {
        errors.each_invalid(&at.child("generateName"), generate, name(generate, true));
    }
    let own = meta.str("name");
    if own.is_empty() && generate.is_empty() {
        errors.required(&at.child("name"), "name or generateName is required");
    } else if !own.is_empty() {
        errors.each_invalid(&at.child("name"), own, name(own, false));
    }
    let namespace = meta.str("namespace");
    match scope {
        Scope::Namespaced if namespace.is_empty() => errors.required(&at.child("namespace"), ""),
        Scope::Namespaced => {
            errors.each_invalid(&at.child("namespace"), namespace, names::dns1123_label(namespace));
        }
        Scope::Cluster if namespace.is_empty() => {}
        Scope::Cluster => errors.forbidden(&at.child("namespace"), "not allowed on this type"),
    }
    non_negative(meta.int("generation"), &at.child("generation"), errors);
    labels(meta.at("labels"), &at.child("labels"), errors);
    annotations(meta.at("annotations"), &at.child("annotations"), errors);
    owner_references(meta, &at.child("ownerReferences"), errors);
    finalizers(meta, &at.child("finalizers"), errors);
    managed_fields(meta, &at.child("managedFields"), errors);
}

/// Rules for the metadata of a changed object.
pub fn update(new: &Value, old: &Value, errors: &mut Errors) {
    generic_update(new, old, errors);
    standard_finalizers(new.at("metadata"), errors);
}

/// The same where any finalizer will do.
pub fn generic_update(new: &Value, old: &Value, errors: &mut Errors) {
    let at = Path::new("metadata");
    let (new, old) = (new.at("metadata"), old.at("metadata"));
    if old.has("deletionTimestamp") {
        let added: Vec<_> = new
            .items("finalizers")
            .iter()
            .filter(|it| !old.items("finalizers").contains(it))
            .map(Value::as_str)
            .collect();
        if !added.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
            );
            errors.forbidden(&at.child("finalizers"), detail);
        }
    }
    if new.str("resourceVersion").is_empty() {
        errors.invalid(&at.child("resourceVersion"), "", "must be specified for an update");
    }
    if new.int("generation") < old.int("generation") {
        errors.invalid(&at.child("generation"), new.int("generation"), "must not be decremented");
    }
    for field in
        ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"]
    {
        immutable(new.at(field), old.at(field), &at.child(field), errors);
    }
    labels(new.at("labels"), &at.child("labels"), errors);
    annotations(new.at("annotations"), &at.child("annotations"), errors);
    owner_references(new, &at.child("ownerReferences"), errors);
    managed_fields(new, &at.child("managedFields"), errors);
}

/// Rules for the metadata of a template, which has labels and annotations only.
pub fn of_template(meta: &Value, at: &Path<'_>, errors: &mut Errors) {
    annotations(meta.at("annotations"), &at.child("annotations"), errors);
    labels(meta.at("labels"), &at.child("labels"), errors);
    // In Go's order, under Go's names.
    for (field, printed) in [
        ("name", "name"),
        ("generateName", "generateName"),
        ("namespace", "namespace"),
        ("selfLink", "selfLink"),
        ("uid", "uID"),
        ("resourceVersion", "resourceVersion"),
        ("generation", "generation"),
        ("creationTimestamp", "creationTimestamp"),
        ("deletionTimestamp", "deletionTimestamp"),
        ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds"),
        ("ownerReferences", "ownerReferences"),
        ("finalizers", "finalizers"),
        ("managedFields", "managedFields"),
    ] {
        let value = meta.at(field);
        if !value.is_null() && *value != Value::from("") && *value != Value::Int(0) {
            errors.forbidden(&at.child(printed), "cannot be set");
        }
    }
}

/// A field that an update may not change.
pub fn immutable(new: &Value, old: &Value, at: &Path<'_>, errors: &mut Errors) {
    if !new.semantically_equals(old) {
        errors.invalid(at, new.clone(), IMMUTABLE);
    }
}

/// A number that may not be negative.
pub fn non_negative(value: i64, at: &Path<'_>, errors: &mut Errors) {
    if value < 0 {
        errors.invalid(at, value, "must be greater than or equal to 0");
    }
}

/// Keys and values of labels.
pub fn labels(labels: &Value, at: &Path<'_>, errors: &mut Errors) {
    for Entry { key, value, .. } in labels.as_map().map_or(&[][..], |map| map.entries()) {
        errors.each_invalid_below(at, key, key.as_str(), names::label_key(key));
        errors.each_invalid_below(at, key, value.as_str(), names::label_value(value.as_str()));
    }
}

/// The key of one label.
pub fn label_name(key: &str, at: &Path<'_>, errors: &mut Errors) {
    errors.each_invalid(at, key, names::label_key(key));
}

/// Keys of annotations, and the size of all.
pub fn annotations(annotations: &Value, at: &Path<'_>, errors: &mut Errors) {
    let entries = annotations.as_map().map_or(&[][..], |map| map.entries());
    for Entry { key, .. } in entries {
        errors.each_invalid_below(at, key, key.as_str(), names::label_key(&key.to_lowercase()));
    }
    let size: usize = entries.iter().map(|entry| entry.key.len() + entry.value.as_str().len()).sum();
    if size > ANNOTATIONS_SIZE {
        errors.too_long(at, ANNOTATIONS_SIZE);
    }
}

fn owner_references(meta: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut controller: Option<String> = None;
    for owner in meta.items("ownerReferences") {
        let version = owner.str("apiVersion");
        let is_named = version.rsplit('/').next().is_some_and(|it| !it.is_empty());
        if !is_named {
            errors.invalid(
                &at.child("apiVersion"),
                owner.at("apiVersion").clone().or_empty(),
                "version must not be empty",
            );
        }
        for field in ["kind", "name", "uid"] {
            if owner.str(field).is_empty() {
                errors.invalid(&at.child(field), "", "must not be empty");
            }
        }
        if (version, owner.str("kind")) == ("v1", "Event") {
            errors.invalid(at, owner.clone(), "/v1, Kind=Event is disallowed from being an owner");
        }
        if !owner.bool("controller") {
            continue;
        }
        let this = format!("{}/{}", owner.str("kind"), owner.str("name"));
        match &controller {
            None => controller = Some(this),
            Some(first) => {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
                );
                errors.invalid(at, meta.at("ownerReferences").clone(), detail);
            }
        }
    }
}

/// Finalizers without a domain are the system's own (`pkg/apis/core/validation`).
pub fn standard_finalizers(meta: &Value, errors: &mut Errors) {
    let at = Path::new("metadata");
    let at = at.child("finalizers");
    for (index, finalizer) in meta.items("finalizers").iter().map(Value::as_str).enumerate() {
        if !finalizer.contains('/') && !matches!(finalizer, "kubernetes" | "orphan" | "foregroundDeletion") {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid(&at.index(index), finalizer, detail);
        }
    }
}

fn finalizers(meta: &Value, at: &Path<'_>, errors: &mut Errors) {
    let all = meta.items("finalizers");
    for finalizer in all {
        errors.each_invalid(at, finalizer.as_str(), names::label_key(finalizer.as_str()));
    }
    let has = |name: &str| all.iter().any(|it| it.as_str() == name);
    if has("orphan") && has("foregroundDeletion") {
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.invalid(at, meta.at("finalizers").clone(), detail);
    }
}

fn managed_fields(meta: &Value, at: &Path<'_>, errors: &mut Errors) {
    for (index, entry) in meta.items("managedFields").iter().enumerate() {
        let at = at.index(index);
        if !matches!(entry.str("operation"), "Apply" | "Update") {
            errors.invalid(
                &at.child("operation"),
                entry.at("operation").clone().or_empty(),
                "must be `Apply` or `Update`",
            );
        }
        if !matches!(entry.str("fieldsType"), "" | "FieldsV1") {
            errors.invalid(&at.child("fieldsType"), entry.str("fieldsType"), "must be `FieldsV1`");
        }
        if entry.str("manager").len() > MANAGER_LENGTH {
            errors.too_long(&at.child("manager"), MANAGER_LENGTH);
        }
        if entry.str("subresource").len() > SUBRESOURCE_LENGTH {
            errors.too_long(&at.child("subresource"), SUBRESOURCE_LENGTH);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::By;

    fn object(fields: &[(&'static str, &'static str)]) -> Value {
        let mut object = Value::default();
        for (field, text) in fields {
            object.struct_mut("metadata").set(field, *text, By::Manifest);
        }
        object
    }

    #[test]
    fn a_name_and_a_namespace_have_to_be_there() {
        let mut errors = Errors::new();
        create(&object(&[]), Scope::Namespaced, names::subdomain_name, &mut errors);
        let fields: Vec<_> = errors.as_slice().iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["metadata.name", "metadata.namespace"]);
    }

    #[test]
    fn a_cluster_wide_object_has_no_namespace() {
        let mut errors = Errors::new();
        let object = object(&[("name", "a"), ("namespace", "b")]);
        create(&object, Scope::Cluster, names::subdomain_name, &mut errors);
        assert_eq!(
            errors.as_slice()[0].to_string(),
            "metadata.namespace: Forbidden: not allowed on this type"
        );
    }

    #[test]
    fn an_error_of_a_label_names_all_labels_and_leads_to_one() {
        let mut object = object(&[("name", "a"), ("namespace", "b")]);
        object.struct_mut("metadata").struct_mut("labels").set("k", "-", By::Manifest);
        let mut errors = Errors::new();
        create(&object, Scope::Namespaced, names::subdomain_name, &mut errors);
        let error = &errors.as_slice()[0];
        assert_eq!(
            (error.field.as_str(), error.path.to_string().as_str()),
            ("metadata.labels", "metadata.labels.k")
        );
    }
}
