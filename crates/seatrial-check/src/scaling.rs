//! How many pods a workload has: its replicas, and the autoscalers that set them.

use seatrial_model::references::Relation;
use seatrial_model::views::Workload;
use seatrial_model::{Agreement, Field, Object, Place, Resolution};

use crate::World;

/// A `HorizontalPodAutoscaler` or a KEDA `ScaledObject`.
#[derive(Clone, Debug)]
pub(crate) struct Autoscaler<'a> {
    /// Its `spec`.
    pub(crate) spec: Field<'a>,
    /// Whether it is a `ScaledObject`.
    pub(crate) is_keda: bool,
}

/// A resource whose use, in percent of what is requested, decides the number of pods.
#[derive(Clone, Debug)]
pub(crate) struct Utilization<'a> {
    /// `cpu` or `memory`.
    pub(crate) resource: &'a str,
    /// The only container that counts; all of them where none is named.
    pub(crate) container: Option<&'a str>,
    /// Where that stands; the spec where it is the default.
    pub(crate) field: Field<'a>,
}

/// How many pods a workload has.
#[derive(Clone, Debug)]
pub(crate) struct Replicas<'a> {
    /// The fewest.
    pub(crate) low: i64,
    /// The most.
    pub(crate) high: i64,
    /// The autoscaler that sets the number, if there is one.
    pub(crate) by: Option<Autoscaler<'a>>,
}

impl<'a> Autoscaler<'a> {
    /// A view of an object of these kinds that has a spec.
    pub(crate) fn of(object: &'a Object) -> Option<Self> {
        let is_keda = object.is("keda.sh", "ScaledObject");
        if !is_keda && !object.is("autoscaling", "HorizontalPodAutoscaler") {
            return None;
        }
        let spec = Field::root(object).key("spec").filter(|it| it.node().is_mapping())?;
        Some(Self { spec, is_keda })
    }

    /// The object.
    pub(crate) fn object(&self) -> &'a Object {
        self.spec.object()
    }

    /// The field of the lower bound.
    pub(crate) fn low_name(&self) -> &'static str {
        if self.is_keda { "minReplicaCount" } else { "minReplicas" }
    }

    /// The field of the upper bound.
    pub(crate) fn high_name(&self) -> &'static str {
        if self.is_keda { "maxReplicaCount" } else { "maxReplicas" }
    }

    /// The fewest pods, as written or by default.
    pub(crate) fn low(&self) -> i64 {
        self.spec.number(self.low_name()).unwrap_or(i64::from(!self.is_keda))
    }

    /// The most pods; none where it is not written but must be.
    pub(crate) fn high(&self) -> Option<i64> {
        let default = if self.is_keda { Some(100) } else { None };
        self.spec.number(self.high_name()).or(default)
    }

    /// The name of what it scales.
    pub(crate) fn target_name(&self) -> Option<Field<'a>> {
        self.spec.keys(&["scaleTargetRef", "name"])
    }

    /// What it scales, and whether it is surely that: of the same unit and namespace.
    pub(crate) fn target(&self, world: &World<'a>) -> Option<(&'a Object, bool)> {
        let from = place(self.object());
        let mut links = world.graph.of(from).iter();
        let link = links.find(|it| {
            it.relation == Relation::Target && it.path.starts_with(&self.spec.path_of("scaleTargetRef"))
        })?;
        let Resolution::Found { places, agreement } = &link.resolution else { return None };
        let [only] = places.as_slice() else { return None };
        let is_sure = only.unit == from.unit && *agreement == Agreement::Exact;
        Some((world.repository.object(*only), is_sure))
    }

    /// The resources whose use in percent decides.
    pub(crate) fn utilizations(&self) -> Vec<Utilization<'a>> {
        if self.is_keda {
            return self.spec.list("triggers").filter_map(|it| trigger(&it)).collect();
        }
        if let Some(field) = self.spec.key("targetCPUUtilizationPercentage") {
            return vec![Utilization { resource: "cpu", container: None, field }];
        }
        if self.has_no_metrics() {
            return vec![Utilization { resource: "cpu", container: None, field: self.spec.clone() }];
        }
        self.spec.list("metrics").filter_map(|it| metric(&it)).collect()
    }

    /// The API server then fills in 80 % of the requested CPU.
    fn has_no_metrics(&self) -> bool {
        self.spec.key("metrics").is_none_or(|it| it.node().is_null() || it.node().is_empty())
    }
}

fn trigger<'a>(trigger: &Field<'a>) -> Option<Utilization<'a>> {
    let resource = trigger.text("type").filter(|it| matches!(*it, "cpu" | "memory"))?;
    let metadata = trigger.key("metadata")?;
    let kind = trigger.text("metricType").or_else(|| metadata.text("type"))?;
    let field = trigger.key("type")?;
    let container = metadata.text("containerName").filter(|it| !it.is_empty());
    (kind == "Utilization").then_some(Utilization { resource, container, field })
}

fn metric<'a>(metric: &Field<'a>) -> Option<Utilization<'a>> {
    let source = match metric.text("type")? {
        "Resource" => metric.key("resource")?,
        "ContainerResource" => metric.key("containerResource")?,
        _ => return None,
    };
    let is_share = source.key("targetAverageUtilization").is_some()
        || source.key("target").is_some_and(|it| {
            it.text("type") == Some("Utilization") || it.number("averageUtilization").is_some()
        });
    let resource = source.text("name").filter(|_| is_share)?;
    let container =
        if metric.text("type") == Some("Resource") { None } else { Some(source.text("container")?) };
    Some(Utilization { resource, container, field: source.key("name")? })
}

/// The autoscalers that scale a workload, in order.
pub(crate) fn autoscalers<'a>(world: &World<'a>, workload: &Object) -> Vec<Autoscaler<'a>> {
    let mut found: Vec<Autoscaler<'a>> = Vec::new();
    for link in world.graph.to(place(workload)).filter(|it| it.relation == Relation::Target) {
        let Some(autoscaler) = Autoscaler::of(world.repository.object(link.from)) else { continue };
        let is_known = found.iter().any(|it| place(it.object()) == link.from);
        let is_its_target = autoscaler.target(world).is_some_and(|it| place(it.0) == place(workload));
        if !is_known && is_its_target {
            found.push(autoscaler);
        }
    }
    found
}

/// How many pods a workload of a kind with replicas has; none for other kinds.
pub(crate) fn replicas<'a>(world: &World<'a>, workload: &Workload<'a>) -> Option<Replicas<'a>> {
    if !workload.is_scalable() {
        return None;
    }
    if let Some(by) = autoscalers(world, workload.object()).into_iter().next() {
        let low = by.low();
        return Some(Replicas { low, high: by.high().unwrap_or(low).max(low), by: Some(by) });
    }
    let written = workload.spec()?.key("replicas").filter(|it| !it.node().is_null());
    let count = written.map_or(Some(1), |it| it.as_i64())?;
    Some(Replicas { low: count, high: count, by: None })
}

/// Where an object stands.
pub(crate) fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}
