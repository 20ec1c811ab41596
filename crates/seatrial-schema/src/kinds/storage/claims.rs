//! `PersistentVolumeClaim`s, also those that pods and stateful sets hold as
//! templates (`kubernetes` 1.36, `pkg/apis/core/validation/validation.go`,
//! `pkg/api/persistentvolumeclaim/util.go`).

use seatrial_model::Quantity;

use super::volumes;
use crate::errors::Errors;
use crate::kinds::{Strategy, pods};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, quantities, selectors};
use crate::value::{By, Map, Value};

const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// What an update may keep although a new claim could not have it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClaimOptions {
    /// The stored selector already breaks the rules.
    pub(crate) lenient_selector: bool,
    /// The stored claim already names a group as its source.
    pub(crate) lenient_groups: bool,
}

impl ClaimOptions {
    /// For an update of the spec that is stored; also for a template.
    pub(crate) fn of_stored(spec: &Value) -> Self {
        let mut errors = Errors::new();
        selectors::label_selector(spec.at("selector"), false, &Path::ROOT, &mut errors);
        let has_group = |field: &str| spec.at(field).has("apiGroup");
        Self {
            lenient_selector: !errors.is_empty(),
            lenient_groups: has_group("dataSource") || has_group("dataSourceRef"),
        }
    }
}

pub(super) const STRATEGY: Strategy = Strategy {
    default: |claim| {
        default_phase(claim, "Pending");
        default_claim_spec(claim.struct_mut("spec"));
    },
    prepare_create: |claim| {
        volumes::protect(claim, "kubernetes.io/pvc-protection");
        claim.remove("status");
        default_phase(claim, "Pending");
        prepare_spec(claim.struct_mut("spec"), None);
    },
    prepare_update: |claim, old| {
        volumes::keep_status(claim, old);
        prepare_spec(claim.struct_mut("spec"), Some(old.at("spec")));
    },
    validate: |claim, errors| validate(claim, ClaimOptions::default(), errors),
    validate_update,
    warnings: |claim| {
        let mut warnings = Vec::new();
        if claim.at("metadata").at("annotations").has(CLASS_ANNOTATION) {
            warnings.push(format!(
                "metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; use \"storageClassName\" attribute instead"
            ));
        }
        warnings.extend(claim_spec_warnings(claim.at("spec"), &Path::new("spec")));
        warnings
    },
    ..Strategy::plain("", "v1", "PersistentVolumeClaim")
};

/// Gives a status that has none a phase.
pub(super) fn default_phase(object: &mut Value, phase: &'static str) {
    let status = object.struct_mut("status");
    if status.str("phase").is_empty() {
        status.set("phase", phase, By::Server);
    }
}

/// Fills in the spec of a claim or of a claim's template.
pub(crate) fn default_claim_spec(spec: &mut Value) {
    spec.set_default("volumeMode", "Filesystem");
    if let Some(resources) = spec.at_mut("resources") {
        pods::round_up(resources, "limits");
        pods::round_up(resources, "requests");
    }
}

fn prepare_spec(spec: &mut Value, old: Option<&Value>) {
    let names_namespace = !spec.at("dataSourceRef").str("namespace").is_empty();
    if names_namespace && !old.is_some_and(|old| old.has("dataSourceRef")) {
        spec.remove("dataSourceRef");
    }
    let had_source = old.is_some_and(|old| old.has("dataSource") || old.has("dataSourceRef"));
    let source = spec.at("dataSource");
    let is_known = matches!(
        (source.str("kind"), source.str("apiGroup")),
        ("PersistentVolumeClaim", "") | ("VolumeSnapshot", "snapshot.storage.k8s.io")
    );
    if !had_source && !spec.has("dataSourceRef") && !is_known {
        spec.remove("dataSource");
    }
    normalize_data_sources(spec);
}

/// Copies the old form of a data source to the new one, or back.
pub(crate) fn normalize_data_sources(spec: &mut Value) {
    let (from, to) = match (spec.opt("dataSource"), spec.opt("dataSourceRef")) {
        (Some(source), None) => (source, "dataSourceRef"),
        (None, Some(source)) if source.str("namespace").is_empty() => (source, "dataSource"),
        _ => return,
    };
    let mut copy = Value::from(Map::default());
    for field in ["apiGroup", "kind", "name"] {
        if let Some(value) = from.opt(field) {
            copy.set(field, value.clone(), By::Server);
        }
    }
    spec.set(to, copy, By::Server);
}

