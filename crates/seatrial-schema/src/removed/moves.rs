//! The fields that change between a version and its replacement.

/// One field that changes. Items of lists are `[*]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The field in the old version, `""` if the new one asks for more.
    pub from: &'static str,
    /// The field in the new version, `""` if it is gone.
    pub to: &'static str,
    /// What else to know, perhaps nothing.
    pub note: &'static str,
}

const fn to(from: &'static str, to: &'static str) -> Move {
    Move { from, to, note: "" }
}

const fn gone(from: &'static str, note: &'static str) -> Move {
    Move { from, to: "", note }
}

const fn needed(to: &'static str, note: &'static str) -> Move {
    Move { from: "", to, note }
}

const fn noted(from: &'static str, to: &'static str, note: &'static str) -> Move {
    Move { from, to, note }
}

const SELECTOR: Move = needed("spec.selector", "required, and fixed once the object exists");

#[rustfmt::skip]
const INGRESS: &[Move] = &[
    to("spec.backend", "spec.defaultBackend"),
    to("spec.rules[*].http.paths[*].backend.serviceName", "spec.rules[*].http.paths[*].backend.service.name"),
    noted("spec.rules[*].http.paths[*].backend.servicePort", "spec.rules[*].http.paths[*].backend.service.port.number", "`port.name` where it is a name"),
    needed("spec.rules[*].http.paths[*].pathType", "required: Prefix, Exact or ImplementationSpecific"),
    noted("metadata.annotations[kubernetes.io/ingress.class]", "spec.ingressClassName", "the annotation still works"),
];

const DEPLOYMENT: &[Move] = &[
    SELECTOR,
    gone("spec.rollbackTo", "use `kubectl rollout undo`"),
    noted("spec.progressDeadlineSeconds", "spec.progressDeadlineSeconds", "600 unless set; was no deadline"),
    noted("spec.revisionHistoryLimit", "spec.revisionHistoryLimit", "10 unless set; was 2 or all"),
    noted("spec.strategy.rollingUpdate", "spec.strategy.rollingUpdate", "25% unless set; was 1"),
];

const DAEMON_SET: &[Move] = &[
    SELECTOR,
    gone("spec.templateGeneration", ""),
    noted("spec.updateStrategy.type", "spec.updateStrategy.type", "RollingUpdate unless set; was OnDelete"),
];

const STATEFUL_SET: &[Move] = &[
    SELECTOR,
    noted("spec.updateStrategy.type", "spec.updateStrategy.type", "RollingUpdate unless set; was OnDelete"),
];

#[rustfmt::skip]
const DEFINITION: &[Move] = &[
    to("spec.version", "spec.versions[*].name"),
    to("spec.validation", "spec.versions[*].schema"),
    to("spec.subresources", "spec.versions[*].subresources"),
    noted("spec.additionalPrinterColumns", "spec.versions[*].additionalPrinterColumns", "`JSONPath` is now `jsonPath`"),
    to("spec.conversion.webhookClientConfig", "spec.conversion.webhook.clientConfig"),
    to("spec.conversion.conversionReviewVersions", "spec.conversion.webhook.conversionReviewVersions"),
    gone("spec.preserveUnknownFields", "use `x-kubernetes-preserve-unknown-fields` in the schema"),
    needed("spec.versions[*].schema.openAPIV3Schema", "a structural schema is required"),
];

#[rustfmt::skip]
const WEBHOOK: &[Move] = &[
    needed("webhooks[*].sideEffects", "required: None or NoneOnDryRun"),
    needed("webhooks[*].admissionReviewVersions", "required"),
    noted("webhooks[*].failurePolicy", "webhooks[*].failurePolicy", "Fail unless set; was Ignore"),
    noted("webhooks[*].matchPolicy", "webhooks[*].matchPolicy", "Equivalent unless set; was Exact"),
    noted("webhooks[*].timeoutSeconds", "webhooks[*].timeoutSeconds", "10 unless set; was 30"),
];

