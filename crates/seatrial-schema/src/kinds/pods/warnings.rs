//! What the server warns of in pods and pod templates
//! (`pkg/api/pod/warnings.go`, 1.36).

use std::collections::{BTreeMap, BTreeSet};

use super::annotations::{APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD};
use super::prepare::app_armor_profile;
use super::scheduling::{PREFERRED, REQUIRED};
use super::walk::each_container;
use crate::kinds::storage::claims;
use crate::path::Path;
use crate::rules::addresses::ip_warning;
use crate::rules::quantities::{is_whole, of};
use crate::rules::{names, nodes};
use crate::value::{By, Value};

/// What the server warns of in a new pod.
pub(super) fn pod_warnings(pod: &Value) -> Vec<String> {
    let mut warnings = app_armor_warnings(pod);
    let meta = pod.at("metadata");
    let wrong = match meta.str("name") {
        "" => names::label_name(meta.str("generateName"), true),
        name => names::dns1123_label(name),
    };
    if !wrong.is_empty() {
        warnings.push(format!(
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; \
             a DNS label is recommended: [{}]",
            wrong.join(" ")
        ));
    }
    warnings.extend(spec_warnings(None, pod));
    warnings
}

/// What the server warns of in the pod template at `path`.
pub(crate) fn pod_template_warnings(path: &Path<'_>, template: &Value, _old: Option<&Value>) -> Vec<String> {
    spec_warnings(Some(path), template)
}

/// Annotations that became fields just now, or could not.
fn app_armor_warnings(pod: &Value) -> Vec<String> {
    let (spec, annotations) = (pod.at("spec"), pod.at("metadata").at("annotations"));
    let of_pod = spec.at("securityContext").at("appArmorProfile");
    let mut warnings = Vec::new();
    if annotations.is_null() || spec.at("os").str("name") == "windows" {
        return warnings;
    }
    each_container(spec, &Path::ROOT, |container, _| {
        let annotation = format!("{APP_ARMOR}{}", container.str("name"));
        let Some(text) = annotations.opt(&annotation).map(Value::as_str) else { return };
        let profile = app_armor_profile(text);
        let context = container.at("securityContext").as_map();
        let was_written =
            context.and_then(|it| it.entry("appArmorProfile")).is_some_and(|it| it.by == By::Manifest);
        if !was_written && (profile.is_null() || &profile != of_pod) {
            warnings.push(format!(
                "metadata.annotations[{annotation}]: deprecated since v1.30; use the \"appArmorProfile\" field instead"
            ));
        }
    });
    warnings
}

/// More than a person reads, and as many ports as each one is compared with.
const MOST: usize = 1000;

struct Warnings<'a> {
    all: Vec<String>,
    spec: &'a Value,
    meta: &'a Value,
    spec_path: &'a Path<'a>,
    annotations_path: &'a Path<'a>,
    is_template: bool,
}

/// `path` is the template's; nothing for a pod.
fn spec_warnings(path: Option<&Path<'_>>, object: &Value) -> Vec<String> {
    let is_template = path.is_some();
    let path = path.copied().unwrap_or(Path::ROOT);
    let (spec_path, meta_path) = (path.child("spec"), path.child("metadata"));
    let mut warnings = Warnings {
        all: Vec::new(),
        spec: object.at("spec"),
        meta: object.at("metadata"),
        spec_path: &spec_path,
        annotations_path: &meta_path.child("annotations"),
        is_template,
    };
    warnings.of_node_labels();
    warnings.of_topology();
    warnings.of_annotations();
    warnings.of_volumes();
    warnings.of_overlaps();
    warnings.of_duplicates();
    warnings.of_fractions(warnings.spec.at("overhead"), &spec_path.child("overhead"));
    warnings.of_profiles();
    warnings.of_containers();
    warnings.of_ports();
    warnings.of_port_names();
    warnings.of_grace_period();
    warnings.of_affinity();
    warnings.of_addresses();
    warnings.all.truncate(MOST);
    warnings.all
}

