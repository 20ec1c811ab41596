//! What differs between the operating systems that a pod can be for
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use super::walk::{containers, each_container};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::Value;

const NOT_ON_WINDOWS: &str = "cannot be set for a windows pod";

/// `spec.os`, and what it rules out.
pub(super) fn validate_os(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let Some(os) = spec.opt("os") else { return };
    let os_path = path.child("os");
    match os.str("name") {
        "" => errors.required(&os_path.child("name"), ""),
        "linux" => validate_linux(spec, path, errors),
        "windows" => validate_windows(spec, path, errors),
        other => errors.not_supported(&os_path, other, &["linux", "windows"]),
    }
}

fn validate_linux(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let mut check = |context: &Value, path: &Path<'_>| {
        if context.has("windowsOptions") {
            let path = path.child("securityContext");
            errors.forbidden(&path.child("windowsOptions"), "windows options cannot be set for a linux pod");
        }
    };
    check(spec.at("securityContext"), path);
    each_container(spec, path, |container, path| check(container.at("securityContext"), path));
}

fn validate_windows(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    /// The fields of a pod; those that the server looks up beside the security
    /// context stand beside it.
    const OF_PODS: [(&str, bool); 15] = [
        ("appArmorProfile", true),
        ("seLinuxOptions", true),
        ("hostUsers", false),
        ("hostPID", false),
        ("hostIPC", false),
        ("seccompProfile", true),
        ("fsGroup", true),
        ("fsGroupChangePolicy", true),
        ("sysctls", true),
        ("shareProcessNamespace", false),
        ("runAsUser", true),
        ("runAsGroup", true),
        ("supplementalGroups", true),
        ("supplementalGroupsPolicy", true),
        ("seLinuxChangePolicy", true),
    ];
    const OF_CONTAINERS: [&str; 10] = [
        "appArmorProfile",
        "seLinuxOptions",
        "seccompProfile",
        "capabilities",
        "readOnlyRootFilesystem",
        "privileged",
        "allowPrivilegeEscalation",
        "procMount",
        "runAsUser",
        "runAsGroup",
    ];
    let context_path = path.child("securityContext");
    for (field, in_context) in OF_PODS {
        let (holder, path) =
            if in_context { (spec.at("securityContext"), &context_path) } else { (spec, path) };
        // `hostPID` and `hostIPC` are no pointers: `false` is nothing there.
        let is_set = match field {
            "hostPID" | "hostIPC" => holder.bool(field),
            _ => holder.has(field),
        };
        if is_set {
            errors.forbidden(&path.child(field), NOT_ON_WINDOWS);
        }
    }
    each_container(spec, path, |container, path| {
        let path = path.child("securityContext");
        for field in OF_CONTAINERS.iter().filter(|it| container.at("securityContext").has(it)) {
            errors.forbidden(&path.child(field), NOT_ON_WINDOWS);
        }
    });
}

fn host_process(context: &Value) -> Option<bool> {
    context.at("securityContext").at("windowsOptions").opt("hostProcess").map(|it| it == &Value::Bool(true))
}

/// Containers that run as processes of the host: all of a pod, or none.
pub(super) fn validate_host_processes(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let pod = host_process(spec);
    each_container(spec, path, |container, path| {
        if let (Some(pod), Some(own)) = (pod, host_process(container))
            && pod != own
        {
            let path = path.child("securityContext");
            let path = path.child("windowsOptions");
            let detail = format!("pod hostProcess value must be identical if both are specified, was {pod}");
            errors.invalid(&path.child("hostProcess"), own, detail);
        }
    });
    let is_process = |it: &Value| host_process(it).or(pod) == Some(true);
    if !containers(spec).any(is_process) {
        return;
    }
    if !containers(spec).all(is_process) {
        let detail =
            "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        errors.invalid(path, "", detail);
    }
    if !spec.bool("hostNetwork") {
        let detail = "hostNetwork must be true if pod contains any hostProcess containers";
        errors.invalid(&path.child("hostNetwork"), false, detail);
    }
}

