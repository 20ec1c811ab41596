//! Containers of a pod: those that run, those that come first, those that are
//! added for a look (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::BTreeSet;

use super::env::{validate_env, validate_env_from};
use super::mounts::{validate_devices, validate_mounts};
use super::options::PodOptions;
use super::probes::{validate_lifecycle, validate_probes};
use super::resources::validate_requirements;
use super::security::{validate_container_context, validate_word};
use super::volumes::{Volumes, validate_pull_policy};
use super::walk::is_sidecar;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::Value;

const RULES_WITHOUT_POLICY: &str = "must specify restartPolicy when restart rules are used";

/// What the rules for containers have to know of their pod.
pub(super) struct Pod<'a> {
    pub(super) spec: &'a Value,
    pub(super) volumes: Volumes<'a>,
    /// The names of its resource claims.
    pub(super) claims: BTreeSet<&'a str>,
    pub(super) options: &'a PodOptions,
}

impl Pod<'_> {
    fn grace_period(&self) -> Option<i64> {
        self.spec.at("terminationGracePeriodSeconds").as_int()
    }

    fn os(&self) -> Option<&str> {
        self.spec.opt("os").map(|it| it.str("name"))
    }

    /// Whether its users are the host's.
    fn has_host_users(&self) -> bool {
        self.spec.at("hostUsers") != &Value::Bool(false)
    }
}

/// `spec.containers`
pub(super) fn validate_containers(pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    let containers = pod.spec.items("containers");
    if containers.is_empty() {
        errors.required(path, "");
        return;
    }
    let mut names = BTreeSet::new();
    for (at, container) in containers.iter().enumerate() {
        let path = path.index(at);
        validate_common(container, pod, &path, errors);
        if !names.insert(container.str("name")) {
            errors.duplicate(&path.child("name"), container.str("name"));
        }
        validate_running(container, pod, &path, errors);
        validate_restart_policy(container, &path, errors);
    }
    validate_host_ports(containers, path, errors);
}

/// `spec.initContainers`
pub(super) fn validate_init_containers(pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    if pod.spec.items("initContainers").is_empty() {
        return;
    }
    let mut names: BTreeSet<_> = pod.spec.items("containers").iter().map(|it| it.str("name")).collect();
    for (at, container) in pod.spec.items("initContainers").iter().enumerate() {
        let item = path.index(at);
        let name = container.str("name");
        validate_common(container, pod, &item, errors);
        if container.has("restartPolicy") {
            validate_restart_policy(container, &item, errors);
        } else if !container.items("restartPolicyRules").is_empty() {
            errors.required(&item.child("restartPolicy"), RULES_WITHOUT_POLICY);
        }
        if names.contains(name) {
            errors.duplicate(&item.child("name"), name);
        } else if !name.is_empty() {
            names.insert(name);
        }
        // They run one by one; upstream takes each for the first of its list.
        validate_host_ports(std::slice::from_ref(container), path, errors);
        if is_sidecar(container) {
            validate_running(container, pod, &item, errors);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if container.has(field) {
                let detail = "may not be set for init containers without restartPolicy=Always";
                errors.forbidden(&item.child(field), detail);
            }
        }
        let policies = item.child("resizePolicy");
        for (at, policy) in container.items("resizePolicy").iter().enumerate() {
            let restart = policy.str("restartPolicy");
            if restart == "RestartContainer" && !pod.options.restarting_init_containers {
                let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
                errors.invalid(&policies.index(at).child("restartPolicy"), restart, detail);
            }
        }
    }
}

/// `spec.ephemeralContainers`
pub(super) fn validate_ephemeral_containers(pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    const CANNOT: &str = "cannot be set for an Ephemeral Container";
    const FORBIDDEN: [&str; 9] = [
        "ports",
        "resources",
        "resizePolicy",
        "restartPolicy",
        "restartPolicyRules",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
    ];
    if pod.spec.items("ephemeralContainers").is_empty() {
        return;
    }
    let others = pod.spec.items("containers").iter().chain(pod.spec.items("initContainers"));
    let others: BTreeSet<_> = others.map(|it| it.str("name")).collect();
    let mut names = others.clone();
    for (at, container) in pod.spec.items("ephemeralContainers").iter().enumerate() {
        let path = path.index(at);
        let (name, target) = (container.str("name"), container.str("targetContainerName"));
        validate_common(container, pod, &path, errors);
        validate_image_spaces(container, &path, errors);
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), name);
        }
        if !target.is_empty() && !others.contains(target) {
            errors.not_found(&path.child("targetContainerName"), target);
        }
        let is_set = |field: &str| match container.at(field) {
            Value::List(items) => !items.is_empty(),
            resources if field == "resources" => !resources.is_empty(),
            other => !other.is_null(),
        };
        for field in FORBIDDEN.iter().filter(|it| is_set(it)) {
            errors.forbidden(&path.child(field), CANNOT);
        }
        let mounts = path.child("volumeMounts");
        for (at, mount) in container.items("volumeMounts").iter().enumerate() {
            for field in ["subPath", "subPathExpr"] {
                if !mount.str(field).is_empty() {
                    errors.forbidden(&mounts.index(at).child(field), CANNOT);
                }
            }
        }
    }
}

