//! Fields at the wrong level, and the place that a person would have meant.

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, PathStep, parse};

use super::{Meant, Problem, ProblemKind, decode};
use crate::table::Table;

const POD: &str = "v1 Pod";
const DEPLOYMENT: &str = "apps/v1 Deployment";
const STATEFUL_SET: &str = "apps/v1 StatefulSet";
const DAEMON_SET: &str = "apps/v1 DaemonSet";
const JOB: &str = "batch/v1 Job";
const CRON_JOB: &str = "batch/v1 CronJob";
const SERVICE: &str = "v1 Service";
const INGRESS: &str = "networking.k8s.io/v1 Ingress";
const NETWORK_POLICY: &str = "networking.k8s.io/v1 NetworkPolicy";
const AUTOSCALER: &str = "autoscaling/v2 HorizontalPodAutoscaler";
const BUDGET: &str = "policy/v1 PodDisruptionBudget";
const CLAIM: &str = "v1 PersistentVolumeClaim";
const TEMPLATE: &str = "spec.template.spec";
const CONTAINER: &str = "spec.template.spec.containers[]";

/// Kind, place, what is written there, and where it belongs; `""` where nobody
/// can say.
const LEVELS: &[(&str, &str, &str, &str)] = &[
    // Too high by the whole way to the container.
    (
        DEPLOYMENT,
        "spec",
        "livenessProbe: {httpGet: {port: 80}}",
        "spec.template.spec.containers.livenessProbe",
    ),
    (DEPLOYMENT, "spec", "readinessProbe: {exec: {}}", "spec.template.spec.containers.readinessProbe"),
    (DEPLOYMENT, "spec", "image: web:1", "spec.template.spec.containers.image"),
    (DEPLOYMENT, "spec", "ports: [{containerPort: 80}]", "spec.template.spec.containers.ports"),
    (DEPLOYMENT, "spec", "resources: {limits: {cpu: 1}}", "spec.template.spec.containers.resources"),
    (DEPLOYMENT, "spec", "env: [{name: A}]", "spec.template.spec.containers.env"),
    (DEPLOYMENT, "spec", "volumeMounts: [{name: a}]", "spec.template.spec.containers.volumeMounts"),
    (DEPLOYMENT, "spec.template", "image: web:1", "spec.template.spec.containers.image"),
    (DEPLOYMENT, TEMPLATE, "image: web:1", "spec.template.spec.containers.image"),
    (DEPLOYMENT, TEMPLATE, "command: [a]", "spec.template.spec.containers.command"),
    (
        DEPLOYMENT,
        TEMPLATE,
        "livenessProbe: {periodSeconds: 3}",
        "spec.template.spec.containers.livenessProbe",
    ),
    (STATEFUL_SET, "spec", "resources: {limits: {cpu: 1}}", "spec.template.spec.containers.resources"),
    (CRON_JOB, "spec", "image: a", "spec.jobTemplate.spec.template.spec.containers.image"),
    // Too high by the way to the pod.
    (DEPLOYMENT, "spec", "nodeSelector: {a: b}", "spec.template.spec.nodeSelector"),
    (DEPLOYMENT, "spec", "containers: [{name: a}]", "spec.template.spec.containers"),
    (DEPLOYMENT, "spec", "volumes: [{name: a}]", "spec.template.spec.volumes"),
    (DEPLOYMENT, "spec", "serviceAccountName: a", "spec.template.spec.serviceAccountName"),
    (DEPLOYMENT, "spec", "securityContext: {fsGroup: 1}", "spec.template.spec.securityContext"),
    (
        DEPLOYMENT,
        "spec",
        "securityContext: {privileged: true}",
        "spec.template.spec.containers.securityContext",
    ),
    (DEPLOYMENT, "", "nodeSelector: {a: b}", "spec.template.spec.nodeSelector"),
    (CRON_JOB, "spec", "containers: [{name: a}]", "spec.jobTemplate.spec.template.spec.containers"),
    (CRON_JOB, "spec", "restartPolicy: Never", "spec.jobTemplate.spec.template.spec.restartPolicy"),
    (
        CRON_JOB,
        "spec.jobTemplate",
        "containers: [{name: a}]",
        "spec.jobTemplate.spec.template.spec.containers",
    ),
    (JOB, "spec", "restartPolicy: Never", "spec.template.spec.restartPolicy"),
    // Too low.
    (DEPLOYMENT, CONTAINER, "hostNetwork: true", "spec.template.spec.hostNetwork"),
    (
        DEPLOYMENT,
        CONTAINER,
        "terminationGracePeriodSeconds: 3",
        "spec.template.spec.terminationGracePeriodSeconds",
    ),
    (DEPLOYMENT, CONTAINER, "nodeSelector: {a: b}", "spec.template.spec.nodeSelector"),
    (DEPLOYMENT, CONTAINER, "volumes: [{name: a}]", "spec.template.spec.volumes"),
    (DEPLOYMENT, CONTAINER, "imagePullSecrets: [{name: a}]", "spec.template.spec.imagePullSecrets"),
    (DEPLOYMENT, CONTAINER, "replicas: 2", "spec.replicas"),
    (DEPLOYMENT, TEMPLATE, "replicas: 2", "spec.replicas"),
    (DEPLOYMENT, TEMPLATE, "selector: {matchLabels: {a: b}}", "spec.selector"),
    (DEPLOYMENT, TEMPLATE, "strategy: {type: Recreate}", "spec.strategy"),
    (STATEFUL_SET, TEMPLATE, "volumeClaimTemplates: [{spec: {}}]", "spec.volumeClaimTemplates"),
    (JOB, TEMPLATE, "backoffLimit: 2", "spec.backoffLimit"),
    (CRON_JOB, "spec.jobTemplate.spec", "schedule: a", "spec.schedule"),
    (CRON_JOB, "spec.jobTemplate.spec", "concurrencyPolicy: Forbid", "spec.concurrencyPolicy"),
    // Beside where it belongs.
    (DEPLOYMENT, "metadata", "selector: {matchLabels: {a: b}}", "spec.selector"),
    (DEPLOYMENT, "metadata", "replicas: 2", "spec.replicas"),
    (DEPLOYMENT, "", "replicas: 2", "spec.replicas"),
    (SERVICE, "spec.ports[]", "type: NodePort", "spec.type"),
    (SERVICE, "spec", "targetPort: 80", "spec.ports.targetPort"),
    (SERVICE, "", "selector: {a: b}", "spec.selector"),
    (INGRESS, "metadata", "ingressClassName: nginx", "spec.ingressClassName"),
    (INGRESS, "spec.rules[].http", "pathType: Prefix", "spec.rules.http.paths.pathType"),
    (INGRESS, "spec.rules[]", "paths: [{path: /}]", "spec.rules.http.paths"),
    (INGRESS, "spec", "secretName: a", "spec.tls.secretName"),
    (NETWORK_POLICY, "spec", "from: [{podSelector: {}}]", "spec.ingress.from"),
    (NETWORK_POLICY, "spec.ingress[]", "to: [{podSelector: {}}]", "spec.egress.to"),
    (
        AUTOSCALER,
        "spec.metrics[].resource",
        "averageUtilization: 3",
        "spec.metrics.resource.target.averageUtilization",
    ),
    (BUDGET, "spec", "matchLabels: {a: b}", "spec.selector.matchLabels"),
    (CLAIM, "spec", "requests: {storage: 1Gi}", "spec.resources.requests"),
    (CLAIM, "metadata", "storageClassName: a", "spec.storageClassName"),
    (STATEFUL_SET, "spec", "storageClassName: a", "spec.volumeClaimTemplates.spec.storageClassName"),
    // Names and labels.
    (DEPLOYMENT, "", "annotations: {a: b}", "metadata.annotations"),
    (DEPLOYMENT, "", "labels: {a: b}", "metadata.labels"),
    (DEPLOYMENT, "", "namespace: a", "metadata.namespace"),
    (SERVICE, "spec", "namespace: a", "metadata.namespace"),
    (DEPLOYMENT, "spec.template", "labels: {a: b}", "spec.template.metadata.labels"),
    (DEPLOYMENT, TEMPLATE, "labels: {a: b}", "spec.template.metadata.labels"),
    (DEPLOYMENT, TEMPLATE, "annotations: {a: b}", "spec.template.metadata.annotations"),
    // Of a container's own parts.
    (POD, "spec.containers[]", "httpGet: {port: 80}", "spec.containers.livenessProbe.httpGet"),
    (POD, "spec.containers[]", "initialDelaySeconds: 3", "spec.containers.livenessProbe.initialDelaySeconds"),
    (POD, "spec.containers[]", "limits: {cpu: 1}", "spec.containers.resources.limits"),
    (POD, "spec.containers[]", "privileged: true", "spec.containers.securityContext.privileged"),
    (POD, "spec.containers[]", "runAsUser: 3", "spec.containers.securityContext.runAsUser"),
    (POD, "spec.containers[]", "mountPath: /a", "spec.containers.volumeMounts.mountPath"),
    (POD, "spec.containers[]", "preStop: {exec: {}}", "spec.containers.lifecycle.preStop"),
    (POD, "spec.containers[].securityContext", "fsGroup: 3", "spec.securityContext.fsGroup"),
    (POD, "spec.securityContext", "privileged: true", "spec.containers.securityContext.privileged"),
    (
        POD,
        "spec.securityContext",
        "capabilities: {drop: [ALL]}",
        "spec.containers.securityContext.capabilities",
    ),
    (POD, "spec.containers[].livenessProbe", "path: /healthz", "spec.containers.livenessProbe.httpGet.path"),
    (POD, "spec.containers[].livenessProbe", "port: 80", "spec.containers.livenessProbe.httpGet.port"),
    (
        POD,
        "spec.containers[].livenessProbe.httpGet",
        "periodSeconds: 3",
        "spec.containers.livenessProbe.periodSeconds",
    ),
    (POD, "spec.containers[].env[]", "secretKeyRef: {name: a}", "spec.containers.env.valueFrom.secretKeyRef"),
    (POD, "spec.containers[].env[]", "configMapRef: {name: a}", "spec.containers.envFrom.configMapRef"),
    (POD, "spec.volumes[]", "claimName: a", "spec.volumes.persistentVolumeClaim.claimName"),
    (POD, "spec", "podAntiAffinity: {}", "spec.affinity.podAntiAffinity"),
    (POD, "spec", "runAsUser: 3", "spec.securityContext.runAsUser"),
    // Names that could be anything, and values that the place does not take.
    (DEPLOYMENT, "spec", "path: /", ""),
    (DEPLOYMENT, "spec", "port: 80", ""),
    (DEPLOYMENT, "spec", "key: a", ""),
    (SERVICE, "metadata", "type: NodePort", ""),
    (DEPLOYMENT, CONTAINER, "selector: a", ""),
    (DAEMON_SET, "spec", "replicas: 3", ""),
    (DEPLOYMENT, "spec", "phase: Running", ""),
];

