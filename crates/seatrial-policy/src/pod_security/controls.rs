//! The controls of Pod Security (`pod-security-admission` 0.36, `policy/check_*.go`).
//!
//! The windows, the order and every word are upstream's: baseline before
//! restricted, each by id; a restricted control may replace a baseline one.

use std::collections::BTreeSet;

use seatrial_schema::Value;
use seatrial_yaml::FieldPath;

use super::{Level, LevelVersion, Violation};

/// One control: its upstream id, the minors it counts for, and its code.
struct Control {
    id: &'static str,
    level: Level,
    since: u32,
    /// The first minor it no longer counts for.
    until: u32,
    /// The baseline control that it stands in for at the restricted level.
    replaces: &'static str,
    run: fn(&Pod<'_>) -> Option<Violation>,
}

const FOREVER: u32 = u32::MAX;

const fn baseline(
    id: &'static str,
    since: u32,
    until: u32,
    run: fn(&Pod<'_>) -> Option<Violation>,
) -> Control {
    Control { id, level: Level::Baseline, since, until, replaces: "", run }
}

const fn restricted(
    id: &'static str,
    since: u32,
    until: u32,
    replaces: &'static str,
    run: fn(&Pod<'_>) -> Option<Violation>,
) -> Control {
    Control { id, level: Level::Restricted, since, until, replaces, run }
}

/// Sorted by id within a level.
const CONTROLS: &[Control] = &[
    baseline("appArmorProfile", 0, FOREVER, app_armor_profile),
    baseline("capabilities_baseline", 0, FOREVER, added_capabilities),
    baseline("hostNamespaces", 0, FOREVER, host_namespaces),
    baseline("hostPathVolumes", 0, FOREVER, host_path_volumes),
    baseline("hostPorts", 0, FOREVER, host_ports),
    baseline("hostProbesAndHostLifecycle", 34, FOREVER, probe_hosts),
    baseline("privileged", 0, FOREVER, privileged),
    baseline("procMount", 0, 35, proc_mount),
    baseline("procMount", 35, FOREVER, |pod| if pod.has_own_users() { None } else { proc_mount(pod) }),
    baseline("seLinuxOptions", 0, 31, |pod| se_linux_options(pod, &SE_LINUX_TYPES[..3])),
    baseline("seLinuxOptions", 31, FOREVER, |pod| se_linux_options(pod, SE_LINUX_TYPES)),
    baseline("seccompProfile_baseline", 0, 19, seccomp_annotations),
    baseline("seccompProfile_baseline", 19, FOREVER, seccomp_profile),
    baseline("sysctls", 0, 27, |pod| sysctls(pod, 0)),
    baseline("sysctls", 27, 29, |pod| sysctls(pod, 27)),
    baseline("sysctls", 29, 32, |pod| sysctls(pod, 29)),
    baseline("sysctls", 32, FOREVER, |pod| sysctls(pod, 32)),
    baseline("windowsHostProcess", 0, FOREVER, host_process),
    restricted("allowPrivilegeEscalation", 8, 25, "", privilege_escalation),
    restricted("allowPrivilegeEscalation", 25, FOREVER, "", |pod| pod.unless_windows(privilege_escalation)),
    restricted("capabilities_restricted", 22, 25, "capabilities_baseline", kept_capabilities),
    restricted("capabilities_restricted", 25, FOREVER, "capabilities_baseline", |pod| {
        pod.unless_windows(kept_capabilities)
    }),
    restricted("procMount_restricted", 35, FOREVER, "procMount", proc_mount),
    restricted("restrictedVolumes", 0, FOREVER, "hostPathVolumes", restricted_volumes),
    restricted("runAsNonRoot", 0, 35, "", run_as_non_root),
    restricted("runAsNonRoot", 35, FOREVER, "", |pod| {
        if pod.has_own_users() { None } else { run_as_non_root(pod) }
    }),
    restricted("runAsUser", 23, 35, "", run_as_user),
    restricted("runAsUser", 35, FOREVER, "", |pod| if pod.has_own_users() { None } else { run_as_user(pod) }),
    restricted("seccompProfile_restricted", 19, 25, "seccompProfile_baseline", required_seccomp_profile),
    restricted("seccompProfile_restricted", 25, FOREVER, "seccompProfile_baseline", |pod| {
        pod.unless_windows(required_seccomp_profile)
    }),
];

pub(super) fn run(pod: &Value, base: &FieldPath, level: LevelVersion) -> Vec<(&'static str, Violation)> {
    let minor = level.effective_minor();
    let counts =
        |control: &&Control| (control.since..control.until).contains(&minor) && control.level <= level.level;
    let active: Vec<_> = CONTROLS.iter().filter(counts).collect();
    let is_replaced = |id: &str| active.iter().any(|other| other.replaces == id);
    let pod = Pod { metadata: pod.at("metadata"), spec: pod.at("spec"), base };
    active
        .iter()
        .filter(|control| !is_replaced(control.id))
        .filter_map(|control| Some((control.id, (control.run)(&pod)?)))
        .collect()
}

/// What the controls look at.
struct Pod<'a> {
    metadata: &'a Value,
    spec: &'a Value,
    base: &'a FieldPath,
}

/// One container of any sort, and where it stands.
struct Container<'a> {
    value: &'a Value,
    list: &'static str,
    index: u32,
}

impl<'a> Container<'a> {
    fn name(&self) -> &'a str {
        self.value.str("name")
    }

