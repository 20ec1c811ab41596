//! An autoscaler goes by the use of a resource that a container does not request.
//!
//! ## Why
//! A metric of type `Utilization` is the use in percent of what is requested. If
//! one container of the pod has no request, there is nothing to take the percentage
//! of: `FailedGetResourceMetric: missing request for cpu in container ...`. The
//! autoscaler then does not scale by this metric, and never scales down. A metric
//! of type `ContainerResource` looks at its one container only.
//!
//! A limit counts as a request, and a `LimitRange` or `VerticalPodAutoscaler`
//! may fill the request in.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - {name: app, resources: {requests: {cpu: 200m}}}
//!         - {name: log-shipper, image: shipper:1}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   maxReplicas: 9
//!   metrics:
//!     - type: Resource
//!       resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - {name: app, resources: {requests: {cpu: 200m}}}
//!         - {name: log-shipper, image: shipper:1, resources: {requests: {cpu: 20m}}}
//! ---
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata: {name: web}
//! spec:
//!   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
//!   maxReplicas: 9
//!   metrics:
//!     - type: Resource
//!       resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate};
use seatrial_model::{Field, Object};
use seatrial_yaml::{FieldPath, Node};
use smol_str::SmolStr;

use crate::scaling::{Autoscaler, Utilization, place};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "autoscaler-without-request",
        title: "An autoscaler goes by the use of a resource that a container does not request",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["hpa.missing-request"],
        page: include_str!("autoscaler_without_request.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    let around = Around::new(world);
    for autoscaler in context.objects().filter_map(Autoscaler::of) {
        let Some((workload, _)) = autoscaler.target(world) else { continue };
        let Some(template) = PodTemplate::of(workload) else { continue };
        let mut known: FxHashSet<(FieldPath, &str)> = FxHashSet::default();
        for metric in autoscaler.utilizations() {
            if of_pod(&template, metric.resource) || around.fills_in(world, workload, metric.resource) {
                continue;
            }
            for container in lacking(&template, &metric) {
                if known.insert((container.field.path(), metric.resource)) {
                    report.add(notice(&autoscaler, &metric, &container));
                }
            }
        }
    }
}

/// The containers that count for a metric and have no such request.
fn lacking<'a>(template: &PodTemplate<'a>, metric: &Utilization<'a>) -> Vec<Container<'a>> {
    let wanted = metric.container;
    let counted = template.long_running().filter(|it| wanted.is_none() || it.name() == wanted);
    counted.filter(|it| it.request(metric.resource).or(it.limit(metric.resource)).is_none()).collect()
}

/// Whether the pod as a whole says how much is requested.
fn of_pod(template: &PodTemplate<'_>, resource: &str) -> bool {
    ["requests", "limits"].iter().any(|it| template.spec.keys(&["resources", it, resource]).is_some())
}

/// What in the tree has a say in the requests of pods.
#[derive(Default)]
struct Around<'a> {
    /// Namespaces of `LimitRange` objects with the resources that they fill in.
    defaults: FxHashSet<(Option<&'a str>, SmolStr)>,
    /// Those resources, wherever.
    defaulted: FxHashSet<SmolStr>,
}

impl<'a> Around<'a> {
    fn new(world: &World<'a>) -> Self {
        let mut around = Self::default();
        for object in world.repository.objects() {
            if object.is("", "LimitRange") {
                around.add_range(object);
            }
        }
        around
    }

    fn add_range(&mut self, range: &'a Object) {
        // A maximum alone becomes the default, and a minimum alone refuses such pods.
        let fields = ["default", "defaultRequest", "min", "max"];
        let limits = Field::root(range).key("spec").into_iter().flat_map(|it| it.list("limits"));
        for limit in limits.filter(|it| it.text("type") == Some("Container")) {
            for (resource, _) in fields.iter().filter_map(|it| limit.key(it)).flat_map(|it| it.entries()) {
                self.defaulted.insert(resource.clone());
                self.defaults.insert((range.namespace(), resource));
            }
        }
    }

    /// Whether a `LimitRange` or a vertical autoscaler may fill a request in.
    fn fills_in(&self, world: &World<'_>, workload: &Object, resource: &str) -> bool {
        let resource = SmolStr::new(resource);
        let has_default = match workload.namespace() {
            None => self.defaulted.contains(&resource),
            namespace => {
                let has = |namespace| self.defaults.contains(&(namespace, resource.clone()));
                has(namespace) || has(None)
            }
        };
        has_default || is_scaled_vertically(world, workload)
    }
}

fn is_scaled_vertically(world: &World<'_>, workload: &Object) -> bool {
    world.graph.to(place(workload)).any(|link| {
        let other = world.repository.object(link.from);
        let mode = other.field(&["spec", "updatePolicy", "updateMode"]);
        other.kind() == "VerticalPodAutoscaler" && mode.and_then(Node::as_str) != Some("Off")
    })
}

fn notice(autoscaler: &Autoscaler<'_>, metric: &Utilization<'_>, container: &Container<'_>) -> Notice {
    let (title, resource) = (autoscaler.object().title(), metric.resource);
    let (name, workload) = (container.name().unwrap_or("without a name"), container.field.object().title());
    let message =
        format!("container {name} of {workload} requests no {resource}, by whose use {title} scales");
    let path = container.field.path().key("resources").key("requests").key(resource);
    let at = container.field.object().location(path);
    let notice = Notice::new(&CHECK.info, at, message)
        .because("a LimitRange of the namespace or an admission webhook may fill the request in");
    notice.help(format!("set `resources.requests.{resource}`{}", alternative(metric))).related(
        metric.field.location(),
        Role::Reference,
        "measured here",
    )
}

fn alternative(metric: &Utilization<'_>) -> &'static str {
    match metric.container {
        Some(_) => "",
        None => ", or scale by one container with a metric of type `ContainerResource`",
    }
}