/// `windowsOptions` of a security context.
pub(super) fn validate_windows_options(options: &Value, path: &Path<'_>, errors: &mut Errors) {
    const SPEC_BYTES: usize = 64 * 1024;
    if let Some(name) = options.opt("gmsaCredentialSpecName").map(Value::as_str) {
        errors.each_invalid(&path.child("gmsaCredentialSpecName"), name, names::dns1123_subdomain(name));
    }
    if let Some(spec) = options.opt("gmsaCredentialSpec").map(Value::as_str) {
        let path = path.child("gmsaCredentialSpec");
        if spec.is_empty() {
            errors.invalid(&path, spec, "gmsaCredentialSpec cannot be an empty string");
        } else if spec.len() > SPEC_BYTES {
            errors.invalid(&path, spec, "gmsaCredentialSpec size must be under 64 KiB");
        }
    }
    if let Some(name) = options.opt("runAsUserName").map(Value::as_str) {
        let path = path.child("runAsUserName");
        for detail in user_name_faults(name) {
            errors.invalid(&path, name, detail);
        }
    }
}

/// What is wrong with `DOMAIN\user` or `user`.
fn user_name_faults(name: &str) -> Vec<&'static str> {
    if name.is_empty() {
        return vec!["runAsUserName cannot be an empty string"];
    }
    if name.bytes().any(|it| it.is_ascii_control()) {
        return vec!["runAsUserName cannot contain control characters"];
    }
    let (domain, user) = name.split_once('\\').map_or((None, name), |(domain, user)| (Some(domain), user));
    if user.contains('\\') {
        return vec!["runAsUserName cannot contain more than one backslash"];
    }
    let is_domain = |it: &str| is_net_bios(it) || is_dns(it);
    let faults = [
        (
            domain.is_some_and(|it| it.len() >= 256),
            "runAsUserName's Domain length must be under 256 characters",
        ),
        (
            domain.is_some_and(|it| !is_domain(it)),
            "runAsUserName's Domain doesn't match the NetBios nor the DNS format",
        ),
        (user.is_empty(), "runAsUserName's User cannot be empty"),
        (user.len() > 104, "runAsUserName's User length must not be longer than 104 characters"),
        (
            !user.is_empty() && user.bytes().all(|it| matches!(it, b'.' | b' ')),
            "runAsUserName's User cannot contain only periods or spaces",
        ),
        (
            user.contains(|it| "\"/\\:;|=,+*?<>@[]".contains(it)),
            "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]",
        ),
    ];
    faults.into_iter().filter(|it| it.0).map(|it| it.1).collect()
}

fn is_net_bios(text: &str) -> bool {
    let length = text.chars().count();
    (1..=15).contains(&length) && !text.starts_with('.') && !text.contains(|it| "\\/:*?\"<>|".contains(it))
}

fn is_dns(text: &str) -> bool {
    let edge = |it: Option<u8>| it.is_some_and(|it| it.is_ascii_alphanumeric());
    text.split('.').all(|it| {
        it.len() <= 63
            && edge(it.bytes().next())
            && edge(it.bytes().last())
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn user_names_have_one_domain_at_most() {
        for name in ["user", "DOMAIN\\user", "a.example\\user"] {
            assert_eq!(user_name_faults(name), [""; 0], "{name}");
        }
        for name in ["", "a\\b\\c", "\\user", "a\\", "..", "a@b", "a\tb"] {
            assert_ne!(user_name_faults(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn processes_of_the_host_are_all_or_none_and_on_its_network() {
        let container =
            |host: bool| format!("{{securityContext: {{windowsOptions: {{hostProcess: {host}}}}}}}");
        let spec = value(&format!("containers: [{}, {}]", container(true), container(false)));
        let mut errors = Errors::new();
        validate_host_processes(&spec, &Path::new("spec"), &mut errors);
        assert_eq!(fields(&errors), ["spec FieldValueInvalid", "spec.hostNetwork FieldValueInvalid"]);
    }

    #[test]
    fn an_os_rules_out_what_the_other_has() {
        let mut errors = Errors::new();
        let spec = "{os: {name: windows}, hostPID: true, securityContext: {runAsUser: 0}}";
        validate_os(&value(spec), &Path::new("spec"), &mut errors);
        assert_eq!(
            fields(&errors),
            ["spec.hostPID FieldValueForbidden", "spec.securityContext.runAsUser FieldValueForbidden"]
        );
    }
}