/// What only a pod's own containers are held to, not those of a template.
pub(super) fn validate_image_spaces(container: &Value, path: &Path<'_>, errors: &mut Errors) {
    let image = container.str("image");
    if image.trim() != image {
        errors.invalid(&path.child("image"), image, "must not have leading or trailing whitespace");
    }
}

/// What all containers have.
fn validate_common(container: &Value, pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    let (name, name_path) = (container.str("name"), path.child("name"));
    if name.is_empty() {
        errors.required(&name_path, "");
    } else {
        errors.each_invalid(&name_path, name, names::dns1123_label(name));
    }
    if container.str("image").is_empty() {
        errors.required(&path.child("image"), "");
    }
    let message_policy = path.child("terminationMessagePolicy");
    match container.str("terminationMessagePolicy") {
        "File" | "FallbackToLogsOnError" => {}
        "" => errors.required(&message_policy, ""),
        other => errors.not_supported(&message_policy, other, &["File", "FallbackToLogsOnError"]),
    }
    validate_ports(container.items("ports"), &path.child("ports"), errors);
    validate_env(container.items("env"), &path.child("env"), errors);
    validate_env_from(container.items("envFrom"), &path.child("envFrom"), errors);
    validate_mounts(container, &pod.volumes, &path.child("volumeMounts"), errors);
    validate_devices(container, &pod.volumes, &path.child("volumeDevices"), errors);
    validate_pull_policy(container.str("imagePullPolicy"), &path.child("imagePullPolicy"), errors);
    let (resources, resources_path) = (container.at("resources"), path.child("resources"));
    validate_requirements(resources, false, &pod.claims, &resources_path, pod.options, errors);
    let never = pod.spec.str("restartPolicy") == "Never";
    validate_resize_policy(container.items("resizePolicy"), never, &path.child("resizePolicy"), errors);
    if let Some(context) = container.opt("securityContext") {
        let path = path.child("securityContext");
        validate_container_context(context, pod.has_host_users(), &path, errors);
    }
}

/// What only containers have that run until the pod ends.
fn validate_running(container: &Value, pod: &Pod<'_>, path: &Path<'_>, errors: &mut Errors) {
    if let Some(lifecycle) = container.opt("lifecycle") {
        let path = path.child("lifecycle");
        validate_lifecycle(lifecycle, pod.grace_period(), pod.os(), &path, errors);
    }
    validate_probes(container, path, errors);
}

fn validate_ports(ports: &[Value], path: &Path<'_>, errors: &mut Errors) {
    let mut names = BTreeSet::new();
    for (at, port) in ports.iter().enumerate() {
        let path = path.index(at);
        let (name, name_path) = (port.str("name"), path.child("name"));
        if !name.is_empty() {
            let wrong = names::port_name(name);
            if wrong.is_empty() && !names.insert(name) {
                errors.duplicate(&name_path, name);
            }
            errors.each_invalid(&name_path, name, wrong);
        }
        for (field, number) in ["containerPort", "hostPort"].map(|it| (it, port.int(it))) {
            let path = path.child(field);
            if number != 0 {
                for message in names::port_number(number) {
                    errors.invalid(&path, number, message);
                }
            } else if field == "containerPort" {
                errors.required(&path, "");
            }
        }
        match port.str("protocol") {
            "TCP" | "UDP" | "SCTP" => {}
            "" => errors.required(&path.child("protocol"), ""),
            other => errors.not_supported(&path.child("protocol"), other, &["SCTP", "TCP", "UDP"]),
        }
    }
}

/// Ports of the host are taken once.
fn validate_host_ports(containers: &[Value], path: &Path<'_>, errors: &mut Errors) {
    let mut taken = BTreeSet::new();
    for (at, container) in containers.iter().enumerate() {
        let path = path.index(at);
        let path = path.child("ports");
        for (at, port) in container.items("ports").iter().enumerate() {
            let number = port.int("hostPort");
            if number == 0 {
                continue;
            }
            let key = format!("{}/{}/{number}", port.str("protocol"), port.str("hostIP"));
            if !taken.insert(key.clone()) {
                errors.duplicate(&path.index(at).child("hostPort"), key.as_str());
            }
        }
    }
}