#[rustfmt::skip]
const AUTOSCALER: &[Move] = &[
    to("spec.metrics[*].resource.targetAverageUtilization", "spec.metrics[*].resource.target.averageUtilization"),
    to("spec.metrics[*].resource.targetAverageValue", "spec.metrics[*].resource.target.averageValue"),
    to("spec.metrics[*].pods.metricName", "spec.metrics[*].pods.metric.name"),
    to("spec.metrics[*].pods.selector", "spec.metrics[*].pods.metric.selector"),
    to("spec.metrics[*].pods.targetAverageValue", "spec.metrics[*].pods.target.averageValue"),
    to("spec.metrics[*].object.target", "spec.metrics[*].object.describedObject"),
    to("spec.metrics[*].object.metricName", "spec.metrics[*].object.metric.name"),
    to("spec.metrics[*].object.selector", "spec.metrics[*].object.metric.selector"),
    to("spec.metrics[*].object.targetValue", "spec.metrics[*].object.target.value"),
    to("spec.metrics[*].object.averageValue", "spec.metrics[*].object.target.averageValue"),
    to("spec.metrics[*].external.metricName", "spec.metrics[*].external.metric.name"),
    to("spec.metrics[*].external.metricSelector", "spec.metrics[*].external.metric.selector"),
    to("spec.metrics[*].external.targetValue", "spec.metrics[*].external.target.value"),
    to("spec.metrics[*].external.targetAverageValue", "spec.metrics[*].external.target.averageValue"),
];

const BUDGET: &[Move] =
    &[noted("spec.selector", "spec.selector", "`{}` selects every pod of the namespace; was none")];

#[rustfmt::skip]
const SLICE: &[Move] = &[
    to("endpoints[*].topology[kubernetes.io/hostname]", "endpoints[*].nodeName"),
    to("endpoints[*].topology[topology.kubernetes.io/zone]", "endpoints[*].zone"),
    to("endpoints[*].topology", "endpoints[*].deprecatedTopology"),
];

const SIGNING: &[Move] = &[needed("spec.signerName", "required"), needed("spec.usages", "required")];

const RUNTIME_ALPHA: &[Move] = &[
    to("spec.runtimeHandler", "handler"),
    to("spec.overhead", "overhead"),
    to("spec.scheduling", "scheduling"),
];

const PRIORITY_LEVEL: &[Move] =
    &[to("spec.limited.assuredConcurrencyShares", "spec.limited.nominalConcurrencyShares")];

#[rustfmt::skip]
pub(super) const CERT_ALPHA: &[Move] = &[
    to("spec.organization", "spec.subject.organizations"),
    noted("spec.keyAlgorithm", "spec.privateKey.algorithm", "in capitals: RSA, ECDSA"),
    to("spec.keySize", "spec.privateKey.size"),
    noted("spec.keyEncoding", "spec.privateKey.encoding", "in capitals: PKCS1, PKCS8"),
    to("spec.uriSANs", "spec.uris"),
    to("spec.emailSANs", "spec.emailAddresses"),
    noted("spec.csr", "spec.request", "of a CertificateRequest"),
];

pub(super) const CERT_BETA: &[Move] =
    &[to("spec.uriSANs", "spec.uris"), to("spec.emailSANs", "spec.emailAddresses")];

pub(super) const FLUX_KUSTOMIZATION: &[Move] = &[
    gone("spec.validation", ""),
    to("spec.patchesStrategicMerge", "spec.patches"),
    to("spec.patchesJson6902", "spec.patches"),
];

pub(super) const FLUX_SOURCE: &[Move] = &[gone("spec.gitImplementation", "")];

pub(super) const KEDA: &[Move] = &[
    to("spec.scaleTargetRef.deploymentName", "spec.scaleTargetRef.name"),
    to("spec.scaleTargetRef.containerName", "spec.scaleTargetRef.envSourceContainerName"),
];

/// The fields of a built-in kind that change.
pub(super) fn of(api_version: &str, kind: &str) -> &'static [Move] {
    match (api_version, kind) {
        (_, "Ingress") => INGRESS,
        ("extensions/v1beta1" | "apps/v1beta1" | "apps/v1beta2", kind) => match kind {
            "Deployment" => DEPLOYMENT,
            "DaemonSet" => DAEMON_SET,
            "StatefulSet" => STATEFUL_SET,
            "ReplicaSet" => &[SELECTOR],
            _ => &[],
        },
        ("apiextensions.k8s.io/v1beta1", _) => DEFINITION,
        (
            "admissionregistration.k8s.io/v1beta1",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => WEBHOOK,
        ("autoscaling/v2beta1", _) => AUTOSCALER,
        ("policy/v1beta1", "PodDisruptionBudget") => BUDGET,
        ("discovery.k8s.io/v1beta1", _) => SLICE,
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest") => SIGNING,
        ("node.k8s.io/v1alpha1", _) => RUNTIME_ALPHA,
        (
            "flowcontrol.apiserver.k8s.io/v1beta1" | "flowcontrol.apiserver.k8s.io/v1beta2",
            "PriorityLevelConfiguration",
        ) => PRIORITY_LEVEL,
        _ => &[],
    }
}