fn validate(claim: &Value, options: ClaimOptions, errors: &mut Errors) {
    metadata::create(claim, Scope::Namespaced, names::subdomain_name, errors);
    validate_claim_spec(claim.at("spec"), &Path::new("spec"), options, errors);
}

/// The rules for the spec of a claim or of a claim's template.
pub(crate) fn validate_claim_spec(spec: &Value, at: &Path<'_>, options: ClaimOptions, errors: &mut Errors) {
    if spec.items("accessModes").is_empty() {
        errors.required(&at.child("accessModes"), "at least 1 access mode is required");
    }
    selectors::label_selector(spec.at("selector"), options.lenient_selector, &at.child("selector"), errors);
    volumes::access_modes(spec, at, errors);
    let resources = at.child("resources");
    let requests = resources.unsaid_child("requests");
    let at_storage = requests.key("storage");
    match spec.at("resources").at("requests").opt("storage") {
        None => errors.required(&at_storage, ""),
        Some(storage) => quantities::positive(storage, &at_storage, errors),
    }
    class_name(spec, "storageClassName", at, errors);
    volumes::volume_mode(spec, at, errors);
    data_source(spec, "dataSource", at, options, errors);
    data_source(spec, "dataSourceRef", at, options, errors);
    if let (Some(source), Some(reference)) = (spec.opt("dataSource"), spec.opt("dataSourceRef")) {
        // Upstream prints a path where the value belongs; it shows as an empty structure.
        let is_same = |field: &str| source.at(field) == reference.at(field);
        let nothing = || Value::from(Map::default());
        if !reference.str("namespace").is_empty() {
            errors.invalid(at, nothing(), "may not be specified when dataSourceRef.namespace is specified");
        } else if !["apiGroup", "kind", "name"].into_iter().all(is_same) {
            errors.invalid(at, nothing(), "must match dataSourceRef");
        }
    }
    class_name(spec, "volumeAttributesClassName", at, errors);
}

fn class_name(spec: &Value, field: &str, at: &Path<'_>, errors: &mut Errors) {
    let name = spec.str(field);
    if !name.is_empty() {
        errors.each_invalid(&at.child(field), name, names::dns1123_subdomain(name));
    }
}

fn data_source(spec: &Value, field: &str, at: &Path<'_>, options: ClaimOptions, errors: &mut Errors) {
    let Some(source) = spec.opt(field) else { return };
    let at = at.child(field);
    for required in ["name", "kind"] {
        if source.str(required).is_empty() {
            errors.required(&at.child(required), "");
        }
    }
    let (group, kind) = (source.str("apiGroup"), source.str("kind"));
    if group.is_empty() && kind != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        errors.invalid(&at, kind, detail);
    }
    if !group.is_empty() && !options.lenient_groups {
        errors.each_invalid(&at.child("apiGroup"), group, names::dns1123_subdomain(group));
    }
    let namespace = source.str("namespace");
    if field == "dataSourceRef" && !namespace.is_empty() {
        errors.each_invalid(&at.child("namespace"), namespace, names::dns1123_label(namespace));
    }
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    validate(new, ClaimOptions::of_stored(old.at("spec")), errors);
    let (mut stored, mut changed) = (old.at("spec").clone(), new.at("spec").clone());
    normalize_data_sources(&mut stored);
    if stored.str("volumeName").is_empty() {
        copy_field(&mut stored, "volumeName", new.at("spec"));
    }
    let annotation = |object: &Value| object.at("metadata").at("annotations").opt(CLASS_ANNOTATION).cloned();
    let (annotated, now_annotated) = (annotation(old), annotation(new));
    let had_class = stored.has("storageClassName");
    let is_annotated_class = annotated.is_some()
        && !had_class
        && changed.opt("storageClassName") == annotated.as_ref()
        && (now_annotated.is_none() || now_annotated == annotated);
    if is_annotated_class {
        changed.remove("storageClassName");
    } else {
        let text = |value: &Option<Value>| value.as_ref().map_or("", Value::as_str).to_owned();
        if text(&annotated) != text(&now_annotated) {
            let at = Path::new("metadata");
            let at = at.child("annotations");
            let at = at.child(CLASS_ANNOTATION);
            errors.invalid(&at, Value::text(text(&now_annotated)), metadata::IMMUTABLE);
        }
        let class = changed.opt("storageClassName");
        if class.is_some() && !had_class && annotated.as_ref().is_none_or(|it| class == Some(it)) {
            copy_field(&mut changed, "storageClassName", old.at("spec"));
        }
    }
    if new.at("status").str("phase") == "Bound" {
        if changed.at("resources").has("requests") {
            let storage = old.at("spec").at("resources").at("requests").at("storage").clone();
            let requests = changed.struct_mut("resources").struct_mut("requests");
            requests.set("storage", storage, By::Manifest);
        }
        copy_field(&mut changed, "volumeAttributesClassName", old.at("spec"));
    }
    if !changed.semantically_equals(&stored) {
        errors.forbidden(
            &Path::new("spec"),
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        );
    }
    size(new, old, errors);
    metadata::immutable(
        new.at("spec").at("volumeMode"),
        old.at("spec").at("volumeMode"),
        &Path::new("volumeMode"),
        errors,
    );
    attributes_class(new, old, errors);
}

