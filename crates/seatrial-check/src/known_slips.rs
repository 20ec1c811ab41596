//! Fields that many people write where another is meant, and values that they write
//! in a shape of another tool: what to write instead, where neither spelling nor
//! level tells it.

use seatrial_model::Object;
use seatrial_yaml::{FieldPath, Node, PathStep};

/// What to do about a field that there is not.
pub(crate) enum Advice {
    /// The name that was meant, at the same place.
    Rename(&'static str),
    /// What to write instead.
    Say(String),
}

/// Names that are called otherwise: the fields that lead there, the name, the right one.
const CALLED: &[(&[&str], &str, &str)] = &[
    (&["containers", "ports"], "port", "containerPort"),
    (&["containers", "ports"], "targetPort", "containerPort"),
    (&["initContainers", "ports"], "port", "containerPort"),
    (&["persistentVolumeClaim"], "name", "claimName"),
    (&["persistentVolumeClaim"], "pvcName", "claimName"),
    (&["volumes", "secret"], "name", "secretName"),
    (&["volumes", "configMap"], "configMapName", "name"),
    (&["projected", "sources", "secret"], "secretName", "name"),
];

/// What to write in place of others: the fields that lead there, the name, the words.
const WRITTEN: &[(&[&str], &str, &str)] = &[
    (&["paths", "backend"], "serviceName", "write `service: {name: ..., port: {number: ...}}`"),
    (&["paths", "backend"], "servicePort", "write `service: {name: ..., port: {number: ...}}`"),
    (&["defaultBackend"], "servicePort", "write `service: {name: ..., port: {number: ...}}`"),
    (&["backend", "service"], "servicePort", "write `port: {number: ...}`, or `port: {name: ...}`"),
    (&["containers", "env"], "secretRef", SECRET_REF),
    (&["initContainers", "env"], "secretRef", SECRET_REF),
    (&["containers", "env"], "configMapRef", CONFIG_MAP_REF),
    (&["initContainers", "env"], "configMapRef", CONFIG_MAP_REF),
    (&["containers"], "tag", "write it into `image`, behind a colon"),
    (&["initContainers"], "tag", "write it into `image`, behind a colon"),
    (&["resources"], "cpu", "write it below `requests` or `limits`"),
    (&["resources"], "memory", "write it below `requests` or `limits`"),
    (
        &["metrics", "resource"],
        "targetAverageUtilization",
        "write `target: {type: Utilization, averageUtilization: ...}`",
    ),
    (
        &["metrics", "resource"],
        "targetAverageValue",
        "write `target: {type: AverageValue, averageValue: ...}`",
    ),
    (
        &["spec"],
        "targetCPUUtilizationPercentage",
        "write `metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: ...}}}]`",
    ),
];

const SECRET_REF: &str = "for one key write `valueFrom: {secretKeyRef: {name: ..., key: ...}}`; for all keys list `secretRef` below `envFrom`";
const CONFIG_MAP_REF: &str = "for one key write `valueFrom: {configMapKeyRef: {name: ..., key: ...}}`; for all keys list `configMapRef` below `envFrom`";

/// What many people mean by a field that there is not; `is_spelt_like` another there.
pub(crate) fn advice(object: &Object, parent: &FieldPath, name: &str, is_spelt_like: bool) -> Option<Advice> {
    let way = keys(parent);
    let renamed = |right| Some(Advice::Rename(right));
    let lacks = |key| object.root().at(parent).is_some_and(|it| it.get(key).is_none());
    let of_kind = match (object.kind(), &way[..], name) {
        ("Service", ["spec", "ports"], "containerPort") => {
            let has_port = object.root().at(parent).is_some_and(|it| it.get("port").is_some());
            renamed(if has_port { "targetPort" } else { "port" })
        }
        ("Service", ["spec"], "port")
            if object.root().at(&parent.key(name)).is_some_and(Node::is_sequence) =>
        {
            renamed("ports")
        }
        ("Service", ["spec"], "port") => Some(Advice::Say("write `ports: [{port: ...}]`".to_owned())),
        ("NetworkPolicy", ["spec"], "selector") => renamed("podSelector"),
        ("NetworkPolicy", ["spec", "ingress" | "egress"], "port") => {
            Some(Advice::Say("write `ports: [{port: ...}]`".to_owned()))
        }
        ("NetworkPolicy", ["spec", "ingress"], "to") if lacks("from") => renamed("from"),
        ("NetworkPolicy", ["spec", "egress"], "from") if lacks("to") => renamed("to"),
        ("Deployment", ["spec"], "updateStrategy") => renamed("strategy"),
        ("StatefulSet" | "DaemonSet", ["spec"], "strategy") => renamed("updateStrategy"),
        ("PersistentVolumeClaim", ["spec"], "storage") => {
            Some(Advice::Say("move it to `spec.resources.requests.storage`".to_owned()))
        }
        ("StatefulSet", ["spec", "volumeClaimTemplates", "spec"], "storage") => {
            Some(Advice::Say("move it to `resources.requests.storage`".to_owned()))
        }
        ("ConfigMap" | "Secret", [], "spec") => {
            Some(Advice::Say("take it away: `data` stands at the top of the object".to_owned()))
        }
        _ => None,
    };
    let called = || CALLED.iter().find(|it| way.ends_with(it.0) && it.1 == name);
    let written = || WRITTEN.iter().find(|it| way.ends_with(it.0) && it.1 == name);
    let known = of_kind
        .or_else(|| Some(Advice::Rename(called()?.2)))
        .or_else(|| Some(Advice::Say(written()?.2.to_owned())));
    if known.is_some() || is_spelt_like {
        return known;
    }
    if is_variable(object, parent, &way) {
        return Some(Advice::Say("write `name: ...` and `value: ...`".to_owned()));
    }
    let is_selector = way.last().is_some_and(|it| it.ends_with("elector"));
    let holds_labels = is_selector && object.root().at(parent).is_some_and(is_plain);
    holds_labels.then(|| Advice::Say("write it below `matchLabels`".to_owned()))
}

/// Whether it is a variable written as `NAME: value`.
fn is_variable(object: &Object, parent: &FieldPath, way: &[&str]) -> bool {
    let is_env = way.ends_with(&["containers", "env"]) || way.ends_with(&["initContainers", "env"]);
    is_env && object.root().at(parent).is_some_and(|it| it.entries().count() == 1 && is_plain(it))
}

/// Whether a mapping holds words only.
fn is_plain(node: Node<'_>) -> bool {
    node.is_mapping() && node.entries().all(|it| !it.value.is_mapping() && !it.value.is_sequence())
}

/// The fields on a way, without the places in lists.
fn keys(path: &FieldPath) -> Vec<&str> {
    let key = |step: &'_ PathStep| matches!(step, PathStep::Key(_));
    let steps = path.steps().iter().filter(|it| key(it));
    steps
        .filter_map(|it| match it {
            PathStep::Key(key) => Some(key.as_str()),
            PathStep::Index(_) => None,
        })
        .collect()
}

/// Structures of which one field is often written in place of all, by the type that
/// the server names.
const SHORT_FOR: &[(&str, &str)] = &[
    ("v1.LocalObjectReference", "name"),
    ("v1.ObjectReference", "name"),
    ("v1.ConfigMapEnvSource", "name"),
    ("v1.SecretEnvSource", "name"),
    ("v1.NetworkPolicyPort", "port"),
    ("v1.ContainerPort", "containerPort"),
    ("v1.ServicePort", "port"),
    ("v1.DeploymentStrategy", "type"),
    ("v1.StatefulSetUpdateStrategy", "type"),
    ("v1.DaemonSetUpdateStrategy", "type"),
    ("v1.HostAlias", "ip"),
    ("v1.Toleration", "key"),
    ("v1.Volume", "name"),
    ("v1.VolumeMount", "mountPath"),
];

/// What to write in place of a value of another type, where that is a matter of shape.
pub(crate) fn shape(node: Node<'_>, path: &FieldPath, wanted: &str) -> Option<String> {
    let way = keys(path);
    let is_scalar = !node.is_mapping() && !node.is_sequence();
    match wanted {
        "[]v1.EnvVar" if node.is_mapping() => {
            Some("write a list, and each variable as `- {name: ..., value: ...}`".to_owned())
        }
        "v1.EnvVar" if is_scalar => Some("write `{name: ..., value: ...}`".to_owned()),
        "v1.ServiceBackendPort" if is_scalar => {
            let is_name = node.as_str().is_some_and(|it| it.parse::<u16>().is_err());
            let field = if is_name { "name" } else { "number" };
            Some(format!("write `port: {{{field}: {}}}`", node.scalar_text()?))
        }
        "string" if node.is_mapping() && way.last() == Some(&"image") => {
            Some("write one text: the name, a colon and the tag".to_owned())
        }
        "string" if node.is_mapping() => {
            let name = node.get("name").filter(|it| !it.is_mapping() && !it.is_sequence())?;
            // The other name of the field is deprecated.
            let field =
                way.last().map(|it| if *it == "serviceAccount" { "serviceAccountName" } else { it })?;
            Some(format!("write the name alone: `{field}: {}`", short(name)))
        }
        "[]string" if is_scalar && matches!(way.last(), Some(&("command" | "args"))) => {
            Some("write a list with an item for each word, or `[\"sh\", \"-c\", \"...\"]`".to_owned())
        }
        "[]string" if is_scalar => Some(format!("write a list, also for one: `[{}]`", short(node))),
        _ if wanted.starts_with("[]") && node.is_mapping() => {
            Some("write a list, also for one: put `- ` before its first field".to_owned())
        }
        _ => {
            let of = wanted.trim_start_matches("[]");
            let field = SHORT_FOR.iter().find(|it| it.0 == of && is_scalar)?.1;
            let item = format!("{{{field}: {}}}", short(node));
            Some(if wanted.starts_with("[]") {
                format!("write `[{item}]`")
            } else {
                format!("write `{item}`")
            })
        }
    }
}

/// A value that is short enough to be repeated.
fn short(node: Node<'_>) -> String {
    let is_short = |it: &std::borrow::Cow<'_, str>| !it.is_empty() && it.len() <= 40 && !it.contains('\n');
    node.scalar_text().filter(is_short).map_or_else(|| "...".to_owned(), std::borrow::Cow::into_owned)
}
