//! Volumes of pods: the list, and the sources that only pods have
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::{BTreeMap, BTreeSet};

use super::env::{VOLUME_FIELDS, validate_field_ref, validate_resource_ref};
use super::options::PodOptions;
use crate::errors::Errors;
use crate::kinds::storage::{claims, sources};
use crate::path::Path;
use crate::rules::quantities::of;
use crate::rules::{metadata, names};
use crate::value::{Map, Value};

/// The volumes that are fine, by name.
pub(super) type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

/// The sources that a volume can have, in the order in which the server looks:
/// the field, how it is called where there is another source already, and how
/// where it is the first.
const SOURCES: [(&str, &str, &str); 30] = [
    ("emptyDir", "emptyDir", "emptyDir"),
    ("hostPath", "hostPath", "hostPath"),
    ("gitRepo", "gitRepo", "gitRepo"),
    ("gcePersistentDisk", "gcePersistentDisk", "persistentDisk"),
    ("awsElasticBlockStore", "awsElasticBlockStore", "awsElasticBlockStore"),
    ("secret", "secret", "secret"),
    ("nfs", "nfs", "nfs"),
    ("iscsi", "iscsi", "iscsi"),
    ("glusterfs", "glusterfs", "glusterfs"),
    ("flocker", "flocker", "flocker"),
    ("persistentVolumeClaim", "persistentVolumeClaim", "persistentVolumeClaim"),
    ("rbd", "rbd", "rbd"),
    ("cinder", "cinder", "cinder"),
    ("cephfs", "cephFS", "cephfs"),
    ("quobyte", "quobyte", "quobyte"),
    ("downwardAPI", "downwarAPI", "downwardAPI"),
    ("fc", "fc", "fc"),
    ("flexVolume", "flexVolume", "flexVolume"),
    ("configMap", "configMap", "configMap"),
    ("azureFile", "azureFile", "azureFile"),
    ("vsphereVolume", "vsphereVolume", "vsphereVolume"),
    ("photonPersistentDisk", "photonPersistentDisk", "photonPersistentDisk"),
    ("portworxVolume", "portworxVolume", "portworxVolume"),
    ("azureDisk", "azureDisk", "azureDisk"),
    ("storageos", "storageos", "storageos"),
    ("projected", "projected", "projected"),
    ("scaleIO", "scaleIO", "scaleIO"),
    ("csi", "csi", "csi"),
    ("ephemeral", "ephemeral", "ephemeral"),
    ("image", "image", "image"),
];

/// `spec.volumes`; `pod` is the pod's name, nothing in a template.
pub(super) fn validate_volumes<'a>(
    volumes: &'a [Value],
    pod: &str,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) -> Volumes<'a> {
    let mut fine = Volumes::new();
    // Claims that will be made for the pod's ephemeral volumes.
    let made: BTreeSet<_> = volumes
        .iter()
        .filter(|it| !pod.is_empty() && it.has("ephemeral"))
        .map(|it| format!("{pod}-{}", it.str("name")))
        .collect();
    for (at, volume) in volumes.iter().enumerate() {
        let path = path.index(at);
        let (before, name, name_path) = (errors.len(), volume.str("name"), path.child("name"));
        validate_sources(volume, pod, &path, options, errors);
        if name.is_empty() {
            errors.required(&name_path, "");
        } else {
            errors.each_invalid(&name_path, name, names::dns1123_label(name));
        }
        if fine.contains_key(name) {
            errors.duplicate(&name_path, name);
        }
        if errors.len() == before {
            fine.insert(name, volume);
        }
        let claim = volume.at("persistentVolumeClaim").str("claimName");
        if volume.has("persistentVolumeClaim") && made.contains(claim) {
            let path = path.child("persistentVolumeClaim");
            let detail = "must not reference a PVC that gets created for an ephemeral volume";
            errors.invalid(&path.child("claimName"), claim, detail);
        }
    }
    fine
}

fn validate_sources(volume: &Value, pod: &str, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    let fields = volume.as_map().map_or(&[][..], Map::entries).iter().filter(|it| !it.value.is_null());
    // Looking for each of thirty would take longer than all else about most volumes.
    let place = |field: &str| SOURCES.iter().position(|it| it.0 == field);
    let mut found: Vec<(usize, &Value)> =
        fields.filter_map(|it| Some((place(&it.key)?, &it.value))).collect();
    found.sort_by_key(|it| it.0);
    for (count, (at, source)) in found.iter().enumerate() {
        let (field, again, first) = SOURCES[*at];
        if count > 0 {
            errors.forbidden(&path.child(again), "may not specify more than 1 volume type");
        } else {
            validate_source(field, source, &path.child(first), options, errors);
        }
        let name = volume.str("name");
        if field == "iscsi" {
            validate_initiator(source, name, path, errors);
        }
        if field == "ephemeral" && count == 0 && !pod.is_empty() && !name.is_empty() {
            let claim = format!("{pod}-{name}");
            for message in names::subdomain_name(&claim, false) {
                errors.invalid(&path.child("name"), name, format!("PVC name {claim:?}: {message}"));
            }
        }
    }
    if found.is_empty() {
        errors.required(path, "must specify a volume type");
    }
}

