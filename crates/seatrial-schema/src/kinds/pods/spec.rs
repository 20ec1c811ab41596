//! The rules for a pod spec as a whole
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::BTreeSet;

use super::annotations::MIRROR;
use super::containers::{Pod, validate_containers, validate_ephemeral_containers, validate_init_containers};
use super::env::validate_file_volumes;
use super::options::PodOptions;
use super::resources::{aggregate, validate_requirements};
use super::scheduling::{validate_affinity, validate_tolerations, validate_topology_spread};
use super::security::{validate_pod_context, validate_word};
use super::volumes::validate_volumes;
use super::walk::each_container;
use super::windows::{validate_host_processes, validate_os};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::addresses::legacy_ip;
use crate::rules::quantities::of;
use crate::rules::resources::is_huge_pages;
use crate::rules::{metadata, names};
use crate::value::{Entry, Value};

/// The rules for the spec at `path`; `pod` is the pod's metadata, nothing where
/// the spec belongs to a template.
pub(super) fn validate_spec(
    spec: &Value,
    pod: Option<&Value>,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    if !spec.has("terminationGracePeriodSeconds") {
        errors.required(&path.child("terminationGracePeriodSeconds"), "");
    }
    let pod_name = pod.map_or("", |it| it.str("name"));
    let volumes = validate_volumes(spec.items("volumes"), pod_name, &path.child("volumes"), options, errors);
    let claims: BTreeSet<_> =
        spec.items("resourceClaims").iter().map(|it| it.str("name")).filter(|it| !it.is_empty()).collect();
    validate_resource_claims(spec, pod, &path.child("resourceClaims"), errors);
    let pod = Pod { spec, volumes, claims, options };
    validate_containers(&pod, &path.child("containers"), errors);
    validate_init_containers(&pod, &path.child("initContainers"), errors);
    validate_ephemeral_containers(&pod, &path.child("ephemeralContainers"), errors);
    validate_pod_resources(&pod, &path.child("resources"), errors);
    validate_host_network_ports(spec, path, options, errors);
    validate_policies(spec, path, errors);
    metadata::labels(spec.at("nodeSelector"), &path.child("nodeSelector"), errors);
    validate_pod_context(spec, &path.child("securityContext"), options, errors);
    validate_affinity(spec.at("affinity"), &path.child("affinity"), options, errors);
    validate_dns(spec, &path.child("dnsConfig"), errors);
    validate_gates(spec, path, errors);
    let spread = path.child("topologySpreadConstraints");
    validate_topology_spread(spec.items("topologySpreadConstraints"), &spread, options, errors);
    validate_host_processes(spec, path, errors);
    validate_host_users(spec, path, options, errors);
    validate_host_name(spec, path, errors);
    validate_names(spec, path, errors);
    validate_tolerations(spec.items("tolerations"), &path.child("tolerations"), options, errors);
    validate_host_aliases(spec.items("hostAliases"), &path.child("hostAliases"), errors);
    for field in ["priorityClassName", "runtimeClassName"] {
        // An empty class is none where it is no pointer.
        if let Some(name) = spec.opt(field).map(Value::as_str)
            && (field == "runtimeClassName" || !name.is_empty())
        {
            errors.each_invalid(&path.child(field), name, names::subdomain_name(name, false));
        }
    }
    validate_preemption_policy(spec.opt("preemptionPolicy"), &path.child("preemptionPolicy"), errors);
    validate_overhead(spec.at("overhead"), &path.child("overhead"), options, errors);
    validate_os(spec, path, errors);
    validate_file_volumes(spec, path, errors);
}

/// `overhead` of a pod, or of the pods of a runtime class.
pub(crate) fn validate_overhead(
    overhead: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    // The rules see it as the limits of a container, whose path it takes over.
    let mut limits = Value::default();
    limits.set("limits", overhead.clone(), crate::value::By::Server);
    validate_requirements(&limits, false, &BTreeSet::new(), path, options, errors);
}

fn validate_resource_claims(spec: &Value, pod: Option<&Value>, path: &Path<'_>, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    let is_mirror = pod.is_some_and(|it| it.at("annotations").has(MIRROR));
    for (at, claim) in spec.items("resourceClaims").iter().enumerate() {
        if is_mirror {
            // How the server prints a path without a name.
            errors.forbidden(&Path::new("[]"), "static pods do not support resource claims");
            continue;
        }
        let (name, path) = (claim.str("name"), path.index(at));
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        } else if !seen.insert(name) {
            errors.duplicate(&path.child("name"), name);
        } else {
            errors.each_invalid(&path.child("name"), name, names::dns1123_label(name));
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        match sources.iter().filter(|it| claim.has(it)).count() {
            0 => {
                let detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
                errors.invalid(&path, claim.clone(), detail);
            }
            1 => {}
            _ => {
                let detail =
                    "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
                errors.invalid(&path, claim.clone(), detail);
            }
        }
        for field in sources {
            if let Some(name) = claim.opt(field).map(Value::as_str) {
                errors.each_invalid(&path.child(field), name, names::subdomain_name(name, false));
            }
        }
    }
}

