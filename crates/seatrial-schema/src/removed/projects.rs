//! Versions of custom resources that well-known projects gave up.

use super::moves::{self, Move};
use super::{Fate, Owner};

struct Row {
    project: &'static str,
    version: &'static str,
    /// Empty for every kind of the version.
    kinds: &'static [&'static str],
    deprecated: &'static str,
    removed: &'static str,
    replacement: &'static str,
    /// The new name of the kind, `""` if it kept its own.
    renamed: &'static str,
    moves: &'static [Move],
}

const fn row(
    (project, version, kinds): (&'static str, &'static str, &'static [&'static str]),
    (deprecated, removed): (&'static str, &'static str),
    (replacement, renamed): (&'static str, &'static str),
    moves: &'static [Move],
) -> Row {
    Row { project, version, kinds, deprecated, removed, replacement, renamed, moves }
}

const CERT: &str = "cert-manager";
const ISTIO: &str = "Istio";
const FLUX: &str = "Flux";
const GATEWAY: &str = "Gateway API";
const KARPENTER: &str = "Karpenter";
const OPENSHIFT_LOGGING: &str = "OpenShift Logging";
const CLUSTER_API: &str = "Cluster API";
const LINKERD: &str = "Linkerd";
const METALLB: &str = "MetalLB";
const VPA: &str = "Vertical Pod Autoscaler";
const NONE: &[Move] = &[];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row((CERT, "certmanager.k8s.io/v1alpha1", &["Certificate", "Issuer", "ClusterIssuer", "CertificateRequest"]), ("0.11", "0.11"), ("cert-manager.io/v1", ""), moves::CERT_ALPHA),
    row((CERT, "certmanager.k8s.io/v1alpha1", &["Order", "Challenge"]), ("0.11", "0.11"), ("acme.cert-manager.io/v1", ""), NONE),
    row((CERT, "cert-manager.io/v1alpha2", &[]), ("1.4", "1.6"), ("cert-manager.io/v1", ""), moves::CERT_ALPHA),
    row((CERT, "cert-manager.io/v1alpha3", &[]), ("1.4", "1.6"), ("cert-manager.io/v1", ""), moves::CERT_ALPHA),
    row((CERT, "cert-manager.io/v1beta1", &[]), ("1.4", "1.6"), ("cert-manager.io/v1", ""), moves::CERT_BETA),
    row((CERT, "acme.cert-manager.io/v1alpha2", &[]), ("1.4", "1.6"), ("acme.cert-manager.io/v1", ""), NONE),
    row((CERT, "acme.cert-manager.io/v1alpha3", &[]), ("1.4", "1.6"), ("acme.cert-manager.io/v1", ""), NONE),
    row((CERT, "acme.cert-manager.io/v1beta1", &[]), ("1.4", "1.6"), ("acme.cert-manager.io/v1", ""), NONE),
    row((ISTIO, "rbac.istio.io/v1alpha1", &[]), ("1.4", "1.6"), ("security.istio.io/v1", "AuthorizationPolicy"), NONE),
    row((ISTIO, "authentication.istio.io/v1alpha1", &[]), ("1.5", "1.6"), ("security.istio.io/v1", "PeerAuthentication"), NONE),
    row((ISTIO, "config.istio.io/v1alpha2", &[]), ("1.5", "1.8"), ("", ""), NONE),
    row((GATEWAY, "networking.x-k8s.io/v1alpha1", &["GatewayClass", "Gateway", "HTTPRoute"]), ("0.4", "0.6"), ("gateway.networking.k8s.io/v1", ""), NONE),
    row((GATEWAY, "gateway.networking.k8s.io/v1alpha2", &["GatewayClass", "Gateway", "HTTPRoute"]), ("0.5", "1.0"), ("gateway.networking.k8s.io/v1", ""), NONE),
    row((GATEWAY, "gateway.networking.k8s.io/v1alpha2", &["GRPCRoute"]), ("1.1", "1.2"), ("gateway.networking.k8s.io/v1", ""), NONE),
    row((GATEWAY, "gateway.networking.k8s.io/v1alpha2", &["ReferencePolicy"]), ("0.5", "0.6"), ("gateway.networking.k8s.io/v1beta1", "ReferenceGrant"), NONE),
    row((GATEWAY, "gateway.networking.k8s.io/v1alpha2", &["ReferenceGrant"]), ("1.0", "1.2"), ("gateway.networking.k8s.io/v1beta1", ""), NONE),
    row((FLUX, "helm.fluxcd.io/v1", &["HelmRelease"]), ("", "2.0"), ("helm.toolkit.fluxcd.io/v2", ""), NONE),
    row((FLUX, "helm.toolkit.fluxcd.io/v2beta1", &["HelmRelease"]), ("2.3", "2.7"), ("helm.toolkit.fluxcd.io/v2", ""), NONE),
    row((FLUX, "helm.toolkit.fluxcd.io/v2beta2", &["HelmRelease"]), ("2.3", "2.8"), ("helm.toolkit.fluxcd.io/v2", ""), NONE),
    row((FLUX, "kustomize.toolkit.fluxcd.io/v1beta1", &["Kustomization"]), ("2.0", "2.7"), ("kustomize.toolkit.fluxcd.io/v1", ""), NONE),
    row((FLUX, "kustomize.toolkit.fluxcd.io/v1beta2", &["Kustomization"]), ("2.0", "2.8"), ("kustomize.toolkit.fluxcd.io/v1", ""), moves::FLUX_KUSTOMIZATION),
    row((FLUX, "source.toolkit.fluxcd.io/v1beta1", &["GitRepository", "HelmRepository", "HelmChart", "Bucket"]), ("2.0", "2.7"), ("source.toolkit.fluxcd.io/v1", ""), moves::FLUX_SOURCE),
    row((FLUX, "source.toolkit.fluxcd.io/v1beta2", &["GitRepository", "HelmRepository", "HelmChart", "Bucket", "OCIRepository"]), ("2.0", "2.8"), ("source.toolkit.fluxcd.io/v1", ""), NONE),
    row((FLUX, "notification.toolkit.fluxcd.io/v1beta1", &["Receiver"]), ("2.0", "2.7"), ("notification.toolkit.fluxcd.io/v1", ""), NONE),
    row((FLUX, "notification.toolkit.fluxcd.io/v1beta1", &["Alert", "Provider"]), ("2.0", "2.7"), ("notification.toolkit.fluxcd.io/v1beta3", ""), NONE),
    row((FLUX, "notification.toolkit.fluxcd.io/v1beta2", &["Receiver"]), ("2.0", "2.9"), ("notification.toolkit.fluxcd.io/v1", ""), NONE),
    row((FLUX, "notification.toolkit.fluxcd.io/v1beta2", &["Alert", "Provider"]), ("2.2", "2.9"), ("notification.toolkit.fluxcd.io/v1beta3", ""), NONE),
    row((FLUX, "image.toolkit.fluxcd.io/v1beta1", &["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"]), ("2.3", "2.7"), ("image.toolkit.fluxcd.io/v1", ""), NONE),
    row((FLUX, "image.toolkit.fluxcd.io/v1beta2", &["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"]), ("2.7", "2.9"), ("image.toolkit.fluxcd.io/v1", ""), NONE),
    row((CLUSTER_API, "cluster.x-k8s.io/v1alpha4", &["Cluster", "ClusterClass", "Machine", "MachineDeployment", "MachineSet", "MachinePool", "MachineHealthCheck"]), ("", "1.6"), ("cluster.x-k8s.io/v1beta2", ""), NONE),
    row((CLUSTER_API, "cluster.x-k8s.io/v1beta1", &["Cluster", "ClusterClass", "Machine", "MachineDeployment", "MachineSet", "MachinePool", "MachineHealthCheck", "MachineDrainRule"]), ("1.11", ""), ("cluster.x-k8s.io/v1beta2", ""), NONE),
    row((CLUSTER_API, "bootstrap.cluster.x-k8s.io/v1beta1", &["KubeadmConfig", "KubeadmConfigTemplate"]), ("1.11", ""), ("bootstrap.cluster.x-k8s.io/v1beta2", ""), NONE),
    row((CLUSTER_API, "controlplane.cluster.x-k8s.io/v1beta1", &["KubeadmControlPlane", "KubeadmControlPlaneTemplate"]), ("1.11", ""), ("controlplane.cluster.x-k8s.io/v1beta2", ""), NONE),
    row((CLUSTER_API, "addons.cluster.x-k8s.io/v1beta1", &["ClusterResourceSet", "ClusterResourceSetBinding"]), ("1.11", ""), ("addons.cluster.x-k8s.io/v1beta2", ""), NONE),
    row(("external-secrets", "kubernetes-client.io/v1", &["ExternalSecret"]), ("", ""), ("external-secrets.io/v1", ""), NONE),
    row(("external-secrets", "external-secrets.io/v1alpha1", &["ExternalSecret", "SecretStore", "ClusterSecretStore"]), ("0.5", "0.16"), ("external-secrets.io/v1", ""), NONE),
    row(("external-secrets", "external-secrets.io/v1beta1", &["ExternalSecret", "SecretStore", "ClusterSecretStore", "ClusterExternalSecret"]), ("0.16", "0.17"), ("external-secrets.io/v1", ""), NONE),
    row((KARPENTER, "karpenter.sh/v1alpha5", &["Provisioner"]), ("0.32", "0.33"), ("karpenter.sh/v1", "NodePool"), NONE),
    row((KARPENTER, "karpenter.sh/v1alpha5", &["Machine"]), ("0.32", "0.33"), ("karpenter.sh/v1", "NodeClaim"), NONE),
    row((KARPENTER, "karpenter.k8s.aws/v1alpha1", &["AWSNodeTemplate"]), ("0.32", "0.33"), ("karpenter.k8s.aws/v1", "EC2NodeClass"), NONE),
    row((KARPENTER, "karpenter.sh/v1beta1", &[]), ("1.0", "1.1"), ("karpenter.sh/v1", ""), NONE),
    row((KARPENTER, "karpenter.k8s.aws/v1beta1", &[]), ("1.0", "1.1"), ("karpenter.k8s.aws/v1", ""), NONE),
    row(("KEDA", "keda.k8s.io/v1alpha1", &[]), ("2.0", "2.0"), ("keda.sh/v1alpha1", ""), moves::KEDA),
    row(("Knative", "serving.knative.dev/v1alpha1", &["Service", "Route", "Configuration", "Revision"]), ("0.18", ""), ("serving.knative.dev/v1", ""), NONE),
    row(("Knative", "serving.knative.dev/v1beta1", &["Service", "Route", "Configuration", "Revision"]), ("0.18", ""), ("serving.knative.dev/v1", ""), NONE),
    row((LINKERD, "policy.linkerd.io/v1alpha1", &["Server"]), ("", ""), ("policy.linkerd.io/v1beta3", ""), NONE),
    row((LINKERD, "policy.linkerd.io/v1alpha1", &["ServerAuthorization"]), ("", ""), ("policy.linkerd.io/v1beta1", ""), NONE),
    row((METALLB, "metallb.io/v1beta1", &["AddressPool"]), ("0.13", "0.14"), ("metallb.io/v1beta1", "IPAddressPool"), NONE),
    row((METALLB, "metallb.io/v1beta1", &["BGPPeer"]), ("0.14.9", ""), ("metallb.io/v1beta2", ""), NONE),
    row(("OpenTelemetry operator", "opentelemetry.io/v1alpha1", &["OpenTelemetryCollector"]), ("", ""), ("opentelemetry.io/v1beta1", ""), NONE),
    row(("snapshot controller", "snapshot.storage.k8s.io/v1alpha1", &[]), ("4.0", "4.0"), ("snapshot.storage.k8s.io/v1", ""), NONE),
    row(("snapshot controller", "snapshot.storage.k8s.io/v1beta1", &[]), ("4.0", ""), ("snapshot.storage.k8s.io/v1", ""), NONE),
    row((OPENSHIFT_LOGGING, "logging.openshift.io/v1", &["ClusterLogging"]), ("5.9", "6.0"), ("observability.openshift.io/v1", "ClusterLogForwarder"), NONE),
    row((OPENSHIFT_LOGGING, "logging.openshift.io/v1", &["ClusterLogForwarder"]), ("5.9", "6.0"), ("observability.openshift.io/v1", ""), NONE),
    row(("Strimzi", "kafka.strimzi.io/v1alpha1", &[]), ("0.22", "0.23"), ("kafka.strimzi.io/v1beta2", ""), NONE),
    row(("Strimzi", "kafka.strimzi.io/v1beta1", &[]), ("0.22", "0.23"), ("kafka.strimzi.io/v1beta2", ""), NONE),
    row(("Tekton", "tekton.dev/v1alpha1", &["Task", "ClusterTask", "Pipeline", "TaskRun", "PipelineRun"]), ("0.17", ""), ("tekton.dev/v1", ""), NONE),
    row(("Tekton", "tekton.dev/v1beta1", &["Task", "Pipeline", "TaskRun", "PipelineRun"]), ("0.50", ""), ("tekton.dev/v1", ""), NONE),
    row(("Tekton", "resolution.tekton.dev/v1alpha1", &["ResolutionRequest"]), ("", ""), ("resolution.tekton.dev/v1beta1", ""), NONE),
    row((VPA, "autoscaling.k8s.io/v1beta1", &["VerticalPodAutoscaler", "VerticalPodAutoscalerCheckpoint"]), ("", "0.5"), ("autoscaling.k8s.io/v1", ""), NONE),
    row((VPA, "autoscaling.k8s.io/v1beta2", &["VerticalPodAutoscaler", "VerticalPodAutoscalerCheckpoint"]), ("0.13", ""), ("autoscaling.k8s.io/v1", ""), NONE),
    row(("Traefik", "traefik.containo.us/v1alpha1", &[]), ("2.10", "3.0"), ("traefik.io/v1alpha1", ""), NONE),
];

pub(super) fn fate(api_version: &str, kind: &str) -> Option<Fate> {
    let fits = |row: &&Row| row.version == api_version && (row.kinds.is_empty() || row.kinds.contains(&kind));
    let row = ROWS.iter().find(fits)?;
    let replacement_kind = match (row.replacement, row.renamed) {
        ("", _) => String::new(),
        (_, "") => kind.to_owned(),
        (_, renamed) => renamed.to_owned(),
    };
    Some(Fate {
        owner: Owner::Project { name: row.project, deprecated: row.deprecated, removed: row.removed },
        replacement: row.replacement.into(),
        replacement_kind: replacement_kind.into(),
        moves: row.moves,
    })
}