fn validate_initiator(source: &Value, name: &str, path: &Path<'_>, errors: &mut Errors) {
    if source.has("initiatorName") && name.len() + 1 + source.str("targetPortal").len() > 64 {
        let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if \
                      iscsi.initiatorName is specified.";
        errors.invalid(&path.child("name"), name, detail);
    }
}

fn validate_source(field: &str, source: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    match field {
        "emptyDir" if of(source.at("sizeLimit")).is_negative() => {
            errors.forbidden(&path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
        }
        "gitRepo" => {
            require(source, "repository", path, errors);
            validate_local_descending(source.str("directory"), &path.child("directory"), errors);
        }
        "secret" | "configMap" => {
            require(source, if field == "secret" { "secretName" } else { "name" }, path, errors);
            validate_mode(source, "defaultMode", path, errors);
            validate_items(source, path, errors);
        }
        "persistentVolumeClaim" => require(source, "claimName", path, errors),
        "downwardAPI" => {
            validate_mode(source, "defaultMode", path, errors);
            // Upstream names the source here, not the item.
            source.items("items").iter().for_each(|it| validate_downward_file(it, path, errors));
        }
        "projected" => {
            validate_mode(source, "defaultMode", path, errors);
            validate_projections(source, path, options, errors);
        }
        "csi" => validate_inline_driver(source, path, errors),
        "ephemeral" => match source.opt("volumeClaimTemplate") {
            None => errors.required(&path.child("volumeClaimTemplate"), ""),
            Some(template) => {
                validate_claim_template(template, &path.child("volumeClaimTemplate"), errors);
            }
        },
        "image" => {
            if options.is_pod {
                require(source, "reference", path, errors);
            }
            validate_pull_policy(source.str("pullPolicy"), &path.child("pullPolicy"), errors);
        }
        "emptyDir" => {}
        _ => sources::validate(field, source, sources::Owner::Pod, path, errors),
    }
}

fn require(source: &Value, field: &str, path: &Path<'_>, errors: &mut Errors) {
    if source.str(field).is_empty() {
        errors.required(&path.child(field), "");
    }
}

/// `imagePullPolicy`, also that of image volumes.
pub(super) fn validate_pull_policy(policy: &str, path: &Path<'_>, errors: &mut Errors) {
    match policy {
        "Always" | "IfNotPresent" | "Never" => {}
        "" => errors.required(path, ""),
        _ => errors.not_supported(path, policy, &["Always", "IfNotPresent", "Never"]),
    }
}

fn validate_mode(source: &Value, field: &str, path: &Path<'_>, errors: &mut Errors) {
    let mode = source.int(field);
    if !(0..=0o777).contains(&mode) {
        let detail = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.invalid(&path.child(field), mode, detail);
    }
}

fn validate_items(source: &Value, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("items");
    for (at, item) in source.items("items").iter().enumerate() {
        validate_key_to_path(item, &path.index(at), errors);
    }
}

fn validate_key_to_path(item: &Value, path: &Path<'_>, errors: &mut Errors) {
    require(item, "key", path, errors);
    require(item, "path", path, errors);
    validate_local_path(item.str("path"), &path.child("path"), errors);
    validate_mode(item, "mode", path, errors);
}

fn validate_downward_file(file: &Value, path: &Path<'_>, errors: &mut Errors) {
    require(file, "path", path, errors);
    validate_local_path(file.str("path"), &path.child("path"), errors);
    match (file.opt("fieldRef"), file.opt("resourceFieldRef")) {
        (Some(field), resource) => {
            validate_field_ref(field, &VOLUME_FIELDS, &path.child("fieldRef"), errors);
            if resource.is_some() {
                let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                errors.invalid(path, "resource", detail);
            }
        }
        (None, Some(resource)) => {
            validate_resource_ref(resource, true, &path.child("resourceFieldRef"), errors);
        }
        (None, None) => errors.required(path, "one of fieldRef and resourceFieldRef is required"),
    }
    validate_mode(file, "mode", path, errors);
}

/// What one volume is put together from. Trust bundles and pod certificates are
/// dropped before they get here.
fn validate_projections(volume: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    let mut taken = BTreeSet::new();
    let list = path.child("sources");
    for (at, projection) in volume.items("sources").iter().enumerate() {
        let item = list.index(at);
        let mut count = 0;
        for field in ["secret", "configMap", "downwardAPI", "serviceAccountToken"] {
            let Some(source) = projection.opt(field) else { continue };
            count += 1;
            let source_path = item.child(field);
            if field == "serviceAccountToken" {
                validate_token(source, path, &source_path, options, errors);
                continue;
            }
            if field != "downwardAPI" {
                require(source, "name", &source_path, errors);
            }
            let items_path = source_path.child("items");
            for (at, file) in source.items("items").iter().enumerate() {
                let target = file.str("path");
                let named = if field == "downwardAPI" {
                    validate_downward_file(file, &source_path, errors);
                    target
                } else {
                    validate_key_to_path(file, &items_path.index(at), errors);
                    source.str("name")
                };
                if !target.is_empty() && !taken.insert(target) {
                    errors.invalid(path, named, "conflicting duplicate paths");
                }
            }
        }
        if count > 1 {
            errors.forbidden(&item, "may not specify more than 1 volume type per source");
        }
    }
}

/// Upstream names the volume's `path`, not the token's.
fn validate_token(
    token: &Value,
    volume: &Path<'_>,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    let (seconds, seconds_path) = (token.int("expirationSeconds"), path.child("expirationSeconds"));
    if seconds < 600 {
        errors.invalid(&seconds_path, seconds, "may not specify a duration less than 10 minutes");
    }
    if seconds > 1 << 32 {
        errors.invalid(&seconds_path, seconds, "may not specify a duration larger than 2^32 seconds");
    }
    let target = token.str("path");
    if target.is_empty() {
        errors.required(&volume.child("path"), "");
    } else if !options.lenient_token_path {
        validate_local_path(target, &volume.child("path"), errors);
    }
}

fn validate_inline_driver(source: &Value, path: &Path<'_>, errors: &mut Errors) {
    sources::csi_driver_name(source.str("driver"), &path.child("driver"), errors);
    let Some(secret) = source.opt("nodePublishSecretRef") else { return };
    let name = secret.str("name");
    if name.is_empty() {
        let path = path.child("nodePublishSecretRef");
        errors.required(&path.child("name"), "");
    } else {
        errors.each_invalid(&path.child("name"), name, names::subdomain_name(name, false));
    }
}

fn validate_claim_template(template: &Value, path: &Path<'_>, errors: &mut Errors) {
    metadata::of_template(template.at("metadata"), &path.child("metadata"), errors);
    let options = claims::ClaimOptions::default();
    claims::validate_claim_spec(template.at("spec"), &path.child("spec"), options, errors);
}

/// A relative path without `..`.
pub(super) fn validate_local_descending(target: &str, path: &Path<'_>, errors: &mut Errors) {
    if target.starts_with('/') {
        errors.invalid(path, target, "must be a relative path");
    }
    validate_no_backsteps(target, path, errors);
}

/// A path without `..`.
pub(super) fn validate_no_backsteps(target: &str, path: &Path<'_>, errors: &mut Errors) {
    sources::no_steps_back(target, path, errors);
}

/// Whether a path leads upwards.
pub(super) fn has_backstep(target: &str) -> bool {
    target.split('/').any(|it| it == "..")
}

/// A path that stays in its volume, where names that begin with `..` are taken.
fn validate_local_path(target: &str, path: &Path<'_>, errors: &mut Errors) {
    validate_local_descending(target, path, errors);
    if target.starts_with("..") && !target.starts_with("../") {
        errors.invalid(path, target, "must not start with '..'");
    }
}

/// Whether [`validate_local_path`] has nothing to say.
pub(super) fn is_local_path(target: &str) -> bool {
    !target.starts_with('/') && !target.starts_with("..") && !has_backstep(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(volumes: &str) -> Vec<String> {
        let (volumes, mut errors) = (value(volumes), Errors::new());
        let path = Path::new("volumes");
        validate_volumes(volumes.as_list(), "web", &path, &PodOptions::default(), &mut errors);
        fields(&errors)
    }

    #[test]
    fn a_volume_has_one_source() {
        assert_eq!(refused("[{name: a, emptyDir: {}}]"), [""; 0]);
        assert_eq!(refused("[{name: a}]"), ["volumes[0] FieldValueRequired"]);
        assert_eq!(
            refused("[{name: a, emptyDir: {}, cephfs: {}, downwardAPI: {}}]"),
            ["volumes[0].cephFS FieldValueForbidden", "volumes[0].downwarAPI FieldValueForbidden"]
        );
    }

    #[test]
    fn names_are_taken_by_volumes_that_are_fine() {
        assert_eq!(
            refused("[{name: a, secret: {}}, {name: a, emptyDir: {}}, {name: a, emptyDir: {}}]"),
            ["volumes[0].secret.secretName FieldValueRequired", "volumes[2].name FieldValueDuplicate"]
        );
    }

    #[test]
    fn files_stay_in_their_volume_and_apart() {
        assert_eq!(
            refused("[{name: a, configMap: {name: b, items: [{key: c, path: ../d}, {key: c, path: ..d}]}}]")
                .len(),
            2
        );
        assert_eq!(
            refused(
                "[{name: a, projected: {sources: [{secret: {name: b, items: [{key: c, path: d}]}}, \
                 {configMap: {name: b, items: [{key: c, path: d}]}}]}}]"
            ),
            ["volumes[0].projected FieldValueInvalid"]
        );
    }
}