/// What the pod as a whole asks for, beside what its containers do.
fn validate_pod_resources(pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    let spec = pod.spec;
    let Some(resources) = spec.opt("resources") else { return };
    if spec.at("os").str("name") == "windows" {
        errors.forbidden(path, "may not be set for a windows pod");
        return;
    }
    if resources.has("claims") {
        errors.forbidden(&path.child("claims"), "claims may not be set for Resources at pod-level");
    }
    validate_requirements(resources, true, &pod.claims, path, pod.options, errors);
    for (field, only_huge_pages) in [("requests", false), ("limits", true)] {
        let path = path.child(field);
        for (name, amount) in aggregate(spec, field) {
            let Some(own) = resources.at(field).opt(&name) else { continue };
            if amount > of(own) && (!only_huge_pages || is_huge_pages(&name)) {
                let detail =
                    format!("must be greater than or equal to aggregate container {field} of {amount}");
                errors.invalid(&path.key(&name), own.clone(), detail);
            }
        }
    }
    let containers = path.child("containers");
    for (at, container) in spec.items("containers").iter().enumerate() {
        for Entry { key, value, .. } in container.at("resources").entries("limits") {
            let Some(own) = resources.at("limits").opt(key).filter(|it| of(value) > of(it)) else { continue };
            let path = containers.index(at);
            let path = path.key(key);
            let detail = format!("must be less than or equal to pod limits of {}", of(own));
            errors.invalid(&path.child("limits"), value.clone(), detail);
        }
    }
}

/// On the host's network a port is the host's port.
fn validate_host_network_ports(spec: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    if !spec.bool("hostNetwork") {
        return;
    }
    let path = path.child("containers");
    for (at, container) in spec.items("containers").iter().enumerate() {
        let path = path.index(at);
        let path = path.child("ports");
        for (at, port) in container.items("ports").iter().enumerate() {
            let host = port.int("hostPort");
            if (options.is_pod || host != 0) && host != port.int("containerPort") {
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.invalid(&path.index(at).child("hostPort"), host, detail);
            }
        }
    }
}

