//! Argo Rollouts, Argo CD and Flux.

use seatrial_yaml::Node;

use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SECRET, SERVICE, SERVICE_ACCOUNT, WORKLOADS, deep};
use crate::references::{GroupKind, Part, Reference, Relation, Scope, Strength};

const ARGO: &str = "argoproj.io";
const SOURCE: &str = "source.toolkit.fluxcd.io";
const FLUX_KUSTOMIZATION: &[GroupKind] = &[("kustomize.toolkit.fluxcd.io", "Kustomization")];
const HELM_RELEASE: &[GroupKind] = &[("helm.toolkit.fluxcd.io", "HelmRelease")];
const SOURCES: &[GroupKind] = &[
    (SOURCE, "GitRepository"),
    (SOURCE, "HelmRepository"),
    (SOURCE, "OCIRepository"),
    (SOURCE, "HelmChart"),
    (SOURCE, "Bucket"),
    (SOURCE, "ExternalArtifact"),
];
const VALUES: &[GroupKind] = &[("", "ConfigMap"), ("", "Secret")];
const NAMESPACE: &[GroupKind] = &[("", "Namespace")];
const INGRESS: &[GroupKind] = &[("networking.k8s.io", "Ingress")];
const VIRTUAL_SERVICE: &[GroupKind] = &[("networking.istio.io", "VirtualService")];
const DESTINATION_RULE: &[GroupKind] = &[("networking.istio.io", "DestinationRule")];
const ANALYSES: &[GroupKind] = &[(ARGO, "AnalysisTemplate"), (ARGO, "ClusterAnalysisTemplate")];
const PROVIDER: &[GroupKind] = &[("notification.toolkit.fluxcd.io", "Provider")];
const IMAGE_REPOSITORY: &[GroupKind] = &[("image.toolkit.fluxcd.io", "ImageRepository")];

const TRAFFIC: Rule = to(Relation::Backend, SERVICE).scalar().rule();
const ANALYSIS: Rule = Rule::Read(analysis);
const SOURCE_REF: Rule = to(Relation::Source, SOURCES).of_written_kind().in_field("namespace").rule();
const CREDENTIAL: Rule = to(Relation::Credentials, SECRET).if_named().rule();
const TARGET_NAMESPACE: Rule = Rule::Read(target_namespace);
const ACCOUNT: Rule = to(Relation::Account, SERVICE_ACCOUNT).scalar().rule();

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[(ARGO, "Rollout")],
        fields: &[
            ("spec.workloadRef", to(Relation::Target, WORKLOADS).of_written_kind().rule()),
            ("spec.strategy.canary.canaryService", TRAFFIC),
            ("spec.strategy.canary.stableService", TRAFFIC),
            ("spec.strategy.canary.pingPong.pingService", TRAFFIC),
            ("spec.strategy.canary.pingPong.pongService", TRAFFIC),
            ("spec.strategy.blueGreen.activeService", TRAFFIC),
            ("spec.strategy.blueGreen.previewService", TRAFFIC),
            ("spec.strategy.canary.trafficRouting.nginx.stableIngress", INGRESS_NAME),
            ("spec.strategy.canary.trafficRouting.nginx.stableIngresses[*]", INGRESS_NAME),
            ("spec.strategy.canary.trafficRouting.alb.ingress", INGRESS_NAME),
            ("spec.strategy.canary.trafficRouting.alb.rootService", TRAFFIC),
            ("spec.strategy.canary.trafficRouting.istio.virtualService", VIRTUAL_SERVICE_NAME),
            ("spec.strategy.canary.trafficRouting.istio.virtualServices[*]", VIRTUAL_SERVICE_NAME),
            (
                "spec.strategy.canary.trafficRouting.istio.destinationRule",
                to(Relation::Parent, DESTINATION_RULE).if_named().rule(),
            ),
            ("spec.strategy.canary.analysis.templates[*]", ANALYSIS),
            ("spec.strategy.canary.steps[*].analysis.templates[*]", ANALYSIS),
            ("spec.strategy.blueGreen.prePromotionAnalysis.templates[*]", ANALYSIS),
            ("spec.strategy.blueGreen.postPromotionAnalysis.templates[*]", ANALYSIS),
        ],
    },
    Table {
        kinds: &[(ARGO, "AnalysisTemplate")],
        fields: &[(
            "spec.args[*].valueFrom.secretKeyRef",
            to(Relation::Credentials, SECRET).key("key").rule(),
        )],
    },
    Table {
        kinds: &[(ARGO, "Application")],
        fields: &[
            ("spec.project", to(Relation::Project, &[(ARGO, "AppProject")]).scalar().rule()),
            ("spec.destination", Rule::Read(destination)),
        ],
    },
    Table {
        kinds: &[(ARGO, "ApplicationSet")],
        fields: &[
            ("spec.template.spec.project", to(Relation::Project, &[(ARGO, "AppProject")]).scalar().rule()),
            ("spec.template.spec.destination", Rule::Read(destination)),
        ],
    },
    Table {
        kinds: FLUX_KUSTOMIZATION,
        fields: &[
            ("spec.sourceRef", SOURCE_REF),
            ("spec.dependsOn[*]", to(Relation::Source, FLUX_KUSTOMIZATION).in_field("namespace").rule()),
            ("spec.decryption.secretRef", CREDENTIAL),
            ("spec.kubeConfig.secretRef", CREDENTIAL),
            ("spec.postBuild.substituteFrom[*]", to(Relation::EnvFrom, VALUES).of_written_kind().rule()),
            ("spec.serviceAccountName", ACCOUNT),
            ("spec.targetNamespace", TARGET_NAMESPACE),
        ],
    },
    Table {
        kinds: HELM_RELEASE,
        fields: &[
            ("spec.chart.spec.sourceRef", SOURCE_REF),
            ("spec.chartRef", SOURCE_REF),
            ("spec.dependsOn[*]", to(Relation::Source, HELM_RELEASE).in_field("namespace").rule()),
            ("spec.valuesFrom[*]", Rule::Read(values_from)),
            ("spec.kubeConfig.secretRef", CREDENTIAL),
            ("spec.serviceAccountName", ACCOUNT),
            ("spec.targetNamespace", TARGET_NAMESPACE),
            ("spec.storageNamespace", TARGET_NAMESPACE),
        ],
    },
    Table {
        kinds: SOURCES,
        fields: &[
            ("spec.secretRef", CREDENTIAL),
            ("spec.certSecretRef", CREDENTIAL),
            ("spec.proxySecretRef", CREDENTIAL),
            ("spec.verify.secretRef", CREDENTIAL),
            ("spec.sourceRef", SOURCE_REF),
            ("spec.serviceAccountName", ACCOUNT),
        ],
    },
    Table {
        kinds: IMAGE_REPOSITORY,
        fields: &[("spec.secretRef", CREDENTIAL), ("spec.certSecretRef", CREDENTIAL)],
    },
    Table {
        kinds: &[("image.toolkit.fluxcd.io", "ImagePolicy")],
        fields: &[(
            "spec.imageRepositoryRef",
            to(Relation::Source, IMAGE_REPOSITORY).in_field("namespace").rule(),
        )],
    },
    Table {
        kinds: &[("image.toolkit.fluxcd.io", "ImageUpdateAutomation")],
        fields: &[("spec.sourceRef", SOURCE_REF)],
    },
    Table {
        kinds: &[("notification.toolkit.fluxcd.io", "Alert")],
        fields: &[("spec.providerRef", to(Relation::Store, PROVIDER).rule())],
    },
    Table {
        kinds: &[
            ("notification.toolkit.fluxcd.io", "Provider"),
            ("notification.toolkit.fluxcd.io", "Receiver"),
        ],
        fields: &[("spec", Rule::Read(deep::credentials))],
    },
];

