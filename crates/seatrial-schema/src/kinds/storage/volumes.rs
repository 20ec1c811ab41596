//! `PersistentVolume` (`kubernetes` 1.36, `pkg/apis/core/validation/validation.go`,
//! `pkg/registry/core/persistentvolume/strategy.go`, `pkg/volume/validation`).

use seatrial_model::Quantity;

use super::claims;
use super::sources::{self, Owner};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, nodes, quantities};
use crate::value::{By, Map, Value};

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const RECLAIM_POLICIES: [&str; 3] = ["Delete", "Recycle", "Retain"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";

/// A kind of source: its field, the field of the error where it is one too many
/// and of the errors below it. They differ in two rows upstream.
struct Source(&'static str, &'static str, &'static str, MountOptions);

/// Whether mount options may stand in the old annotation.
#[derive(PartialEq)]
enum MountOptions {
    Annotated,
    Refused,
}

use MountOptions::{Annotated, Refused};

const SOURCES: &[Source] = &[
    Source("hostPath", "hostPath", "hostPath", Refused),
    Source("gcePersistentDisk", "gcePersistentDisk", "persistentDisk", Annotated),
    Source("awsElasticBlockStore", "awsElasticBlockStore", "awsElasticBlockStore", Annotated),
    Source("glusterfs", "glusterfs", "glusterfs", Annotated),
    Source("flocker", "flocker", "flocker", Refused),
    Source("nfs", "nfs", "nfs", Annotated),
    Source("rbd", "rbd", "rbd", Annotated),
    Source("quobyte", "quobyte", "quobyte", Annotated),
    Source("cephfs", "cephFS", "cephfs", Annotated),
    Source("iscsi", "iscsi", "iscsi", Annotated),
    Source("cinder", "cinder", "cinder", Annotated),
    Source("fc", "fc", "fc", Refused),
    Source("flexVolume", "flexVolume", "flexVolume", Refused),
    Source("azureFile", "azureFile", "azureFile", Annotated),
    Source("vsphereVolume", "vsphereVolume", "vsphereVolume", Annotated),
    Source("photonPersistentDisk", "photonPersistentDisk", "photonPersistentDisk", Annotated),
    Source("portworxVolume", "portworxVolume", "portworxVolume", Refused),
    Source("azureDisk", "azureDisk", "azureDisk", Annotated),
    Source("scaleIO", "scaleIO", "scaleIO", Refused),
    Source("local", "local", "local", Refused),
    Source("storageos", "storageos", "storageos", Refused),
    Source("csi", "csi", "csi", Refused),
];

pub(super) const STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |volume| {
        protect(volume, "kubernetes.io/pv-protection");
        volume.remove("status");
        let status = volume.struct_mut("status");
        status.set("phase", "Pending", By::Server);
        // The server's clock is not known here.
        status.set("lastPhaseTransitionTime", "1970-01-01T00:00:00Z", By::Server);
    },
    prepare_update: keep_status,
    validate,
    validate_update,
    warnings,
    ..Strategy::plain("", "v1", "PersistentVolume")
};

/// The finalizer that the plugin `StorageObjectInUseProtection` adds.
pub(super) fn protect(object: &mut Value, finalizer: &'static str) {
    let by = By::Admission("StorageObjectInUseProtection");
    let meta = object.struct_mut("metadata");
    let mut finalizers = meta.items("finalizers").to_vec();
    if !finalizers.iter().any(|it| it.as_str() == finalizer) {
        finalizers.push(finalizer.into());
        meta.set("finalizers", finalizers, by);
    }
}

/// An update of an object leaves its status as it is stored.
pub(super) fn keep_status(object: &mut Value, old: &Value) {
    object.set("status", old.at("status").clone(), By::Server);
}

fn default(volume: &mut Value) {
    claims::default_phase(volume, "Pending");
    default_spec(volume.struct_mut("spec"));
    let spec = volume.struct_mut("spec");
    if spec.str("persistentVolumeReclaimPolicy").is_empty() {
        spec.set("persistentVolumeReclaimPolicy", "Retain", By::Server);
    }
    spec.set_default("volumeMode", "Filesystem");
}

/// Fills in the source of a volume, also of one inside a `VolumeAttachment`.
pub(super) fn default_spec(spec: &mut Value) {
    for Source(field, ..) in SOURCES {
        if let Some(source) = spec.at_mut(field) {
            sources::default_source(field, source);
        }
    }
}

fn validate(volume: &Value, errors: &mut Errors) {
    validate_with(volume, false, errors);
}

fn validate_with(volume: &Value, lenient: bool, errors: &mut Errors) {
    validate_object(volume, lenient, errors);
    let spec = volume.at("spec");
    let is_known =
        SOURCES.iter().any(|Source(field, _, _, options)| *options == Annotated && spec.has(field));
    if !is_known && volume.at("metadata").at("annotations").has(MOUNT_OPTIONS) {
        let at = Path::new("metadata");
        let at = at.child("annotations");
        errors.forbidden(&at.child(MOUNT_OPTIONS), "may not specify mount options for this volume type");
    }
}

fn validate_object(volume: &Value, lenient: bool, errors: &mut Errors) {
    metadata::create(volume, Scope::Cluster, names::subdomain_name, errors);
    let name = volume.at("metadata").str("name");
    validate_spec(volume.at("spec"), name, Place { is_inline: false, lenient }, &Path::new("spec"), errors);
}

/// Where a volume's spec stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// In a `VolumeAttachment`.
    pub(super) is_inline: bool,
    /// Whether node affinity may hold values that no label can have.
    pub(super) lenient: bool,
}