    fn security(&self) -> &'a Value {
        self.value.at("securityContext")
    }
}

impl<'a> Pod<'a> {
    fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let spec = self.spec;
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| {
            let items = spec.items(list).iter().zip(0..);
            items.map(move |(value, index)| Container { value, list, index })
        })
    }

    fn security(&self) -> &'a Value {
        self.spec.at("securityContext")
    }

    fn has_own_users(&self) -> bool {
        matches!(self.spec.at("hostUsers"), Value::Bool(false))
    }

    fn unless_windows(&self, control: fn(&Self) -> Option<Violation>) -> Option<Violation> {
        if self.spec.at("os").str("name") == "windows" { None } else { control(self) }
    }

    fn annotations(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.metadata.entries("annotations").iter().map(|it| (it.key.as_str(), it.value.as_str()))
    }

    fn place(&self, fields: &[&str]) -> FieldPath {
        fields.iter().fold(self.base.clone(), |path, field| path.key(field))
    }

    fn place_in(&self, container: &Container<'_>, fields: &[&str]) -> FieldPath {
        let path = self.place(&["spec", container.list]).index(container.index);
        fields.iter().fold(path, |path, field| path.key(field))
    }
}

/// Those of a pod's parts that break a control, in the order they are named.
#[derive(Default)]
struct Setters<'a> {
    is_pod: bool,
    containers: Vec<&'a str>,
    annotations: usize,
    places: Vec<FieldPath>,
}

impl<'a> Setters<'a> {
    fn pod(&mut self, place: FieldPath) {
        self.is_pod = true;
        self.places.push(place);
    }

    fn container(&mut self, container: &Container<'a>, place: FieldPath) {
        self.containers.push(container.name());
        self.places.push(place);
    }

    fn is_empty(&self) -> bool {
        !self.is_pod && self.containers.is_empty() && self.annotations == 0
    }

    /// `pod and containers "a", "b"`
    fn in_words(&self) -> String {
        let pod = self.is_pod.then(|| "pod".to_owned());
        let containers = (!self.containers.is_empty()).then(|| named("container", &self.containers));
        let annotations = (self.annotations > 0).then(|| plural("annotation", self.annotations));
        [pod, containers, annotations].into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }

    fn violation(self, reason: &'static str, detail: impl FnOnce(&str) -> String) -> Option<Violation> {
        if self.is_empty() {
            return None;
        }
        let detail = detail(&self.in_words());
        Some(Violation { reason, detail, places: self.places })
    }
}

/// `containers "a", "b"`
fn named(noun: &str, names: &[&str]) -> String {
    format!("{} {}", plural(noun, names.len()), quoted(names))
}

fn plural(noun: &str, count: usize) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

fn use_or_uses(count: usize) -> &'static str {
    if count == 1 { "uses" } else { "use" }
}

fn quoted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|word| format!("\"{}\"", word.as_ref())).collect::<Vec<_>>().join(", ")
}