fn copy_field(to: &mut Value, field: &'static str, from: &Value) {
    match from.opt(field) {
        Some(value) => to.set(field, value.clone(), By::Manifest),
        None => drop(to.remove(field)),
    }
}

/// A claim may shrink to what the volume really has, to recover from a failed growth.
fn size(new: &Value, old: &Value, errors: &mut Errors) {
    let request =
        |claim: &Value| quantities::of(claim.at("spec").at("resources").at("requests").at("storage"));
    let real: Quantity = quantities::of(old.at("status").at("capacity").at("storage"));
    if request(new) < request(old) && request(new) <= real {
        let spec = Path::new("spec");
        let resources = spec.child("resources");
        let requests = resources.child("requests");
        errors.forbidden(&requests.child("storage"), "field can not be less than status.capacity");
    }
}

fn attributes_class(new: &Value, old: &Value, errors: &mut Errors) {
    let class = |claim: &Value| claim.at("spec").opt("volumeAttributesClassName").cloned();
    if class(new) == class(old) || !old.at("status").has("currentVolumeAttributesClassName") {
        return;
    }
    let to = match class(new) {
        None => "nil",
        Some(name) if name.as_str().is_empty() => "empty string",
        Some(_) => return,
    };
    let detail =
        format!("update to {to} is forbidden when status.currentVolumeAttributesClassName is not nil");
    errors.forbidden(&Path::new("spec").child("volumeAttributesClassName"), detail);
}

/// What the server warns of in the spec of a claim at `at`.
pub(crate) fn claim_spec_warnings(spec: &Value, at: &Path<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for field in ["requests", "limits"] {
        let amount = quantities::of(spec.at("resources").at(field).at("storage"));
        if amount.milli_value() % 1000 != 0 {
            let resources = at.child("resources");
            let at = resources.child(field);
            let at = at.key("storage");
            let text = amount.to_string();
            warnings.push(format!("{at}: fractional byte value {text:?} is invalid, must be an integer"));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, created, refused};

    #[test]
    fn claims_are_held_to_their_rules() {
        let rows = [
            ("{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}", &[][..]),
            ("{}", &["spec.accessModes FieldValueRequired", "spec.resources[storage] FieldValueRequired"]),
            (
                "{accessModes: [ReadWriteOncePod, ReadWriteOnce], volumeMode: Raw, resources: {requests: {storage: 0}}}",
                &[
                    "spec.accessModes FieldValueForbidden",
                    "spec.resources[storage] FieldValueInvalid",
                    "spec.volumeMode FieldValueNotSupported",
                ],
            ),
            (
                "{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}, dataSourceRef: {kind: Pod, name: a}}",
                &["spec.dataSource FieldValueInvalid", "spec.dataSourceRef FieldValueInvalid"],
            ),
        ];
        for (spec, wanted) in rows {
            assert_eq!(refused("v1/PersistentVolumeClaim", &format!("spec: {spec}")), wanted, "{spec}");
        }
    }

    #[test]
    fn sources_that_nobody_knows_are_dropped() {
        let text = "spec: {dataSource: {kind: Pod, name: a}}";
        let (_, claim) = created("v1/PersistentVolumeClaim", text);
        assert!(!claim.at("spec").has("dataSource"));
        let (_, claim) = created("v1/PersistentVolumeClaim", &text.replace("Pod", "PersistentVolumeClaim"));
        assert_eq!(claim.at("spec").at("dataSourceRef").str("name"), "a");
    }

    #[test]
    fn a_claim_neither_shrinks_nor_moves() {
        let before = "spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 2Gi}}}";
        let change = |from: &str, to: &str| {
            change_refused("v1/PersistentVolumeClaim", before, &before.replace(from, to))
        };
        assert_eq!(change("fast", "slow"), ["spec FieldValueForbidden"]);
        assert_eq!(change("spec: {", "spec: {volumeName: v, "), [""; 0]);
        assert_eq!(change("2Gi", "1Gi"), ["spec FieldValueForbidden"]);
    }
}