impl Warnings<'_> {
    fn add(&mut self, path: &Path<'_>, text: &str) {
        self.all.push(format!("{path}: {text}"));
    }

    fn of_node_labels(&mut self) {
        let path = self.spec_path.child("nodeSelector");
        for entry in self.spec.entries("nodeSelector") {
            if let Some(said) = nodes::deprecation(&entry.key) {
                self.add(&path.key(&entry.key), said);
            }
        }
        let affinity = self.spec.at("affinity").at("nodeAffinity");
        let path = self.spec_path.child("affinity");
        let path = path.child("nodeAffinity");
        let required = path.child(REQUIRED);
        let terms = required.child("nodeSelectorTerms");
        for (at, term) in affinity.at(REQUIRED).items("nodeSelectorTerms").iter().enumerate() {
            self.all.extend(nodes::expression_warnings(term, &terms.index(at)));
        }
        let preferred = path.child(PREFERRED);
        for (at, term) in affinity.items(PREFERRED).iter().enumerate() {
            let path = preferred.index(at);
            self.of_preference(term.at("preference"), &path.child("preference"));
        }
    }

    /// Values of a preference are no errors; the server says so instead.
    fn of_preference(&mut self, term: &Value, path: &Path<'_>) {
        let path = path.child("matchExpressions");
        for (at, expression) in term.items("matchExpressions").iter().enumerate() {
            let (key, path) = (expression.str("key"), path.index(at));
            if let Some(said) = nodes::deprecation(key) {
                self.add(&path.child("key"), &format!("{key} is {said}"));
            }
            let path = path.child("values");
            for (at, value) in expression.items("values").iter().map(Value::as_str).enumerate() {
                for message in names::label_value(value) {
                    self.add(&path.index(at), &format!("{value} is invalid, {message}"));
                }
            }
        }
    }

    fn of_topology(&mut self) {
        let path = self.spec_path.child("topologySpreadConstraints");
        for (at, constraint) in self.spec.items("topologySpreadConstraints").iter().enumerate() {
            let (key, path) = (constraint.str("topologyKey"), path.index(at));
            if let Some(said) = nodes::deprecation(key) {
                self.add(&path.child("topologyKey"), &format!("{key} is {said}"));
            }
            self.of_missing_selector(constraint, &path);
        }
    }

    fn of_missing_selector(&mut self, holder: &Value, path: &Path<'_>) {
        if !holder.has("labelSelector") {
            self.add(&path.child("labelSelector"), "a null labelSelector results in matching no pod");
        }
    }

    fn of_annotations(&mut self) {
        const DEAD: [(&str, &str); 3] = [
            (
                "scheduler.alpha.kubernetes.io/critical-pod",
                "non-functional in v1.16+; use the \"priorityClassName\" field instead",
            ),
            (
                "security.alpha.kubernetes.io/sysctls",
                "non-functional in v1.11+; use the \"sysctls\" field instead",
            ),
            (
                "security.alpha.kubernetes.io/unsafe-sysctls",
                "non-functional in v1.11+; use the \"sysctls\" field instead",
            ),
        ];
        for (annotation, text) in DEAD {
            if self.meta.at("annotations").has(annotation) {
                self.add(&self.annotations_path.key(annotation), text);
            }
        }
    }

    fn of_volumes(&mut self) {
        const DEAD: [(&str, &str, &str); 9] = [
            ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
            ("gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
            ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
            ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
            ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
            ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
            ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
            ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
            ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
        ];
        let path = self.spec_path.child("volumes");
        for (at, volume) in self.spec.items("volumes").iter().enumerate() {
            let path = path.index(at);
            for (field, printed, text) in DEAD {
                // The claim of an ephemeral volume is looked at before these.
                if field == "cephfs"
                    && let Some(template) = volume.at("ephemeral").opt("volumeClaimTemplate")
                {
                    let path = path.child("ephemeral");
                    let path = path.child("volumeClaimTemplate");
                    self.all.extend(claims::claim_spec_warnings(template.at("spec"), &path.child("spec")));
                }
                if volume.has(field) {
                    self.add(&path.child(printed), text);
                }
            }
        }
    }

    fn of_overlaps(&mut self) {
        for volume in self.spec.items("volumes") {
            self.all.extend(super::overlaps::overlap_warnings(volume));
        }
    }

    fn of_duplicates(&mut self) {
        for (list, field, what) in [("hostAliases", "ip", "ip"), ("imagePullSecrets", "name", "name")] {
            let path = self.spec_path.child(list);
            let mut seen = BTreeSet::new();
            for (at, item) in self.spec.items(list).iter().enumerate() {
                let text = item.str(field);
                if !seen.insert(text) {
                    self.add(&path.index(at).child(field), &format!("duplicate {what} {text:?}"));
                }
            }
        }
        let path = self.spec_path.child("imagePullSecrets");
        for (at, secret) in self.spec.items("imagePullSecrets").iter().enumerate() {
            if secret.str("name").is_empty() {
                self.add(&path.index(at).child("name"), "invalid empty name \"\"");
            }
        }
    }

    /// Bytes come whole.
    fn of_fractions(&mut self, amounts: &Value, path: &Path<'_>) {
        for name in ["memory", "ephemeral-storage"] {
            self.of_fraction(amounts, name, path);
        }
    }

    fn of_fraction(&mut self, amounts: &Value, name: &str, path: &Path<'_>) {
        let amount = of(amounts.at(name));
        if !is_whole(amount) {
            let amount = amount.to_string();
            let text = format!("fractional byte value {amount:?} is invalid, must be an integer");
            self.add(&path.key(name), &text);
        }
    }

    fn of_profiles(&mut self) {
        let has_annotation = self.meta.at("annotations").has(SECCOMP_POD);
        if has_annotation && !self.spec.at("securityContext").has("seccompProfile") {
            let text = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
            self.add(&self.annotations_path.key(SECCOMP_POD), text);
        }
    }

    fn of_containers(&mut self) {
        let path = *self.spec_path;
        each_container(self.spec, &path, |container, path| {
            self.of_container_profiles(container);
            let path_of_resources = path.child("resources");
            for name in ["memory", "ephemeral-storage"] {
                for field in ["limits", "requests"] {
                    let amounts = container.at("resources").at(field);
                    self.of_fraction(amounts, name, &path_of_resources.child(field));
                }
            }
            self.of_hidden_variables(container.items("env"), &path.child("env"));
        });
    }

    fn of_container_profiles(&mut self, container: &Value) {
        let (annotations, context) = (self.meta.at("annotations"), container.at("securityContext"));
        let seccomp = format!("{SECCOMP_CONTAINER}{}", container.str("name"));
        if annotations.has(&seccomp) && !context.has("seccompProfile") {
            let text = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
            self.add(&self.annotations_path.key(&seccomp), text);
        }
        let app_armor = format!("{APP_ARMOR}{}", container.str("name"));
        let Some(annotation) = annotations.opt(&app_armor).filter(|_| self.is_template) else { return };
        let of_pod = self.spec.at("securityContext").at("appArmorProfile");
        let is_same = !of_pod.is_null() && of_pod == &app_armor_profile(annotation.as_str());
        if !context.has("appArmorProfile") && !is_same {
            let text = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
            self.add(&self.annotations_path.key(&app_armor), text);
        }
    }

    fn of_hidden_variables(&mut self, env: &[Value], path: &Path<'_>) {
        let mut seen = BTreeSet::new();
        for (at, variable) in env.iter().enumerate() {
            let (name, value) = (variable.str("name"), variable.str("value"));
            if seen.insert(name) {
                continue;
            }
            // A value that builds on the one before is what people do.
            let reference = format!("$({name})");
            if variable.has("valueFrom") || value == reference || !value.contains(&reference) {
                let text =
                    format!("hides previous definition of {name:?}, which may be dropped when using apply");
                self.add(&path.index(at), &text);
            }
        }
    }

    fn of_ports(&mut self) {
        let mut known: BTreeMap<String, Vec<(String, &Value)>> = BTreeMap::new();
        let path = *self.spec_path;
        let spec = self.spec;
        each_port(spec, &path, |port, path| {
            let (ip, host) = (port.str("hostIP"), port.int("hostPort"));
            if !ip.is_empty() && host == 0 {
                self.all.push(format!("{path}: hostIP set without hostPort: {}", go_port(port)));
            }
            let key = format!("{}/{}", port.int("containerPort"), port.str("protocol"));
            let others = known.entry(key).or_default();
            for (other_path, other) in others.iter().take(MOST) {
                if self.all.len() >= MOST {
                    return;
                }
                let (other_ip, other_host) = (other.str("hostIP"), other.int("hostPort"));
                let how = if (ip, host) == (other_ip, other_host) {
                    "duplicate"
                } else if host == 0 || other_host == 0 {
                    "overlapping"
                } else if host == other_host && ip.is_empty() != other_ip.is_empty() {
                    "dangerously ambiguous"
                } else {
                    continue;
                };
                self.all.push(format!("{path}: {how} port definition with {other_path}"));
            }
            others.push((path.to_string(), port));
        });
    }

    fn of_port_names(&mut self) {
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        let path = *self.spec_path;
        let spec = self.spec;
        each_port(spec, &path, |port, path| {
            let name = port.str("name");
            if name.is_empty() {
                return;
            }
            match known.get(name) {
                Some(other) => self.all.push(format!(
                    "{path}: duplicate port name {name:?} with {other}, services and probes that select ports by \
                     name will use {other}"
                )),
                None => drop(known.insert(name, path.to_string())),
            }
        });
    }

    fn of_grace_period(&mut self) {
        if self.spec.int("terminationGracePeriodSeconds") < 0 {
            let path = self.spec_path.child("terminationGracePeriodSeconds");
            self.add(&path, "must be >= 0; negative values are invalid and will be treated as 1");
        }
    }

    fn of_affinity(&mut self) {
        let path = self.spec_path.child("affinity");
        for field in ["podAffinity", "podAntiAffinity"] {
            let (affinity, path) = (self.spec.at("affinity").at(field), path.child(field));
            let required = path.child(REQUIRED);
            for (at, term) in affinity.items(REQUIRED).iter().enumerate() {
                self.of_missing_selector(term, &required.index(at));
            }
            let preferred = path.child(PREFERRED);
            for (at, term) in affinity.items(PREFERRED).iter().enumerate() {
                let path = preferred.index(at);
                self.of_missing_selector(term.at("podAffinityTerm"), &path.child("podAffinityTerm"));
            }
        }
    }

    fn of_addresses(&mut self) {
        let path = self.spec_path.child("dnsConfig");
        let path = path.child("nameservers");
        for (at, server) in self.spec.at("dnsConfig").items("nameservers").iter().enumerate() {
            self.all.extend(ip_warning(&path.index(at), server.as_str()));
        }
        let path = self.spec_path.child("hostAliases");
        for (at, alias) in self.spec.items("hostAliases").iter().enumerate() {
            self.all.extend(ip_warning(&path.index(at).child("ip"), alias.str("ip")));
        }
    }
}

