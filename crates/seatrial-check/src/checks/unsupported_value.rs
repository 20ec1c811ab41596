//! A field has a value that is none of those it may have.
//!
//! ## Why
//! Fields such as `imagePullPolicy`, `type` of a Service, `pathType` or
//! `concurrencyPolicy` take one of a few words, compared letter by letter. The API
//! server refuses any other: `Unsupported value: "always": supported values: "Always",
//! "IfNotPresent", "Never"`. In the template of a Deployment the object itself is
//! refused too.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "registry.example.com/api:1", imagePullPolicy: always}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: api, image: "registry.example.com/api:1", imagePullPolicy: Always}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unsupported-value",
        title: "A field has a value that is none of those it may have",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.enum"],
        page: include_str!("unsupported_value.rs"),
    },
    run,
};

/// A field, `[]` for each item of a list, and the words it takes.
type Words = (&'static str, &'static [&'static str]);

const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];
const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const MESSAGES: &[&str] = &["File", "FallbackToLogsOnError"];
const PROPAGATIONS: &[&str] = &["None", "HostToContainer", "Bidirectional"];
const SECCOMP: &[&str] = &["RuntimeDefault", "Localhost", "Unconfined"];
const ROLLING: &[&str] = &["RollingUpdate", "OnDelete"];

/// Of the spec of pods.
const POD: &[Words] = &[
    ("dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("containers[].imagePullPolicy", PULL_POLICIES),
    ("initContainers[].imagePullPolicy", PULL_POLICIES),
    ("containers[].terminationMessagePolicy", MESSAGES),
    ("initContainers[].terminationMessagePolicy", MESSAGES),
    ("containers[].ports[].protocol", PROTOCOLS),
    ("initContainers[].ports[].protocol", PROTOCOLS),
    ("containers[].volumeMounts[].mountPropagation", PROPAGATIONS),
    ("initContainers[].volumeMounts[].mountPropagation", PROPAGATIONS),
    ("securityContext.seccompProfile.type", SECCOMP),
    ("containers[].securityContext.seccompProfile.type", SECCOMP),
    ("securityContext.fsGroupChangePolicy", &["OnRootMismatch", "Always"]),
    ("tolerations[].operator", &["Exists", "Equal", "Lt", "Gt"]),
    ("tolerations[].effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("topologySpreadConstraints[].whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    ("preemptionPolicy", &["PreemptLowerPriority", "Never"]),
    (
        "volumes[].hostPath.type",
        &["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"],
    ),
];

const WEBHOOKS: &[Words] = &[
    ("webhooks[].failurePolicy", &["Fail", "Ignore"]),
    ("webhooks[].sideEffects", &["None", "NoneOnDryRun"]),
    ("webhooks[].matchPolicy", &["Equivalent", "Exact"]),
    ("webhooks[].rules[].scope", &["*", "Cluster", "Namespaced"]),
    ("webhooks[].rules[].operations[]", &["*", "CREATE", "UPDATE", "DELETE", "CONNECT"]),
];

/// Of objects, by group and kind.
const OBJECTS: &[(&str, &str, &[Words])] = &[
    ("apps", "Deployment", &[("spec.strategy.type", &["RollingUpdate", "Recreate"])]),
    ("apps", "DaemonSet", &[("spec.updateStrategy.type", ROLLING)]),
    (
        "apps",
        "StatefulSet",
        &[
            ("spec.updateStrategy.type", ROLLING),
            ("spec.podManagementPolicy", &["OrderedReady", "Parallel"]),
            ("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", &["Retain", "Delete"]),
            ("spec.persistentVolumeClaimRetentionPolicy.whenScaled", &["Retain", "Delete"]),
        ],
    ),
    ("batch", "CronJob", &[("spec.concurrencyPolicy", &["Allow", "Forbid", "Replace"])]),
    ("batch", "Job", &[("spec.completionMode", &["NonIndexed", "Indexed"])]),
    (
        "",
        "Service",
        &[
            ("spec.type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
            ("spec.sessionAffinity", &["None", "ClientIP"]),
            ("spec.externalTrafficPolicy", &["Cluster", "Local"]),
            ("spec.internalTrafficPolicy", &["Cluster", "Local"]),
            ("spec.ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
            ("spec.ipFamilies[]", &["IPv4", "IPv6"]),
            ("spec.ports[].protocol", PROTOCOLS),
        ],
    ),
    (
        "networking.k8s.io",
        "Ingress",
        &[("spec.rules[].http.paths[].pathType", &["Prefix", "Exact", "ImplementationSpecific"])],
    ),
    (
        "policy",
        "PodDisruptionBudget",
        &[("spec.unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"])],
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        &[
            ("spec.metrics[].type", &["Resource", "ContainerResource", "Pods", "Object", "External"]),
            ("spec.behavior.scaleDown.policies[].type", &["Pods", "Percent"]),
            ("spec.behavior.scaleUp.policies[].type", &["Pods", "Percent"]),
        ],
    ),
    (
        "",
        "PersistentVolume",
        &[
            ("spec.persistentVolumeReclaimPolicy", &["Retain", "Delete", "Recycle"]),
            ("spec.volumeMode", &["Filesystem", "Block"]),
        ],
    ),
    ("", "PersistentVolumeClaim", &[("spec.volumeMode", &["Filesystem", "Block"])]),
    (
        "storage.k8s.io",
        "StorageClass",
        &[
            ("reclaimPolicy", &["Delete", "Retain"]),
            ("volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
        ],
    ),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", WEBHOOKS),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", WEBHOOKS),
    ("scheduling.k8s.io", "PriorityClass", &[("preemptionPolicy", &["PreemptLowerPriority", "Never"])]),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for (path, words) in own_words(object) {
            judge(&Field::root(object), path, words, report);
        }
        let template = PodTemplate::of(object).filter(|_| object.group() != "serving.knative.dev");
        if let Some(template) = template {
            for (path, words) in POD {
                judge(&template.spec, path, words, report);
            }
        }
    }
}

fn own_words(object: &Object) -> &'static [Words] {
    let known = OBJECTS.iter().find(|it| object.is(it.0, it.1));
    known.map_or(&[], |(_, _, words)| words)
}

fn judge(from: &Field<'_>, path: &str, words: &[&str], report: &mut Report) {
    let mut fields = vec![from.clone()];
    for step in path.split('.') {
        let (name, is_list) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let below = fields.iter().filter_map(|it| it.key(name));
        fields = if is_list { below.flat_map(|it| it.items()).collect() } else { below.collect() };
    }
    let name = path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]");
    for field in fields {
        report.add_some(notice(&field, name, words));
    }
}

fn notice(field: &Field<'_>, name: &str, words: &[&str]) -> Option<Notice> {
    let text = field.as_str().filter(|it| !it.is_empty() && !words.contains(it))?;
    if is_filled_in_later(text) || placeholder(text).is_some() {
        return None;
    }
    let title = field.object().title();
    let message = format!("{name} of {title} is `{text}`, which is refused");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    let cased = words.iter().copied().find(|it| it.eq_ignore_ascii_case(text));
    let listed = words.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    Some(match cased.or_else(|| meant(text, words.iter().copied())) {
        Some(word) => notice
            .help(format!("write `{word}`"))
            .change(Change::Set { at: field.location(), content: Content::Text(word.to_owned()) }),
        None => notice.help(format!("write one of {listed}")),
    })
}
