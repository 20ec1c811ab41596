//! Objects that keep pods running.

use crate::views::PodTemplate;
use crate::{Field, LabelSelector, Object};

/// An object with a pod template, or a Pod.
#[derive(Clone, Debug)]
pub struct Workload<'a> {
    /// The whole object.
    pub root: Field<'a>,
}

impl<'a> Workload<'a> {
    /// A view of an object of a kind that makes pods.
    pub fn of(object: &'a Object) -> Option<Self> {
        object.template_path()?;
        Some(Self { root: Field::root(object) })
    }

    /// The object.
    pub fn object(&self) -> &'a Object {
        self.root.object()
    }

    /// Its `spec`.
    pub fn spec(&self) -> Option<Field<'a>> {
        self.root.key("spec")
    }

    /// Its template; none where none is written.
    pub fn template(&self) -> Option<PodTemplate<'a>> {
        PodTemplate::of(self.object())
    }

    /// The number of pods that is written.
    pub fn replicas(&self) -> Option<i64> {
        self.spec()?.number("replicas")
    }

    /// Whether the number of pods is a field of the kind.
    pub fn is_scalable(&self) -> bool {
        matches!(
            self.object().kind(),
            "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "Rollout" | "CloneSet"
        )
    }

    /// Whether its pods run to an end.
    pub fn runs_to_completion(&self) -> bool {
        matches!(self.object().kind(), "Job" | "CronJob" | "ScaledJob" | "BroadcastJob" | "AdvancedCronJob")
    }

    /// The selector that is written; none where it is absent or cannot be read.
    pub fn selector(&self) -> Option<LabelSelector> {
        let selector = self.spec()?.node().get("selector")?;
        match self.object().kind() {
            "ReplicationController" => LabelSelector::of_map(selector),
            _ => LabelSelector::of(selector),
        }
    }

    /// How pods are replaced: `strategy` or `updateStrategy`.
    pub fn strategy(&self) -> Option<Field<'a>> {
        let spec = self.spec()?;
        spec.key("strategy").or_else(|| spec.key("updateStrategy"))
    }
}
