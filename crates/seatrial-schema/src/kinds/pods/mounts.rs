//! Where a container sees the volumes and block devices of its pod
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::{BTreeMap, BTreeSet};

use super::volumes::{Volumes, has_backstep, validate_local_descending};
use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// `volumeMounts` of a container.
pub(super) fn validate_mounts(
    container: &Value,
    volumes: &Volumes<'_>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let devices = Known::of(container.items("volumeDevices"), "devicePath");
    let mut seen = BTreeSet::new();
    for (at, mount) in container.items("volumeMounts").iter().enumerate() {
        let item = path.index(at);
        let (name_path, mount_path) = (item.child("name"), item.child("mountPath"));
        let (name, target) = (mount.str("name"), mount.str("mountPath"));
        if name.is_empty() {
            errors.required(&name_path, "");
        }
        if !volumes.contains_key(name) {
            errors.not_found(&name_path, name);
        }
        if target.is_empty() {
            errors.required(&mount_path, "");
        }
        if !seen.insert(target) {
            errors.invalid(&mount_path, target, "must be unique");
        }
        if devices.names.contains(name) {
            errors.invalid(&name_path, name, "must not already exist in volumeDevices");
        }
        if devices.paths.contains(target) {
            errors.invalid(&mount_path, target, "must not already exist as a path in volumeDevices");
        }
        let unsaid = path.unsaid_index(at);
        validate_sub_paths(mount, &unsaid, &item, errors);
        validate_propagation(mount, container, &unsaid, errors);
        validate_recursive_read_only(mount, &unsaid.child("recursiveReadOnly"), errors);
    }
}

/// Items of a list by name; of those with one name the last counts.
struct Known<'a> {
    names: BTreeSet<&'a str>,
    paths: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(items: &'a [Value], path: &str) -> Self {
        let last: BTreeMap<_, _> = items.iter().map(|it| (it.str("name"), it.str(path))).collect();
        Self { names: last.keys().copied().collect(), paths: last.into_values().collect() }
    }
}

/// Upstream names the list, not the item, for what is wrong with a sub-path.
fn validate_sub_paths(mount: &Value, list: &Path<'_>, item: &Path<'_>, errors: &mut Errors) {
    let (sub_path, expression) = (mount.str("subPath"), mount.str("subPathExpr"));
    if !sub_path.is_empty() {
        validate_local_descending(sub_path, &list.child("subPath"), errors);
    }
    if expression.is_empty() {
        return;
    }
    if !sub_path.is_empty() {
        let detail = "subPathExpr and subPath are mutually exclusive";
        errors.invalid(&item.child("subPathExpr"), expression, detail);
    }
    validate_local_descending(expression, &list.child("subPathExpr"), errors);
}

fn validate_propagation(mount: &Value, container: &Value, list: &Path<'_>, errors: &mut Errors) {
    const KNOWN: [&str; 3] = ["Bidirectional", "HostToContainer", "None"];
    let Some(propagation) = mount.opt("mountPropagation").map(Value::as_str) else { return };
    let path = list.child("mountPropagation");
    if !KNOWN.contains(&propagation) {
        errors.not_supported(&path, propagation, &KNOWN);
    }
    if propagation == "Bidirectional" && !container.at("securityContext").bool("privileged") {
        let detail = "Bidirectional mount propagation is available only to privileged containers";
        errors.forbidden(&path, detail);
    }
}

fn validate_recursive_read_only(mount: &Value, path: &Path<'_>, errors: &mut Errors) {
    let Some(mode) = mount.opt("recursiveReadOnly").map(Value::as_str) else { return };
    match mode {
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount.bool("readOnly") {
                errors.forbidden(path, "may only be specified when readOnly is true");
            }
            if mount.opt("mountPropagation").is_some_and(|it| it.as_str() != "None") {
                let detail = "may only be specified when mountPropagation is None or not specified";
                errors.forbidden(path, detail);
            }
        }
        _ => errors.not_supported(path, mode, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// `volumeDevices` of a container.
pub(super) fn validate_devices(
    container: &Value,
    volumes: &Volumes<'_>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if container.items("volumeDevices").is_empty() {
        return;
    }
    let mounts = Known::of(container.items("volumeMounts"), "mountPath");
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for (at, device) in container.items("volumeDevices").iter().enumerate() {
        let item = path.index(at);
        let (name_path, device_path) = (item.child("name"), item.child("devicePath"));
        let (name, target) = (device.str("name"), device.str("devicePath"));
        if name.is_empty() {
            errors.required(&name_path, "");
        }
        if names.contains(name) {
            errors.invalid(&name_path, name, "must be unique");
        }
        match volumes.get(name) {
            None => errors.not_found(&name_path, name),
            Some(volume) if volume.has("persistentVolumeClaim") || volume.has("ephemeral") => {}
            Some(_) => {
                let detail =
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&name_path, name, detail);
            }
        }
        if target.is_empty() {
            errors.required(&device_path, "");
        }
        if paths.contains(target) {
            errors.invalid(&device_path, target, "must be unique");
        }
        if has_backstep(target) {
            errors.invalid(&device_path, target, "can not contain backsteps ('..')");
        } else {
            paths.insert(target);
        }
        if mounts.names.contains(name) {
            errors.invalid(&name_path, name, "must not already exist in volumeMounts");
        }
        if mounts.paths.contains(target) {
            errors.invalid(&device_path, target, "must not already exist as a path in volumeMounts");
        }
        if !name.is_empty() {
            names.insert(name);
        }
    }
}