fn each_port<'a>(spec: &'a Value, path: &Path<'_>, mut visit: impl FnMut(&'a Value, &Path<'_>)) {
    for field in super::walk::CONTAINER_LISTS {
        let list = path.child(field);
        for (at, container) in spec.items(field).iter().enumerate() {
            let path = list.index(at);
            let path = path.child("ports");
            for (at, port) in container.items("ports").iter().enumerate() {
                visit(port, &path.index(at));
            }
        }
    }
}

/// A port as Go's `%+v` prints it.
fn go_port(port: &Value) -> String {
    format!(
        "{{Name:{} HostPort:{} ContainerPort:{} Protocol:{} HostIP:{}}}",
        port.str("name"),
        port.int("hostPort"),
        port.int("containerPort"),
        port.str("protocol"),
        port.str("hostIP")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    fn warnings(spec: &str) -> Vec<String> {
        spec_warnings(None, &value(&format!("spec: {{{spec}}}")))
    }

    #[test]
    fn ports_are_compared_across_containers() {
        let port = "ports: [{containerPort: 1, protocol: TCP, name: a}]";
        assert_eq!(
            warnings(&format!("containers: [{{{port}}}, {{{port}}}]")),
            [
                "spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
                "spec.containers[1].ports[0]: duplicate port name \"a\" with spec.containers[0].ports[0], services and \
                 probes that select ports by name will use spec.containers[0].ports[0]",
            ]
        );
    }

    #[test]
    fn a_variable_may_build_on_the_one_before() {
        let env = |second: &str| {
            warnings(&format!(
                "containers: [{{env: [{{name: A, value: x}}, {{name: A, value: \"{second}\"}}]}}]"
            ))
            .len()
        };
        assert_eq!((env("$(A)y"), env("$(A)"), env("y")), (0, 1, 1));
    }

    #[test]
    fn fractions_of_bytes_are_named_where_they_stand() {
        assert_eq!(
            warnings("containers: [{resources: {limits: {memory: 100m}}}]"),
            [
                "spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer"
            ]
        );
    }

    #[test]
    fn templates_are_named_by_their_path() {
        let template = value("spec: {imagePullSecrets: [{}]}");
        let path = Path::new("spec");
        assert_eq!(
            pod_template_warnings(&path.child("template"), &template, None),
            ["spec.template.spec.imagePullSecrets[0].name: invalid empty name \"\""]
        );
    }
}