fn app_armor_profile(pod: &Pod<'_>) -> Option<Violation> {
    let bad_type = |security: &Value| {
        let profile = security.opt("appArmorProfile")?;
        Some(profile.str("type").to_owned())
            .filter(|it| !matches!(it.as_str(), "RuntimeDefault" | "Localhost"))
    };
    let (mut setters, mut values) = (Setters::default(), BTreeSet::new());
    if let Some(value) = bad_type(pod.security()) {
        setters.pod(pod.place(&["spec", "securityContext", "appArmorProfile", "type"]));
        values.insert(value);
    }
    for container in pod.containers() {
        if let Some(value) = bad_type(container.security()) {
            setters.container(
                &container,
                pod.place_in(&container, &["securityContext", "appArmorProfile", "type"]),
            );
            values.insert(value);
        }
    }
    let mut values: Vec<_> = values.into_iter().collect();
    for (key, value) in pod.annotations() {
        let is_fine = value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !is_fine {
            values.push(format!("{key}={value:?}"));
            setters.annotations += 1;
            setters.places.push(pod.place(&["metadata", "annotations", key]));
        }
    }
    let reason = if values.len() == 1 { "forbidden AppArmor profile" } else { "forbidden AppArmor profiles" };
    setters
        .violation(reason, |who| format!("{who} must not set AppArmor profile type to {}", quoted(&values)))
}

const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Capabilities that containers add beyond those allowed, and who does.
fn capabilities_beyond<'a>(pod: &Pod<'a>, allowed: &[&str]) -> (Setters<'a>, BTreeSet<&'a str>) {
    let (mut setters, mut beyond) = (Setters::default(), BTreeSet::new());
    for container in pod.containers() {
        let added = container.security().at("capabilities").items("add").iter().map(Value::as_str);
        let more: Vec<_> = added.filter(|it| !allowed.contains(it)).collect();
        if !more.is_empty() {
            setters
                .container(&container, pod.place_in(&container, &["securityContext", "capabilities", "add"]));
            beyond.extend(more);
        }
    }
    (setters, beyond)
}

fn added_capabilities(pod: &Pod<'_>) -> Option<Violation> {
    let (setters, beyond) = capabilities_beyond(pod, DEFAULT_CAPABILITIES);
    let detail =
        |who: &str| format!("{who} must not include {} in securityContext.capabilities.add", quoted(&beyond));
    setters.violation("non-default capabilities", detail)
}

fn kept_capabilities(pod: &Pod<'_>) -> Option<Violation> {
    let mut keeping = Setters::default();
    for container in pod.containers() {
        let mut dropped = container.security().at("capabilities").items("drop").iter();
        if !dropped.any(|it| it.as_str() == "ALL") {
            keeping.container(
                &container,
                pod.place_in(&container, &["securityContext", "capabilities", "drop"]),
            );
        }
    }
    let (adding, beyond) = capabilities_beyond(pod, &["NET_BIND_SERVICE"]);
    let reason = "unrestricted capabilities";
    let detail = |who: &str| format!("{who} must set securityContext.capabilities.drop=[\"ALL\"]");
    let keeping = keeping.violation(reason, detail);
    let detail =
        |who: &str| format!("{who} must not include {} in securityContext.capabilities.add", quoted(&beyond));
    let adding = adding.violation(reason, detail);
    let all: Vec<_> = [keeping, adding].into_iter().flatten().collect();
    let detail = all.iter().map(|it| it.detail.as_str()).collect::<Vec<_>>().join("; ");
    let places: Vec<_> = all.into_iter().flat_map(|it| it.places).collect();
    (!detail.is_empty()).then_some(Violation { reason, detail, places })
}

fn host_namespaces(pod: &Pod<'_>) -> Option<Violation> {
    let fields = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod.spec.bool(field));
    let fields: Vec<_> = fields.collect();
    let detail = fields.iter().map(|field| format!("{field}=true")).collect::<Vec<_>>().join(", ");
    let places = fields.iter().map(|field| pod.place(&["spec", field])).collect();
    (!fields.is_empty()).then_some(Violation { reason: "host namespaces", detail, places })
}