fn validate_policies(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    const POLICIES: [(&str, &[&str]); 2] = [
        ("restartPolicy", &["Always", "OnFailure", "Never"]),
        ("dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]),
    ];
    for (field, words) in POLICIES {
        if spec.str(field).is_empty() {
            errors.required(&path.child(field), "");
        } else {
            validate_word(spec, field, words, path, errors);
        }
    }
}

/// Whether a pod may make others go; also that of a priority class.
pub(crate) fn validate_preemption_policy(policy: Option<&Value>, path: &Path<'_>, errors: &mut Errors) {
    match policy.map(Value::as_str) {
        None | Some("PreemptLowerPriority" | "Never") => {}
        Some("") => errors.required(path, ""),
        Some(other) => errors.not_supported(path, other, &["PreemptLowerPriority", "Never"]),
    }
}

fn validate_dns(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    const MOST_SERVERS: usize = 3;
    const MOST_SEARCHES: usize = 32;
    const MOST_CHARACTERS: usize = 2048;
    let config = spec.opt("dnsConfig");
    let servers = config.map_or(&[][..], |it| it.items("nameservers"));
    let servers_path = path.child("nameservers");
    if spec.str("dnsPolicy") == "None" {
        if config.is_none() {
            errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if servers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.required(&servers_path, detail);
            return;
        }
    }
    let Some(config) = config else { return };
    if servers.len() > MOST_SERVERS {
        let detail = format!("must not have more than {MOST_SERVERS} nameservers");
        errors.invalid(&servers_path, servers.to_vec(), detail);
    }
    for (at, server) in servers.iter().enumerate() {
        legacy_ip(&servers_path.index(at), server.as_str(), errors);
    }
    let (searches, searches_path) = (config.items("searches"), path.child("searches"));
    if searches.len() > MOST_SEARCHES {
        let detail = format!("must not have more than {MOST_SEARCHES} search paths");
        errors.invalid(&searches_path, searches.to_vec(), detail);
    }
    let letters: usize = searches.iter().map(|it| it.as_str().len()).sum();
    if letters + searches.len().saturating_sub(1) > MOST_CHARACTERS {
        let detail = format!(
            "must not have more than {MOST_CHARACTERS} characters (including spaces) in the search list"
        );
        errors.invalid(&searches_path, searches.to_vec(), detail);
    }
    for (at, search) in searches.iter().map(Value::as_str).enumerate().filter(|it| it.1 != ".") {
        let search = search.strip_suffix('.').unwrap_or(search);
        let wrong = names::dns1123_subdomain_with_underscore(search);
        errors.each_invalid(&searches_path.index(at), search, wrong);
    }
    let options_path = path.child("options");
    for (at, option) in config.items("options").iter().enumerate() {
        if option.str("name").is_empty() {
            errors.required(&options_path.index(at), "must not be empty");
        }
    }
}

/// What has to be true before a pod counts as ready, or is scheduled at all.
fn validate_gates(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let readiness = path.child("readinessGates");
    for (at, gate) in spec.items("readinessGates").iter().enumerate() {
        let (kind, path) = (gate.str("conditionType"), readiness.index(at));
        errors.each_invalid(&path.child("conditionType"), kind, names::label_key(kind));
    }
    let scheduling = path.child("schedulingGates");
    let mut seen = BTreeSet::new();
    for (at, gate) in spec.items("schedulingGates").iter().enumerate() {
        let (name, path) = (gate.str("name"), scheduling.index(at));
        errors.each_invalid(&path, name, names::label_key(name));
        if !seen.insert(name) {
            errors.duplicate(&path, name);
        }
    }
}

/// Users of its own go together with few of the host's things.
fn validate_host_users(spec: &Value, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    const DETAIL: &str = "when `hostUsers` is false";
    if spec.at("hostUsers") != &Value::Bool(false) {
        return;
    }
    // Upstream writes two of them like this.
    let fields = [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")];
    for (field, printed) in fields {
        let is_lenient = field == "hostNetwork" && options.users_on_host_network;
        if spec.bool(field) && !is_lenient {
            errors.forbidden(&path.child(printed), DETAIL);
        }
    }
    if options.users_with_devices {
        return;
    }
    each_container(spec, path, |container, path| {
        if !container.items("volumeDevices").is_empty() {
            errors.forbidden(&path.child("volumeDevices"), DETAIL);
        }
    });
}

fn validate_host_name(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    const LENGTH: usize = 64;
    let Some(name) = spec.opt("hostnameOverride").map(Value::as_str) else { return };
    let path = path.child("hostnameOverride");
    for (field, detail) in [
        ("setHostnameAsFQDN", "may not be specified when setHostnameAsFQDN is true"),
        ("hostNetwork", "may not be specified when hostNetwork is true"),
    ] {
        if spec.bool(field) {
            errors.forbidden(&path, detail);
        }
    }
    if name.len() > LENGTH {
        errors.too_long(&path, LENGTH);
    }
    errors.each_invalid(&path, name, names::dns1123_subdomain(name));
}

fn validate_names(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let mut check = |field: &str, rule: fn(&str) -> names::Messages| {
        let name = spec.str(field);
        if !name.is_empty() {
            errors.each_invalid(&path.child(field), name, rule(name));
        }
    };
    check("serviceAccountName", names::dns1123_subdomain);
    check("nodeName", names::dns1123_subdomain);
    if let Some(deadline) = spec.at("activeDeadlineSeconds").as_int() {
        for message in names::in_range(deadline, 1, i64::from(i32::MAX)) {
            errors.invalid(&path.child("activeDeadlineSeconds"), deadline, message);
        }
    }
    let mut check = |field: &str| {
        let name = spec.str(field);
        if !name.is_empty() {
            errors.each_invalid(&path.child(field), name, names::dns1123_label(name));
        }
    };
    check("hostname");
    check("subdomain");
}

fn validate_host_aliases(aliases: &[Value], path: &Path<'_>, errors: &mut Errors) {
    for (at, alias) in aliases.iter().enumerate() {
        let path = path.index(at);
        legacy_ip(&path.child("ip"), alias.str("ip"), errors);
        let path = path.child("hostnames");
        for (at, name) in alias.items("hostnames").iter().map(Value::as_str).enumerate() {
            errors.each_invalid(&path.index(at), name, names::dns1123_subdomain(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(text: &str) -> Vec<String> {
        let text = format!("{{containers: [{{name: a, image: x, ports: [{{containerPort: 1}}]}}], {text}}}");
        let (mut spec, mut errors) = (value(&text), Errors::new());
        super::super::default_pod_spec(&mut spec);
        validate_spec(&spec, None, &Path::new("spec"), &PodOptions::default(), &mut errors);
        fields(&errors)
    }

    #[test]
    fn a_name_server_is_needed_without_a_policy() {
        assert_eq!(refused("dnsPolicy: None"), ["spec.dnsConfig FieldValueRequired"]);
        assert_eq!(
            refused("dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.010]}"),
            ["spec.dnsConfig.nameservers[0] FieldValueInvalid"]
        );
    }

    #[test]
    fn users_of_its_own_exclude_the_hosts_namespaces() {
        assert_eq!(refused("hostUsers: false"), [""; 0]);
        assert_eq!(
            refused("hostUsers: false, hostPID: true, hostNetwork: true"),
            ["spec.hostNetwork FieldValueForbidden", "spec.HostPID FieldValueForbidden"]
        );
    }

    #[test]
    fn a_pod_asks_for_no_less_than_its_containers() {
        assert_eq!(
            refused(
                "resources: {requests: {cpu: 1}}, initContainers: [{name: i, image: x, resources: {requests: {cpu: 2}}}]"
            ),
            ["spec.resources.requests[cpu] FieldValueInvalid"]
        );
    }

    #[test]
    fn overhead_is_a_list_of_limits() {
        assert_eq!(refused("overhead: {cpu: -1}"), ["spec.overhead.limits[cpu] FieldValueInvalid"]);
    }
}