fn problems(minor: u8, kind: &str, at: &str, field: &str) -> Vec<Problem> {
    let (mut text, mut close) = (String::new(), String::new());
    for step in at.split('.').filter(|step| !step.is_empty()) {
        let (open, end) = if step.ends_with("[]") { ("[{", "}]") } else { ("{", "}") };
        text.extend([step.trim_end_matches("[]"), ": ", open]);
        close.insert_str(0, end);
    }
    let stream =
        parse(FileId(0), format!("{{{text}{field}{close}}}").into(), Dialect::GoYaml2, &Limits::default());
    let (version, kind) = kind.split_once(' ').expect("a version and a kind");
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let table = Table::of(minor).expect("a table");
    let kind = table.kind(group, version, kind).expect("a kind");
    decode(stream.document_root(0).expect("one document"), table, kind.type_id).problems
}

fn meant(minor: u8, kind: &str, at: &str, field: &str) -> (Vec<String>, Option<Meant>) {
    let found = problems(minor, kind, at, field).into_iter().find_map(|it| match it.kind {
        ProblemKind::UnknownField { meant } => Some((it.path, meant)),
        _ => None,
    });
    let (path, meant) = found.unwrap_or_else(|| panic!("{kind}: `{at}` has `{field}`"));
    let keys = path.steps().iter().filter_map(|step| match step {
        PathStep::Key(key) => Some(key.to_string()),
        PathStep::Index(_) => None,
    });
    (keys.collect(), meant)
}