/// The volumes that `is_bad`, with the places of their sources.
fn bad_volumes<'a>(pod: &Pod<'a>, is_bad: fn(&Value) -> bool) -> (Vec<&'a Value>, Vec<FieldPath>) {
    let volumes = pod.spec.items("volumes").iter().zip(0..).filter(|(volume, _)| is_bad(volume));
    let place = |index: u32| pod.place(&["spec", "volumes"]).index(index);
    volumes.map(|(volume, index)| (volume, place(index))).unzip()
}

fn host_path_volumes(pod: &Pod<'_>) -> Option<Violation> {
    let (volumes, places) = bad_volumes(pod, |volume| volume.has("hostPath"));
    let names: Vec<_> = volumes.iter().map(|it| it.str("name")).collect();
    (!names.is_empty()).then(|| Violation {
        reason: "hostPath volumes",
        detail: named("volume", &names),
        places,
    })
}

/// Volume sources that the restricted level takes.
const OPEN_VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Those it names when it refuses them, in upstream's order.
const CLOSED_VOLUMES: &[&str] = &[
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

fn restricted_volumes(pod: &Pod<'_>) -> Option<Violation> {
    let (volumes, places) = bad_volumes(pod, |volume| !OPEN_VOLUMES.iter().any(|source| volume.has(source)));
    let names: Vec<_> = volumes.iter().map(|it| it.str("name")).collect();
    let source = |volume: &&Value| {
        CLOSED_VOLUMES.iter().find(|source| volume.has(source)).copied().unwrap_or("unknown")
    };
    let sources: BTreeSet<_> = volumes.iter().map(source).collect();
    let detail = || {
        let (who, what) = (named("volume", &names), plural("restricted volume type", sources.len()));
        format!("{who} {} {what} {}", use_or_uses(names.len()), quoted(&sources))
    };
    (!names.is_empty()).then(|| Violation { reason: "restricted volume types", detail: detail(), places })
}

fn host_ports(pod: &Pod<'_>) -> Option<Violation> {
    let (mut setters, mut ports) = (Setters::default(), BTreeSet::new());
    for container in pod.containers() {
        let taken =
            container.value.items("ports").iter().zip(0..).filter(|(port, _)| port.int("hostPort") != 0);
        let taken: Vec<_> = taken.map(|(port, index)| (port.int("hostPort").to_string(), index)).collect();
        if let Some(&(_, first)) = taken.first() {
            setters.container(&container, pod.place_in(&container, &["ports"]).index(first).key("hostPort"));
        }
        ports.extend(taken.into_iter().map(|(port, _)| port));
    }
    let (count, noun) = (setters.containers.len(), plural("hostPort", ports.len()));
    let ports = ports.into_iter().collect::<Vec<_>>().join(", ");
    setters.violation("hostPort", |who| format!("{who} {} {noun} {ports}", use_or_uses(count)))
}

fn probe_hosts(pod: &Pod<'_>) -> Option<Violation> {
    const HANDLERS: &[&[&str]] = &[
        &["livenessProbe"],
        &["readinessProbe"],
        &["startupProbe"],
        &["lifecycle", "postStart"],
        &["lifecycle", "preStop"],
    ];
    let (mut names, mut hosts, mut places) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for container in pod.containers() {
        for handler in HANDLERS {
            let value = handler.iter().fold(container.value, |value, field| value.at(field));
            for action in ["httpGet", "tcpSocket"] {
                let host = value.at(action).str("host");
                if !host.is_empty() {
                    names.insert(container.name());
                    hosts.insert(host);
                    places.push(pod.place_in(&container, &[*handler, &[action, "host"]].concat()));
                }
            }
        }
    }
    let names: Vec<_> = names.into_iter().collect();
    let detail = || {
        let (who, what) = (named("container", &names), plural("probe or lifecycle host", hosts.len()));
        format!("{who} {} {what} {}", use_or_uses(names.len()), quoted(&hosts))
    };
    (!names.is_empty()).then(|| Violation { reason: "probe or lifecycle host", detail: detail(), places })
}

/// The pod, where `is_bad` says so of its security context, and such containers.
fn setters_of<'a>(pod: &Pod<'a>, fields: &[&str], is_bad: impl Fn(&Value) -> bool) -> Setters<'a> {
    let mut setters = containers_of(pod, fields, &is_bad);
    if is_bad(pod.security()) {
        setters.pod(pod.place(&[&["spec", "securityContext"], fields].concat()));
    }
    setters
}

