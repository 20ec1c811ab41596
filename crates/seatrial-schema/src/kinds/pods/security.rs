//! Security contexts of pods and containers
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::BTreeSet;

use super::options::PodOptions;
use super::volumes::validate_local_descending;
use super::windows::validate_windows_options;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::Value;

/// `spec.securityContext`, with the fields that the server keeps there: those
/// about the host's namespaces.
pub(super) fn validate_pod_context(spec: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    let context = spec.at("securityContext");
    validate_ids(context, &["fsGroup", "runAsUser", "runAsGroup"], path, errors);
    let groups = path.child("supplementalGroups");
    for (at, group) in context.items("supplementalGroups").iter().enumerate() {
        validate_id(group, &groups.index(at), errors);
    }
    if spec.bool("shareProcessNamespace") && spec.bool("hostPID") {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&path.child("shareProcessNamespace"), true, detail);
    }
    validate_sysctls(spec, &path.child("sysctls"), options, errors);
    validate_word(context, "fsGroupChangePolicy", &["Always", "OnRootMismatch"], path, errors);
    validate_seccomp(context.opt("seccompProfile"), &path.child("seccompProfile"), errors);
    if let Some(windows) = context.opt("windowsOptions") {
        validate_windows_options(windows, &path.child("windowsOptions"), errors);
    }
    if let Some(profile) = context.opt("appArmorProfile") {
        validate_app_armor(profile, &path.child("appArmorProfile"), errors);
    }
    validate_word(context, "supplementalGroupsPolicy", &["Merge", "Strict"], path, errors);
    let policies: &[&str] =
        if options.any_selinux_change_policy { &["MountOption", "Recursive"] } else { &["Recursive"] };
    validate_word(context, "seLinuxChangePolicy", policies, path, errors);
}

fn validate_ids(context: &Value, fields: &[&str], path: &Path<'_>, errors: &mut Errors) {
    for field in fields {
        if let Some(id) = context.opt(field) {
            validate_id(id, &path.child(field), errors);
        }
    }
}

fn validate_id(id: &Value, path: &Path<'_>, errors: &mut Errors) {
    for message in names::user_or_group_id(id.as_int().unwrap_or_default()) {
        errors.invalid(path, id.clone(), message);
    }
}

/// A field that holds one of a few words, or is absent.
pub(super) fn validate_word(
    holder: &Value,
    field: &str,
    words: &[&str],
    path: &Path<'_>,
    errors: &mut Errors,
) {
    if let Some(word) = holder.opt(field).filter(|it| !words.contains(&it.as_str())) {
        errors.not_supported(&path.child(field), word.clone(), words);
    }
}

fn validate_sysctls(spec: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (at, sysctl) in spec.at("securityContext").items("sysctls").iter().enumerate() {
        let (name, path) = (sysctl.str("name"), path.index(at));
        let path = path.child("name");
        if name.is_empty() {
            errors.required(&path, "");
        } else if !is_sysctl(name) {
            let segment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
            let detail =
                format!("must have at most 253 characters and match regex ^({segment}[\\./])*{segment}$");
            errors.invalid(&path, name, detail);
        } else if seen.contains(name) {
            errors.duplicate(&path, name);
        }
        if let Some(field) = conflicts_with_host(spec, name).filter(|_| !options.host_sysctls) {
            errors.invalid(&path, name, format!("may not be specified when '{field}' is true"));
        }
        seen.insert(name);
    }
}

fn is_sysctl(name: &str) -> bool {
    let edge = |it: Option<u8>| it.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
    name.len() <= 253
        && name
            .split(['.', '/'])
            .all(|it| edge(it.bytes().next()) && edge(it.bytes().last()) && it.bytes().all(inner))
}

/// The field that gives the pod the host's namespace, to which the sysctl
/// belongs (`component-helpers` 0.36 `node/util/sysctl`).
pub(super) fn conflicts_with_host(spec: &Value, sysctl: &str) -> Option<&'static str> {
    const IPC: [&str; 10] = [
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
        "kernel.shm",
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.msg",
    ];
    let name = normal_sysctl(sysctl);
    let name = name.split('*').next().unwrap_or_default();
    let is_ipc = IPC.contains(&name) || name.starts_with("fs.mqueue.");
    if is_ipc {
        spec.bool("hostIPC").then_some("hostIPC")
    } else {
        (name.starts_with("net.") && spec.bool("hostNetwork")).then_some("hostNetwork")
    }
}

/// With dots between the parts: a name that has a slash first is turned round.
fn normal_sysctl(name: &str) -> String {
    match name.find(['.', '/']) {
        Some(at) if name.as_bytes()[at] == b'/' => name
            .chars()
            .map(|it| {
                if it == '/' {
                    '.'
                } else if it == '.' {
                    '/'
                } else {
                    it
                }
            })
            .collect(),
        _ => name.to_owned(),
    }
}