/// The rules for the spec of the volume of that name.
pub(super) fn validate_spec(spec: &Value, name: &str, place: Place, at: &Path<'_>, errors: &mut Errors) {
    const INLINE: &str = "may not be specified in the context of inline volumes";
    if place.is_inline {
        if spec.has("claimRef") {
            errors.forbidden(&at.child("claimRef"), INLINE);
        }
        if !spec.entries("capacity").is_empty() {
            errors.forbidden(&at.child("capacity"), INLINE);
        }
        if !spec.has("csi") {
            errors.required(&at.child("csi"), "has to be specified in the context of inline volumes");
        }
    }
    if spec.items("accessModes").is_empty() {
        errors.required(&at.child("accessModes"), "");
    }
    access_modes(spec, at, errors);
    if !place.is_inline {
        capacity(spec, &at.child("capacity"), errors);
    }
    reclaim_policy(spec, place, at, errors);
    if let Some(affinity) = spec.opt("nodeAffinity") {
        let at = at.child("nodeAffinity");
        match affinity.opt("required") {
            _ if place.is_inline => errors.forbidden(&at, INLINE),
            None => errors.required(&at.child("required"), "must specify required node constraints"),
            Some(selector) => {
                nodes::node_selector(selector, place.lenient, &at.child("required"), errors);
            }
        }
    }
    source(spec, name, place, at, errors);
    if let Some(path) = spec.opt("hostPath").map(|it| it.str("path"))
        && is_root(path)
        && spec.str("persistentVolumeReclaimPolicy") == "Recycle"
    {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.forbidden(&at.child("persistentVolumeReclaimPolicy"), detail);
    }
    let class = spec.str("storageClassName");
    if !class.is_empty() && place.is_inline {
        errors.forbidden(&at.child("storageClassName"), INLINE);
    } else if !class.is_empty() {
        errors.each_invalid(&at.child("storageClassName"), class, names::dns1123_subdomain(class));
    }
    if !place.is_inline {
        volume_mode(spec, at, errors);
    } else if !matches!(spec.str("volumeMode"), "" | "Filesystem") {
        let detail = "may not specify volumeMode other than Filesystem in the context of inline volumes";
        errors.forbidden(&at.child("volumeMode"), detail);
    }
    if let Some(class) = spec.opt("volumeAttributesClassName").map(Value::as_str) {
        let at_class = at.child("volumeAttributesClassName");
        if class.is_empty() {
            errors.required(&at_class, "an empty string is disallowed");
        } else {
            errors.each_invalid(&at_class, class, names::dns1123_subdomain(class));
        }
        if !spec.has("csi") {
            errors.required(&at.child("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }
}

/// The access modes of a volume or a claim: each known, one alone for itself.
pub(super) fn access_modes(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("accessModes");
    let modes = spec.items("accessModes");
    for mode in modes.iter().filter(|mode| !ACCESS_MODES.contains(&mode.as_str())) {
        errors.not_supported(&at, mode.clone(), &ACCESS_MODES);
    }
    let is_alone = |mode: &Value| mode.as_str() == "ReadWriteOncePod";
    let is_other = |mode: &Value| ACCESS_MODES.contains(&mode.as_str()) && !is_alone(mode);
    if modes.iter().any(is_alone) && modes.iter().any(is_other) {
        errors.forbidden(&at, "may not use ReadWriteOncePod with other access modes");
    }
}

/// The volume mode of a volume or a claim.
pub(super) fn volume_mode(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    if spec.opt("volumeMode").is_some_and(|mode| !VOLUME_MODES.contains(&mode.as_str())) {
        errors.not_supported(&at.child("volumeMode"), spec.at("volumeMode").clone(), &VOLUME_MODES);
    }
}

fn capacity(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let capacity = spec.entries("capacity");
    if capacity.is_empty() {
        errors.required(at, "");
    }
    if !spec.at("capacity").has("storage") || capacity.len() > 1 {
        let printed = spec.opt("capacity").cloned().unwrap_or_else(|| Map::default().into());
        errors.not_supported(at, printed, &["storage"]);
    }
    for entry in capacity {
        let amount = quantities::of(&entry.value);
        let at = at.key(&entry.key);
        if amount < Quantity::ZERO && amount.value() < 0 {
            errors.invalid(&at, amount.value(), "must be a valid resource quantity");
        }
        quantities::positive(&entry.value, &at, errors);
    }
}

fn reclaim_policy(spec: &Value, place: Place, at: &Path<'_>, errors: &mut Errors) {
    let policy = spec.str("persistentVolumeReclaimPolicy");
    let at = at.child("persistentVolumeReclaimPolicy");
    if policy.is_empty() {
        return;
    }
    if !place.is_inline && !RECLAIM_POLICIES.contains(&policy) {
        errors.not_supported(&at, policy, &RECLAIM_POLICIES);
    } else if place.is_inline && policy != "Retain" {
        errors.forbidden(&at, "may only be Retain in the context of inline volumes");
    }
}

fn source(spec: &Value, name: &str, place: Place, at: &Path<'_>, errors: &mut Errors) {
    let mut found = 0;
    for Source(field, extra, below, _) in SOURCES {
        let Some(source) = spec.opt(field) else { continue };
        // Upstream lets a Flex volume stand beside another one.
        if found > 0 && *field != "flexVolume" {
            errors.forbidden(&at.child(extra), "may not specify more than 1 volume type");
            continue;
        }
        found += 1;
        let below = at.child(below);
        match *field {
            "csi" => csi(source, &below, errors),
            _ => sources::validate(field, source, Owner::Volume(name), &below, errors),
        }
        if *field == "local" && (place.is_inline || !spec.has("nodeAffinity")) {
            errors.required(&at.child("nodeAffinity"), "Local volume requires node affinity");
        }
    }
    if found == 0 {
        errors.required(at, "must specify a volume type");
    }
}

fn csi(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    sources::csi_driver_name(source.str("driver"), &at.child("driver"), errors);
    if source.str("volumeHandle").is_empty() {
        errors.required(&at.child("volumeHandle"), "");
    }
    for field in [
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ] {
        let Some(secret) = source.opt(field) else { continue };
        let at = at.child(field);
        let (name, namespace) = (secret.str("name"), secret.str("namespace"));
        named(name, names::dns1123_subdomain(name), &at.child("name"), errors);
        named(namespace, names::dns1123_label(namespace), &at.child("namespace"), errors);
    }
}

fn named(value: &str, wrong: names::Messages, at: &Path<'_>, errors: &mut Errors) {
    match value {
        "" => errors.required(at, ""),
        _ => errors.each_invalid(at, value, wrong),
    }
}

/// Whether Go's `path.Clean` makes it `/`.
fn is_root(path: &str) -> bool {
    let mut depth = 0_usize;
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    path.starts_with('/') && depth == 0
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (old_spec, new_spec) = (old.at("spec"), new.at("spec"));
    let terms = old_spec.at("nodeAffinity").at("required").items("nodeSelectorTerms");
    let lenient = terms.iter().any(nodes::has_invalid_value);
    // Upstream asks twice, and reports twice.
    validate_with(new, lenient, errors);
    validate_object(new, lenient, errors);
    let mut changed = new_spec.clone();
    let expands = |spec: &Value| spec.at("csi").has("controllerExpandSecretRef");
    if old_spec.has("csi")
        && !expands(old_spec)
        && let Some(csi) = changed.at_mut("csi")
    {
        csi.remove("controllerExpandSecretRef");
    }
    let is_same = |field: &str| old_spec.at(field).semantically_equals(changed.at(field));
    if !SOURCES.iter().all(|Source(field, ..)| is_same(field)) {
        let at = Path::new("spec");
        errors.forbidden(
            &at.child("persistentvolumesource"),
            "spec.persistentvolumesource is immutable after creation",
        );
    }
    let mode = Path::new("volumeMode");
    metadata::immutable(new_spec.at("volumeMode"), old_spec.at("volumeMode"), &mode, errors);
    if old_spec.has("nodeAffinity") {
        let new = new_spec.at("nodeAffinity");
        let mut old = old_spec.at("nodeAffinity").clone();
        rename_labels(&mut old, new);
        if !new.semantically_equals(&old) {
            let detail = "field is immutable, except for updating from beta label to GA";
            errors.invalid(&Path::new("nodeAffinity"), new.clone(), detail);
        }
    }
    let class = |spec: &Value| spec.has("volumeAttributesClassName");
    if class(old_spec) && !class(new_spec) {
        let at = Path::new("spec");
        errors.forbidden(
            &at.child("volumeAttributesClassName"),
            "update from non-nil value to nil is forbidden",
        );
    }
}

/// Gives node labels of old times the names they have now where `new` has those.
fn rename_labels(affinity: &mut Value, new: &Value) {
    let new_terms = new.at("required").items("nodeSelectorTerms");
    let Some(required) = affinity.at_mut("required") else { return };
    for (term, new) in required.items_mut("nodeSelectorTerms").iter_mut().zip(new_terms) {
        let new = new.items("matchExpressions");
        for (requirement, new) in term.items_mut("matchExpressions").iter_mut().zip(new) {
            let now = match requirement.str("key") {
                "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
                "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
                "beta.kubernetes.io/os" => "kubernetes.io/os",
                "beta.kubernetes.io/arch" => "kubernetes.io/arch",
                "beta.kubernetes.io/instance-type" => "node.kubernetes.io/instance-type",
                _ => continue,
            };
            if new.str("key") == now {
                requirement.set("key", now, By::Manifest);
            }
        }
    }
}

fn warnings(volume: &Value) -> Vec<String> {
    let mut warnings = Vec::new();
    let annotations = volume.at("metadata").at("annotations");
    for (key, since, instead) in [
        ("volume.beta.kubernetes.io/storage-class", "v1.8", "storageClassName"),
        (MOUNT_OPTIONS, "v1.31", "mountOptions"),
    ] {
        if annotations.has(key) {
            let key = format!("metadata.annotations[{key}]");
            warnings.push(format!("{key}: deprecated since {since}; use {instead:?} attribute instead"));
        }
    }
    let spec = volume.at("spec");
    if spec.str("persistentVolumeReclaimPolicy") == "Recycle" {
        warnings.push(
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."
                .into(),
        );
    }
    let at = Path::new("spec");
    let at = at.child("nodeAffinity");
    let at = at.child("required");
    let at = at.child("nodeSelectorTerms");
    for (index, term) in spec.at("nodeAffinity").at("required").items("nodeSelectorTerms").iter().enumerate()
    {
        warnings.extend(nodes::expression_warnings(term, &at.index(index)));
    }
    for (field, printed, said) in [
        ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
        ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
        ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
        ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
        ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ] {
        if spec.has(field) {
            warnings.push(format!("spec.{printed}: {said}"));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, created, refused};

    const NFS: &str = "{capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], nfs: {server: a, path: /a}}";

    #[test]
    fn volumes_are_held_to_their_rules() {
        let rows = [
            (NFS, &[][..]),
            ("{capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]}", &["spec FieldValueRequired"]),
            (
                "{capacity: {storage: 1Gi}, accessModes: [X], hostPath: {path: /a/../b}, nfs: {server: a, path: a}}",
                &[
                    "spec.accessModes FieldValueNotSupported",
                    "spec.hostPath.path FieldValueInvalid",
                    "spec.nfs FieldValueForbidden",
                ],
            ),
            (
                "{capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], local: {path: /a}}",
                &["spec.nodeAffinity FieldValueRequired"],
            ),
            (
                "{capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a/..}, persistentVolumeReclaimPolicy: Recycle}",
                &[
                    "spec.hostPath.path FieldValueInvalid",
                    "spec.persistentVolumeReclaimPolicy FieldValueForbidden",
                ],
            ),
            (
                "{capacity: {storage: 0, cpu: 1}, accessModes: [ReadWriteOnce], gcePersistentDisk: {pdName: a, partition: 300}}",
                &[
                    "spec.capacity FieldValueNotSupported",
                    "spec.capacity[storage] FieldValueInvalid",
                    "spec.persistentDisk.partition FieldValueInvalid",
                ],
            ),
        ];
        for (spec, wanted) in rows {
            assert_eq!(refused("v1/PersistentVolume", &format!("spec: {spec}")), wanted, "{spec}");
        }
    }

    #[test]
    fn a_source_stays_as_it_is() {
        let before = format!("spec: {NFS}");
        let after = before.replace("server: a", "server: b");
        let refused = change_refused("v1/PersistentVolume", &before, &after);
        assert_eq!(refused, ["spec.persistentvolumesource FieldValueForbidden"]);
        let (_, volume) = created("v1/PersistentVolume", &before);
        assert_eq!(volume.at("spec").str("persistentVolumeReclaimPolicy"), "Retain");
        assert_eq!(volume.at("metadata").items("finalizers").len(), 1);
    }
}