/// The containers of whose security context `is_bad` says so.
fn containers_of<'a>(pod: &Pod<'a>, fields: &[&str], is_bad: impl Fn(&Value) -> bool) -> Setters<'a> {
    let mut setters = Setters::default();
    for container in pod.containers().filter(|it| is_bad(it.security())) {
        setters.container(&container, pod.place_in(&container, &[&["securityContext"], fields].concat()));
    }
    setters
}

fn privileged(pod: &Pod<'_>) -> Option<Violation> {
    let setters = containers_of(pod, &["privileged"], |security| security.bool("privileged"));
    setters.violation("privileged", |who| format!("{who} must not set securityContext.privileged=true"))
}

fn privilege_escalation(pod: &Pod<'_>) -> Option<Violation> {
    let is_bad = |security: &Value| !matches!(security.at("allowPrivilegeEscalation"), Value::Bool(false));
    let setters = containers_of(pod, &["allowPrivilegeEscalation"], is_bad);
    let detail = |who: &str| format!("{who} must set securityContext.allowPrivilegeEscalation=false");
    setters.violation("allowPrivilegeEscalation != false", detail)
}

fn proc_mount(pod: &Pod<'_>) -> Option<Violation> {
    let other = |security: &Value| {
        security.opt("procMount").map(|it| it.as_str().to_owned()).filter(|it| it != "Default")
    };
    let setters = containers_of(pod, &["procMount"], |security| other(security).is_some());
    let kinds: BTreeSet<_> = pod.containers().filter_map(|it| other(it.security())).collect();
    let detail = |who: &str| format!("{who} must not set securityContext.procMount to {}", quoted(&kinds));
    setters.violation("procMount", detail)
}

fn host_process(pod: &Pod<'_>) -> Option<Violation> {
    let is_bad = |security: &Value| security.at("windowsOptions").bool("hostProcess");
    let setters = setters_of(pod, &["windowsOptions", "hostProcess"], is_bad);
    let detail = |who: &str| format!("{who} must not set securityContext.windowsOptions.hostProcess=true");
    setters.violation("hostProcess", detail)
}

fn run_as_user(pod: &Pod<'_>) -> Option<Violation> {
    let setters = setters_of(pod, &["runAsUser"], |security| security.at("runAsUser").as_int() == Some(0));
    setters.violation("runAsUser=0", |who| format!("{who} must not set runAsUser=0"))
}

fn run_as_non_root(pod: &Pod<'_>) -> Option<Violation> {
    let reason = "runAsNonRoot != true";
    let is_false = |security: &Value| matches!(security.at("runAsNonRoot"), Value::Bool(false));
    let detail = |who: &str| format!("{who} must not set securityContext.runAsNonRoot=false");
    if let Some(violation) = setters_of(pod, &["runAsNonRoot"], is_false).violation(reason, detail) {
        return Some(violation);
    }
    if pod.security().bool("runAsNonRoot") {
        return None;
    }
    let setters = containers_of(pod, &["runAsNonRoot"], |security| !security.has("runAsNonRoot"));
    setters.violation(reason, |who| format!("pod or {who} must set securityContext.runAsNonRoot=true"))
}

const SE_LINUX_TYPES: &[&str] = &["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn se_linux_options(pod: &Pod<'_>, allowed: &[&str]) -> Option<Violation> {
    let has_bad_type = |options: &Value| {
        let kind = options.str("type");
        !kind.is_empty() && !allowed.contains(&kind)
    };
    let is_set = |options: &Value, field: &str| !options.str(field).is_empty();
    let is_bad = |security: &Value| {
        let options = security.at("seLinuxOptions");
        has_bad_type(options) || is_set(options, "user") || is_set(options, "role")
    };
    let setters = setters_of(pod, &["seLinuxOptions"], is_bad);
    let contexts = std::iter::once(pod.security()).chain(pod.containers().map(|it| it.security()));
    let all: Vec<_> = contexts.map(|security| security.at("seLinuxOptions")).collect();
    let types: BTreeSet<_> = all.iter().filter(|it| has_bad_type(it)).map(|it| it.str("type")).collect();
    let types = (!types.is_empty()).then(|| format!("{} {}", plural("type", types.len()), quoted(&types)));
    let never = |field: &str| {
        let is_anywhere = all.iter().any(|options| is_set(options, field));
        is_anywhere.then(|| format!("{field} may not be set"))
    };
    let what: Vec<_> = [types, never("user"), never("role")].into_iter().flatten().collect();
    let detail =
        |who: &str| format!("{who} set forbidden securityContext.seLinuxOptions: {}", what.join("; "));
    setters.violation("seLinuxOptions", detail)
}

