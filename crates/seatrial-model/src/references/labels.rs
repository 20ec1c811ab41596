//! Finds pods and Services by their labels.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use seatrial_diagnostics::UnitId;

use crate::references::index::Reach;

use crate::views::pod_template_node;
use crate::{LabelSelector, Labels, Object, Operator, Place, Repository, Requirement};

/// Most objects one selector is compared with.
const COMPARISONS_MAX: usize = 2_000;

/// What carries the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labelled {
    /// The pods that an object makes.
    Pods,
    /// Services.
    Services,
}

impl Labelled {
    /// The labels that an object carries so; none when it is no such object.
    pub(super) fn labels(self, object: &Object) -> Option<Labels<'_>> {
        match self {
            Self::Pods if is_of_prometheus(object) => {
                Some(Labels::of(object.field(&["spec", "podMetadata", "labels"])))
            }
            Self::Pods => {
                let template = pod_template_node(object)?;
                template.get("spec").filter(|it| it.is_mapping())?;
                Some(Labels::of(template.get("metadata").and_then(|it| it.get("labels"))))
            }
            Self::Services => {
                object.is("", "Service").then(|| Labels::of(object.field(&["metadata", "labels"])))
            }
        }
    }

    fn matches(self, selector: &LabelSelector, object: &Object) -> bool {
        let Some(labels) = self.labels(object) else { return false };
        let implied = |it: &Requirement| self == Self::Pods && is_implied(it, object);
        selector.requirements.iter().all(|it| it.matches(labels) || implied(it))
    }
}

/// Labels that controllers add to the pods they make.
fn is_implied(requirement: &Requirement, object: &Object) -> bool {
    let of_this = |value: &str| {
        value.strip_prefix(object.name()).is_some_and(|it| it.is_empty() || it.starts_with('-'))
    };
    let named = || requirement.operator != Operator::In || requirement.values.iter().any(|it| of_this(it));
    match (requirement.key.as_str(), object.kind()) {
        ("statefulset.kubernetes.io/pod-name", "StatefulSet")
        | ("job-name" | "batch.kubernetes.io/job-name", "Job" | "CronJob")
        | ("serving.knative.dev/service", "Service")
        | ("serving.knative.dev/configuration", "Service" | "Configuration") => named(),
        (key, _) if is_of_prometheus(object) => {
            made_by_prometheus(object).iter().any(|it| it.0 == key && requirement.accepts(Some(it.1)))
        }
        ("apps.kubernetes.io/pod-index", "StatefulSet")
        | ("pod-template-hash" | "rollouts-pod-template-hash", _)
        | ("controller-revision-hash", "StatefulSet" | "DaemonSet")
        | ("controller-uid" | "batch.kubernetes.io/controller-uid", "Job" | "CronJob") => true,
        _ => false,
    }
}

/// Kinds whose pods the operator of Prometheus makes.
fn is_of_prometheus(object: &Object) -> bool {
    object.group() == "monitoring.coreos.com"
        && matches!(object.kind(), "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler")
}

/// The labels that it adds.
fn made_by_prometheus(object: &Object) -> [(&'static str, &str); 5] {
    let word = match object.kind() {
        "Alertmanager" => "alertmanager",
        "ThanosRuler" => "thanos-ruler",
        "PrometheusAgent" => "prometheus-agent",
        _ => "prometheus",
    };
    [
        ("app.kubernetes.io/name", word),
        ("app.kubernetes.io/instance", object.name()),
        ("app.kubernetes.io/managed-by", "prometheus-operator"),
        ("operator.prometheus.io/name", object.name()),
        (word, object.name()),
    ]
}

/// Labels whose value controllers choose, so that no template holds it.
const IMPLIED: [&str; 11] = [
    "statefulset.kubernetes.io/pod-name",
    "job-name",
    "batch.kubernetes.io/job-name",
    "serving.knative.dev/service",
    "serving.knative.dev/configuration",
    "apps.kubernetes.io/pod-index",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
];

/// Objects by label.
#[derive(Debug, Default)]
pub(super) struct LabelIndex {
    all: Vec<Place>,
    by_label: FxHashMap<u64, Vec<u32>>,
}

/// Too many objects would have to be compared.
pub(super) struct TooMany;

impl LabelIndex {
    pub(super) fn add(&mut self, object: &Object, labels: Labels<'_>) {
        let place = Place { unit: object.unit(), object: object.id() };
        let id = u32::try_from(self.all.len()).expect("fewer than 2^32 objects");
        self.all.push(place);
        for (key, value) in labels.iter() {
            self.by_label.entry(hash(&key, value)).or_default().push(id);
        }
        if is_of_prometheus(object) {
            for (key, value) in made_by_prometheus(object) {
                self.by_label.entry(hash(key, value)).or_default().push(id);
            }
        }
    }

    /// The objects that a selector picks, in order.
    pub(super) fn select(
        &self,
        repository: &Repository,
        reach: Reach,
        labelled: Labelled,
        selector: &LabelSelector,
    ) -> Result<Vec<Place>, TooMany> {
        let picked = |place: &Place| labelled.matches(selector, repository.object(*place));
        let Some(mut narrowed) = self.narrow(reach, selector) else {
            let places = within(&self.all, reach, |it| it.unit);
            return compare(places.iter().copied(), places.len(), picked);
        };
        narrowed.sort_unstable();
        narrowed.dedup();
        compare(narrowed.iter().map(|&id| self.all[id as usize]), narrowed.len(), picked)
    }

    /// The objects with the label that the fewest have.
    fn narrow(&self, reach: Reach, selector: &LabelSelector) -> Option<Vec<u32>> {
        let narrowing =
            |it: &&Requirement| it.operator == Operator::In && !IMPLIED.contains(&it.key.as_str());
        let holders = |it: &Requirement, value: &str| {
            let ids = self.by_label.get(&hash(&it.key, value)).map_or(&[][..], Vec::as_slice);
            within(ids, reach, |&id| self.all[id as usize].unit)
        };
        let count = |it: &&Requirement| it.values.iter().map(|value| holders(it, value).len()).sum::<usize>();
        let rarest = selector.requirements.iter().filter(narrowing).min_by_key(count)?;
        Some(rarest.values.iter().flat_map(|value| holders(rarest, value)).copied().collect())
    }
}

/// The part of a list in the order of units that lies within reach.
fn within<T>(list: &[T], reach: Reach, unit_of: impl Fn(&T) -> UnitId) -> &[T] {
    let Reach::Unit(unit) = reach else { return list };
    let rest = &list[list.partition_point(|it| unit_of(it) < unit)..];
    &rest[..rest.partition_point(|it| unit_of(it) == unit)]
}

fn compare(
    places: impl Iterator<Item = Place>,
    count: usize,
    picked: impl Fn(&Place) -> bool,
) -> Result<Vec<Place>, TooMany> {
    if count > COMPARISONS_MAX {
        return Err(TooMany);
    }
    Ok(places.filter(picked).collect())
}

fn hash(key: &str, value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (key, value).hash(&mut hasher);
    hasher.finish()
}