const INGRESS_NAME: Rule = to(Relation::Parent, INGRESS).scalar().rule();
const VIRTUAL_SERVICE_NAME: Rule = to(Relation::Parent, VIRTUAL_SERVICE).if_named().rule();

fn analysis(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(name) = site.text("templateName") else { return };
    let in_cluster = site.get("clusterScope").and_then(Node::as_bool).unwrap_or(false);
    let (kinds, scope) =
        if in_cluster { (&ANALYSES[1..], Scope::Cluster) } else { (&ANALYSES[..1], Scope::Same) };
    let base = site.reference(Relation::Template, kinds, name, site.path_of("templateName"));
    found.push(Reference { scope, ..base });
}

/// The namespace that an application is put into, where its cluster is the
/// one that Argo CD runs in.
fn destination(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let here = match (site.text("server"), site.text("name")) {
        (Some(server), _) => server.trim_end_matches('/') == "https://kubernetes.default.svc",
        (None, Some(name)) => name == "in-cluster",
        (None, None) => false,
    };
    let Some(name) = site.text("namespace").filter(|it| here && !it.is_empty()) else { return };
    found.push(placement(site, name, "namespace"));
}

fn target_namespace(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(name) = site.text("").filter(|it| !it.is_empty()) else { return };
    found.push(placement(site, name, ""));
}

fn placement(site: &Site<'_, '_>, name: &str, key: &'static str) -> Reference {
    let base = site.reference(Relation::Namespace, NAMESPACE, name, site.path_of(key));
    Reference { scope: Scope::Cluster, strength: Strength::Placement, ..base }
}

/// The key is `values.yaml` unless another is written.
fn values_from(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let kinds = if site.text("kind") == Some("Secret") { &VALUES[1..] } else { &VALUES[..1] };
    let name = site.text("name").unwrap_or_default();
    let key = site.text("valuesKey").unwrap_or("values.yaml");
    let excused = site.get("optional").and_then(Node::as_bool).unwrap_or(false);
    found.push(Reference {
        strength: if excused { Strength::Optional } else { Strength::Required },
        part: Some((Part::Key(key.into()), site.path_of("valuesKey"))),
        ..site.reference(Relation::EnvFrom, kinds, name, site.path_of("name"))
    });
}