fn is_seccomp_type(kind: &str) -> bool {
    matches!(kind, "Localhost" | "RuntimeDefault")
}

fn seccomp_annotations(pod: &Pod<'_>) -> Option<Violation> {
    const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
    let names: BTreeSet<_> = pod.containers().map(|it| it.name()).collect();
    let counts =
        |key: &str| key == POD || key.strip_prefix(CONTAINER).is_some_and(|name| names.contains(name));
    let is_fine = |value: &str| {
        matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
    };
    let bad: Vec<_> = pod.annotations().filter(|(key, value)| counts(key) && !is_fine(value)).collect();
    let list = bad.iter().map(|(key, value)| format!("{key}={value:?}")).collect::<Vec<_>>().join(", ");
    let detail = format!("forbidden {} {list}", plural("annotation", bad.len()));
    let places = bad.iter().map(|(key, _)| pod.place(&["metadata", "annotations", key])).collect();
    (!bad.is_empty()).then_some(Violation { reason: "seccompProfile", detail, places })
}

fn seccomp_profile(pod: &Pod<'_>) -> Option<Violation> {
    let bad_type = |security: &Value| {
        let profile = security.opt("seccompProfile")?;
        Some(profile.str("type").to_owned()).filter(|kind| !is_seccomp_type(kind))
    };
    let setters = setters_of(pod, &["seccompProfile", "type"], |security| bad_type(security).is_some());
    let contexts = std::iter::once(pod.security()).chain(pod.containers().map(|it| it.security()));
    let kinds: BTreeSet<_> = contexts.filter_map(bad_type).collect();
    let detail =
        |who: &str| format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(&kinds));
    setters.violation("seccompProfile", detail)
}

fn required_seccomp_profile(pod: &Pod<'_>) -> Option<Violation> {
    if let Some(violation) = seccomp_profile(pod) {
        return Some(violation);
    }
    if pod.security().has("seccompProfile") {
        return None;
    }
    let setters = containers_of(pod, &["seccompProfile"], |security| !security.has("seccompProfile"));
    let detail = |who: &str| {
        format!(
            "pod or {who} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\""
        )
    };
    setters.violation("seccompProfile", detail)
}

/// Safe sysctls, and the minor since which they count as such.
const SYSCTLS: &[(u32, &str)] = &[
    (0, "kernel.shm_rmid_forced"),
    (0, "net.ipv4.ip_local_port_range"),
    (0, "net.ipv4.tcp_syncookies"),
    (0, "net.ipv4.ping_group_range"),
    (0, "net.ipv4.ip_unprivileged_port_start"),
    (27, "net.ipv4.ip_local_reserved_ports"),
    (29, "net.ipv4.tcp_keepalive_time"),
    (29, "net.ipv4.tcp_fin_timeout"),
    (29, "net.ipv4.tcp_keepalive_intvl"),
    (29, "net.ipv4.tcp_keepalive_probes"),
    (32, "net.ipv4.tcp_rmem"),
    (32, "net.ipv4.tcp_wmem"),
];

fn sysctls(pod: &Pod<'_>, minor: u32) -> Option<Violation> {
    let is_safe = |name: &str| SYSCTLS.iter().any(|(since, safe)| *since <= minor && *safe == name);
    let all = pod.security().items("sysctls").iter().zip(0..).map(|(it, index)| (it.str("name"), index));
    let (names, indexes): (Vec<_>, Vec<u32>) = all.filter(|(name, _)| !is_safe(name)).unzip();
    let place = |index: u32| pod.place(&["spec", "securityContext", "sysctls"]).index(index);
    let places = indexes.into_iter().map(place).collect();
    (!names.is_empty()).then(|| Violation { reason: "forbidden sysctls", detail: names.join(", "), places })
}