/// `seccompProfile` of a pod or container.
fn validate_seccomp(profile: Option<&Value>, path: &Path<'_>, errors: &mut Errors) {
    const TYPES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];
    let Some(profile) = profile else { return };
    let (kind, local, local_path) =
        (profile.str("type"), profile.opt("localhostProfile"), path.child("localhostProfile"));
    if kind.is_empty() {
        errors.required(&path.child("type"), "type is required when seccompProfile is set");
    } else if !TYPES.contains(&kind) {
        errors.not_supported(&path.child("type"), kind, &TYPES);
    }
    match local {
        None if kind == "Localhost" => {
            errors.required(&local_path, "must be set when seccomp type is Localhost");
        }
        Some(local) if kind == "Localhost" => {
            validate_local_descending(local.as_str(), &local_path, errors);
        }
        None => {}
        Some(_) => {
            let detail = "can only be set when seccomp type is Localhost";
            errors.invalid(&local_path, profile.clone(), detail);
        }
    }
}

/// `appArmorProfile` of a pod or container.
pub(super) fn validate_app_armor(profile: &Value, path: &Path<'_>, errors: &mut Errors) {
    const LENGTH: usize = 4095;
    let local_path = path.child("localhostProfile");
    let missing = "must be set when AppArmor type is Localhost";
    match (profile.str("type"), profile.opt("localhostProfile")) {
        ("Localhost", None) => errors.required(&local_path, missing),
        ("Localhost", Some(local)) => {
            let local = local.as_str();
            if local.trim() != local {
                errors.invalid(&local_path, local, "must not be padded with whitespace");
            } else if local.is_empty() {
                errors.required(&local_path, missing);
            }
            if local.len() > LENGTH {
                errors.too_long(&local_path, LENGTH);
            }
        }
        ("RuntimeDefault" | "Unconfined", Some(local)) => {
            let detail = "can only be set when AppArmor type is Localhost";
            errors.invalid(&local_path, local.clone(), detail);
        }
        ("RuntimeDefault" | "Unconfined", None) => {}
        ("", _) => errors.required(&path.child("type"), "type is required when appArmorProfile is set"),
        (other, _) => {
            errors.not_supported(&path.child("type"), other, &["Localhost", "RuntimeDefault", "Unconfined"]);
        }
    }
}

/// `securityContext` of a container; `host_users` says that the pod has no users
/// of its own.
pub(super) fn validate_container_context(
    context: &Value,
    host_users: bool,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    validate_ids(context, &["runAsUser", "runAsGroup"], path, errors);
    validate_word(context, "procMount", &["Default", "Unmasked"], path, errors);
    if host_users && context.str("procMount") == "Unmasked" {
        let detail = "`hostUsers` must be false to use `Unmasked`";
        errors.invalid(&path.child("procMount"), "Unmasked", detail);
    }
    validate_seccomp(context.opt("seccompProfile"), &path.child("seccompProfile"), errors);
    if context.at("allowPrivilegeEscalation") == &Value::Bool(false) {
        let mut cannot = |what: &str| {
            let detail = format!("cannot set `allowPrivilegeEscalation` to false and {what}");
            errors.invalid(path, context.clone(), detail);
        };
        if context.bool("privileged") {
            cannot("`privileged` to true");
        }
        let added = context.at("capabilities").items("add");
        added
            .iter()
            .filter(|it| it.as_str() == "CAP_SYS_ADMIN")
            .for_each(|_| cannot("`capabilities.Add` CAP_SYS_ADMIN"));
    }
    if let Some(windows) = context.opt("windowsOptions") {
        validate_windows_options(windows, &path.child("windowsOptions"), errors);
    }
    if let Some(profile) = context.opt("appArmorProfile") {
        validate_app_armor(profile, &path.child("appArmorProfile"), errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(spec: &str) -> Vec<String> {
        let mut errors = Errors::new();
        validate_pod_context(&value(spec), &Path::new("s"), &PodOptions::default(), &mut errors);
        fields(&errors)
    }

    #[test]
    fn sysctls_of_the_hosts_namespaces_are_refused() {
        let sysctls =
            "securityContext: {sysctls: [{name: net.a}, {name: kernel/sem}, {name: A}, {name: net.a}]}";
        assert_eq!(
            refused(sysctls),
            ["s.sysctls[2].name FieldValueInvalid", "s.sysctls[3].name FieldValueDuplicate"]
        );
        assert_eq!(refused(&format!("hostIPC: true\n{sysctls}"))[0], "s.sysctls[1].name FieldValueInvalid");
    }

    #[test]
    fn profiles_fit_their_type() {
        assert_eq!(
            refused("securityContext: {seccompProfile: {type: Localhost}, appArmorProfile: {type: X}}"),
            [
                "s.seccompProfile.localhostProfile FieldValueRequired",
                "s.appArmorProfile.type FieldValueNotSupported"
            ]
        );
    }
}