#[test]
fn fields_at_the_wrong_level_belong_where_a_person_would_put_them() {
    let mut differ = Vec::new();
    for (kind, at, field, belongs) in LEVELS {
        let (mut place, meant) = meant(36, kind, at, field);
        let said = match meant {
            Some(Meant::Elsewhere { up, down }) => {
                place.truncate(place.len() - 1 - up);
                place.extend(down.iter().map(ToString::to_string));
                place.join(".")
            }
            Some(other) => format!("{other:?}"),
            None => String::new(),
        };
        if said != *belongs {
            differ.push(format!("{kind} `{at}` `{field}`: {said:?} and not {belongs:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn fields_of_other_minors_are_known() {
    for (minor, kind, at, field, expected) in [
        (20, POD, "spec.containers[].startupProbe", "grpc: {port: 80}", Some(Meant::Later(23))),
        (22, POD, "spec.containers[]", "resizePolicy: []", Some(Meant::Later(27))),
        (22, STATEFUL_SET, "spec", "persistentVolumeClaimRetentionPolicy: {}", Some(Meant::Later(23))),
        (27, POD, "spec.containers[]", "restartPolicy: Always", Some(Meant::Later(28))),
        (28, POD, "spec.containers[]", "dnsPolicy: None", None),
        (36, POD, "spec", "zzzzzz: 1", None),
    ] {
        let (_, meant) = meant(minor, kind, at, field);
        let is_of_minors = matches!(meant, Some(Meant::Later(_) | Meant::Earlier(_)));
        assert!(
            meant == expected || expected.is_none() && !is_of_minors,
            "1.{minor} {at} {field}: {meant:?}"
        );
    }
}

#[test]
fn fields_that_a_minor_dropped_are_known() {
    let dropped = Table::minors().rev().find_map(|minor| {
        let table = Table::of(minor)?;
        let before = Table::of(minor - 1)?;
        let spec = before.type_named("io.k8s.api.core.v1.PodSpec")?;
        let now = table.type_named("io.k8s.api.core.v1.PodSpec")?;
        let field = spec.fields().iter().find(|it| now.field(it.name).is_none())?;
        Some((minor, field.name))
    });
    if let Some((minor, field)) = dropped {
        let (_, meant) = meant(minor, POD, "spec", &format!("{field}: null"));
        assert_eq!(meant, Some(Meant::Earlier(minor)), "{field}");
    }
}
