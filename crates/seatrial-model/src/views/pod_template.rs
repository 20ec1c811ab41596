//! Where each kind keeps the pods it makes.

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::views::{Container, ContainerKind, Volume};
use crate::{Field, Labels, Object};

const TEMPLATE: &[&str] = &["spec", "template"];

/// The kinds that make pods, and where their template stands.
pub(crate) const POD_TEMPLATES: &[(&str, &str, &[&str])] = &[
    ("apps", "Deployment", TEMPLATE),
    ("", "Pod", &[]),
    ("apps", "StatefulSet", TEMPLATE),
    ("apps", "DaemonSet", TEMPLATE),
    ("batch", "Job", TEMPLATE),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("apps", "ReplicaSet", TEMPLATE),
    ("", "ReplicationController", TEMPLATE),
    ("", "PodTemplate", &["template"]),
    ("extensions", "Deployment", TEMPLATE),
    ("extensions", "DaemonSet", TEMPLATE),
    ("extensions", "ReplicaSet", TEMPLATE),
    ("argoproj.io", "Rollout", TEMPLATE),
    ("serving.knative.dev", "Service", TEMPLATE),
    ("serving.knative.dev", "Configuration", TEMPLATE),
    ("serving.knative.dev", "Revision", &[]),
    ("keda.sh", "ScaledJob", &["spec", "jobTargetRef", "template"]),
    ("apps.kruise.io", "CloneSet", TEMPLATE),
    ("apps.kruise.io", "DaemonSet", TEMPLATE),
    ("apps.kruise.io", "StatefulSet", TEMPLATE),
    ("apps.kruise.io", "BroadcastJob", TEMPLATE),
    ("apps.kruise.io", "AdvancedCronJob", &["spec", "template", "jobTemplate", "spec", "template"]),
];

/// Where the template of pods stands in an object of this kind; empty for a
/// Pod itself, none for kinds without one.
pub fn pod_template_path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    POD_TEMPLATES.iter().find(|it| it.1 == kind && it.0 == group).map(|it| it.2)
}

/// The template of pods of an object, without its path.
pub(crate) fn pod_template_node(object: &Object) -> Option<Node<'_>> {
    object.field(object.template_path()?)
}

/// A template of pods, or a Pod.
#[derive(Clone, Debug)]
pub struct PodTemplate<'a> {
    /// The mapping with `metadata` and `spec`.
    pub field: Field<'a>,
    /// The pod spec.
    pub spec: Field<'a>,
}

impl<'a> PodTemplate<'a> {
    /// The template that an object makes pods from; none where the kind has
    /// none or none is written (as in a Rollout with `workloadRef`).
    pub fn of(object: &'a Object) -> Option<Self> {
        if let Some(nodes) = object.pods() {
            let [field, spec] = nodes.map(|it| Field::written(object, it));
            return Some(Self { field, spec });
        }
        let path = object.template_path()?;
        let field = Field::root(object).keys(path)?;
        let spec = field.key("spec").filter(|it| it.node().is_mapping())?;
        Some(Self { field, spec })
    }

    /// The object it stands in.
    pub fn object(&self) -> &'a Object {
        self.field.object()
    }

    /// The labels of the pods.
    pub fn labels(&self) -> Labels<'a> {
        Labels::of(self.field.node().get("metadata").and_then(|it| it.get("labels")))
    }

    /// An annotation of the pods.
    pub fn annotation(&self, name: &str) -> Option<&'a str> {
        self.field.node().get("metadata")?.get("annotations")?.get(name)?.as_str()
    }

    /// All containers: init containers, sidecars among them, in the order they
    /// start in, then the regular ones, then ephemeral ones.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        let spec = self.spec.clone();
        lists.into_iter().flat_map(move |list| spec.list(list).map(move |it| Container::new(it, list)))
    }

    /// The containers that run for as long as the pod does: regular ones and
    /// sidecars.
    pub fn long_running(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        self.containers().filter(|it| matches!(it.kind, ContainerKind::Regular | ContainerKind::Sidecar))
    }

    /// The volumes.
    pub fn volumes(&self) -> impl Iterator<Item = Volume<'a>> + use<'a> {
        self.spec.list("volumes").map(|field| Volume { field })
    }

    /// The volume of this name.
    pub fn volume(&self, name: &str) -> Option<Volume<'a>> {
        self.volumes().find(|it| it.name() == Some(name))
    }

    /// The names of the claim templates that a `StatefulSet` adds as volumes.
    pub fn claim_templates(&self) -> impl Iterator<Item = SmolStr> + use<'a> {
        let claims = Field::root(self.object()).keys(&["spec", "volumeClaimTemplates"]);
        let claims = claims.into_iter().flat_map(|it| it.items());
        claims.filter_map(|it| Some(SmolStr::new(it.key("metadata")?.text("name")?)))
    }
}
