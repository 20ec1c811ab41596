//! Two fields are set of which only one may be.
//!
//! ## Why
//! A variable has a `value` or takes it from elsewhere, a volume is of one sort, a
//! probe asks in one way, a `PodDisruptionBudget` counts from one side. Often the
//! second field came with a patch: a strategic merge adds keys and removes none. The
//! API server refuses the object.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     env:
//!       - name: LEVEL
//!         value: info
//!         valueFrom: {configMapKeyRef: {name: settings, key: level}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     env:
//!       - name: LEVEL
//!         valueFrom: {configMapKeyRef: {name: settings, key: level}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate, Workload};
use seatrial_model::{Field, Object};

use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "exclusive-fields",
        title: "Two fields are set of which only one may be",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.exclusive-fields"],
        page: include_str!("exclusive_fields.rs"),
    },
    run,
};

const HANDLERS: &[&str] = &["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
const ENV_SOURCES: &[&str] =
    &["configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef"];
const BACKENDS: &[&str] = &["service", "resource"];
const PROJECTED: &[&str] =
    &["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
const VOLUMES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "local",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let root = Field::root(object);
        match (object.group(), object.kind()) {
            ("policy", "PodDisruptionBudget") => {
                let spec = root.key("spec");
                report.add_some(
                    spec.and_then(|it| clash(&it, &["minAvailable", "maxUnavailable"], &object.title())),
                );
            }
            ("networking.k8s.io", "Ingress") => of_ingress(object, report),
            ("networking.k8s.io", "NetworkPolicy") => of_policy(object, report),
            ("", "PersistentVolume") => {
                report.add_some(root.key("spec").and_then(|it| clash(&it, VOLUMES, &object.title())));
            }
            _ => {}
        }
        report.add_some(Workload::of(object).as_ref().and_then(strategy));
        if let Some(template) = PodTemplate::of(object) {
            of_pod(&template, report);
        }
    }
}

fn of_pod(template: &PodTemplate<'_>, report: &mut Report) {
    let title = template.object().title();
    for volume in template.volumes() {
        let of = format!("volume {} of {title}", volume.name().unwrap_or_default());
        report.add_some(clash(&volume.field, VOLUMES, &of));
        let sources = volume.field.key("projected").into_iter().flat_map(|it| it.list("sources"));
        for source in sources {
            report.add_some(clash(&source, PROJECTED, &format!("a source of {of}")));
        }
    }
    for container in template.containers() {
        of_container(&container, report);
    }
}

fn of_container(container: &Container<'_>, report: &mut Report) {
    let title = container_title(container);
    for variable in container.env() {
        let of = format!("variable {} of {title}", variable.name().unwrap_or_default());
        // An empty value is none.
        if variable.field.text("value") != Some("") {
            report.add_some(clash(&variable.field, &["value", "valueFrom"], &of));
        }
        report.add_some(variable.field.key("valueFrom").and_then(|it| clash(&it, ENV_SOURCES, &of)));
    }
    for source in container.env_from() {
        report.add_some(clash(
            &source.field,
            &["configMapRef", "secretRef"],
            &format!("an `envFrom` of {title}"),
        ));
    }
    for probe in container.probes() {
        report.add_some(clash(&probe.field, HANDLERS, &format!("{} of {title}", probe.kind.field())));
    }
    for hook in ["postStart", "preStop"] {
        let field = container.field.keys(&["lifecycle", hook]);
        report.add_some(field.and_then(|it| clash(&it, HANDLERS, &format!("{hook} of {title}"))));
    }
    for mount in container.volume_mounts() {
        let of = format!("a mount of {} by {title}", mount.name().unwrap_or_default());
        report.add_some(clash(&mount.field, &["subPath", "subPathExpr"], &of));
    }
}

fn of_ingress(object: &Object, report: &mut Report) {
    let root = Field::root(object);
    let title = object.title();
    let default = root.keys(&["spec", "defaultBackend"]);
    let rules = root.key("spec").into_iter().flat_map(|it| it.list("rules"));
    let paths = rules.filter_map(|it| it.key("http")).flat_map(|it| it.list("paths"));
    let backends = paths.filter_map(|it| it.key("backend"));
    for backend in default.into_iter().chain(backends) {
        report.add_some(clash(&backend, BACKENDS, &format!("a backend of {title}")));
    }
}

fn of_policy(object: &Object, report: &mut Report) {
    let Some(spec) = Field::root(object).key("spec") else { return };
    let of = format!("a peer of {}", object.title());
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for peer in spec.list(rules).flat_map(|it| it.list(peers)) {
            let other = if is_set(&peer, "podSelector") { "podSelector" } else { "namespaceSelector" };
            let notice = clash(&peer, &["ipBlock", other], &of);
            report.add_some(notice.map(|it| it.help("make two peers of it")));
        }
    }
}

/// Bounds of a rolling update in a workload that does not roll.
fn strategy(workload: &Workload<'_>) -> Option<Notice> {
    let object = workload.object();
    if !object.is("apps", "Deployment") {
        return None;
    }
    let strategy = workload.strategy()?;
    let kind = strategy.key("type").filter(|it| it.as_str() == Some("Recreate"))?;
    let bounds = strategy.key("rollingUpdate").filter(|it| !it.node().is_null())?;
    let message = format!("the strategy of {} is Recreate and has `rollingUpdate`", object.title());
    Some(
        Notice::new(&CHECK.info, bounds.location(), message)
            .help("remove `rollingUpdate`; in a patch, write `rollingUpdate: null`")
            .related(kind.location(), Role::Cause, "the type")
            .change(Change::Remove { at: bounds.location() }),
    )
}

fn is_set(field: &Field<'_>, name: &str) -> bool {
    field.key(name).is_some_and(|it| !it.node().is_null() && it.as_str() != Some(""))
}

/// A mapping that has two of these fields.
fn clash(field: &Field<'_>, names: &[&'static str], of: &str) -> Option<Notice> {
    let set: Vec<&str> = names.iter().copied().filter(|name| is_set(field, name)).collect();
    let [first, second, ..] = set.as_slice() else { return None };
    // The one that is written later, for a reader.
    let place = |name: &str| field.key(name).map(|it| it.span().start);
    let (first, second) = if place(first) <= place(second) { (first, second) } else { (second, first) };
    let message = format!("{of} has both `{first}` and `{second}`");
    let notice = Notice::new(&CHECK.info, field.at(second), message);
    Some(notice.help("keep one of the two").related(field.at(first), Role::Cause, format!("`{first}`")))
}