fn validate_resize_policy(
    policies: &[Value],
    pod_never_restarts: bool,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    const RESTARTS: [&str; 2] = ["NotRequired", "RestartContainer"];
    let mut seen = BTreeSet::new();
    for (at, policy) in policies.iter().enumerate() {
        let (resource, restart) = (policy.str("resourceName"), policy.str("restartPolicy"));
        if !seen.insert(resource) {
            errors.duplicate(&path.index(at), resource);
        }
        // The server blames the list.
        errors.blaming(path, &path.index(at).child("resourceName"), |errors| match resource {
            "cpu" | "memory" => {}
            "" => errors.required(path, ""),
            _ => errors.not_supported(path, resource, &["cpu", "memory"]),
        });
        errors.blaming(path, &path.index(at).child("restartPolicy"), |errors| {
            match restart {
                "" => errors.required(path, ""),
                _ if RESTARTS.contains(&restart) => {}
                _ => errors.not_supported(path, restart, &RESTARTS),
            }
            if pod_never_restarts && restart != "NotRequired" {
                let detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
                errors.invalid(path, restart, detail);
            }
        });
    }
}

/// `restartPolicy` and `restartPolicyRules` of a container.
fn validate_restart_policy(container: &Value, path: &Path<'_>, errors: &mut Errors) {
    const MOST_RULES: usize = 20;
    const MOST_CODES: usize = 255;
    let rules = container.items("restartPolicyRules");
    if !container.has("restartPolicy") && !rules.is_empty() {
        errors.required(&path.child("restartPolicy"), RULES_WITHOUT_POLICY);
    }
    validate_word(container, "restartPolicy", &["Always", "Never", "OnFailure"], path, errors);
    let path = path.child("restartPolicyRules");
    if rules.len() > MOST_RULES {
        errors.too_many(&path, rules.len(), MOST_RULES);
    }
    for (at, rule) in rules.iter().enumerate() {
        let path = path.index(at);
        let action = rule.str("action");
        if !matches!(action, "Restart" | "RestartAllContainers") {
            errors.not_supported(&path.child("action"), action, &["Restart", "RestartAllContainers"]);
        }
        let path = path.child("exitCodes");
        let Some(codes) = rule.opt("exitCodes") else {
            errors.required(&path, "must be specified");
            continue;
        };
        let operator = codes.str("operator");
        if !matches!(operator, "In" | "NotIn") {
            errors.not_supported(&path.child("operator"), operator, &["In", "NotIn"]);
        }
        let count = codes.items("values").len();
        if count > MOST_CODES {
            errors.too_many(&path.child("values"), count, MOST_CODES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(text: &str) -> Vec<String> {
        let mut spec = value(text);
        super::super::default_pod_spec(&mut spec);
        let (options, mut errors) = (PodOptions::default(), Errors::new());
        let pod = Pod { spec: &spec, volumes: Volumes::new(), claims: BTreeSet::new(), options: &options };
        validate_containers(&pod, &Path::new("c"), &mut errors);
        validate_init_containers(&pod, &Path::new("i"), &mut errors);
        validate_ephemeral_containers(&pod, &Path::new("e"), &mut errors);
        fields(&errors)
    }

    #[test]
    fn names_are_taken_once_among_all_containers() {
        assert_eq!(
            refused(
                "{containers: [{name: a, image: x}, {name: a, image: x}], initContainers: [{name: a, image: x}], \
                 ephemeralContainers: [{name: a, image: x, targetContainerName: b}]}"
            ),
            [
                "c[1].name FieldValueDuplicate",
                "i[0].name FieldValueDuplicate",
                "e[0].name FieldValueDuplicate",
                "e[0].targetContainerName FieldValueNotFound",
            ]
        );
    }

    #[test]
    fn only_sidecars_among_init_containers_have_probes() {
        let init = |more: &str| {
            refused(&format!(
                "{{containers: [{{name: a, image: x}}], initContainers: [{{name: b, image: x, \
                 livenessProbe: {{grpc: {{port: 1}}}}{more}}}]}}"
            ))
        };
        assert_eq!(init(", restartPolicy: Always"), [""; 0]);
        assert_eq!(init(""), ["i[0].livenessProbe FieldValueForbidden"]);
    }

    #[test]
    fn a_port_of_the_host_is_taken_once() {
        assert_eq!(
            refused(
                "{containers: [{name: a, image: x, ports: [{containerPort: 1, hostPort: 9}]}, \
                 {name: b, image: x, ports: [{containerPort: 2, hostPort: 9}, {containerPort: 0, name: A}]}]}"
            ),
            [
                "c[1].ports[1].name FieldValueInvalid",
                "c[1].ports[1].name FieldValueInvalid",
                "c[1].ports[1].containerPort FieldValueRequired",
                "c[1].ports[0].hostPort FieldValueDuplicate",
            ]
        );
    }
}
