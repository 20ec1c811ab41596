//! A Service depends on a single pod.
//!
//! ## Why
//! With one pod, every drain of its node, every eviction and every crash is an outage. Two or
//! more, on different nodes, are none. Pods that mount a claim, and databases, are left
//! alone: two of them would not be one.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: api}
//! spec: {selector: {app: api}, ports: [{port: 80}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   replicas: 1
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec: {containers: [{name: api, image: "ghcr.io/acme/api:1"}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: api}
//! spec: {selector: {app: api}, ports: [{port: 80}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec:
//!   replicas: 2
//!   template:
//!     metadata: {labels: {app: api}}
//!     spec: {containers: [{name: api, image: "ghcr.io/acme/api:1"}]}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_model::views::{Container, PodTemplate, Service, Workload};

use crate::databases::holds_state;
use crate::image::Image;
use crate::scaling::replicas;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "single-replica",
        title: "A Service depends on a single pod",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["availability.replicas"],
        page: include_str!("single_replica.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let mut told = FxHashSet::default();
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        let Some(selector) = service.selector() else { continue };
        let selected = context.pods().selected(service.object(), &selector);
        let [only] = selected.found.as_slice() else { continue };
        if selected.same_unit && told.insert(only.object.id()) {
            report.add_some(judge(context, &service, only.object));
        }
    }
}

fn judge<'a>(context: &Context<'a>, service: &Service<'_>, object: &'a Object) -> Option<Notice> {
    let workload = Workload::of(object).filter(|it| it.object().is("apps", "Deployment"))?;
    let count = replicas(context.world(), &workload).filter(|it| it.high == 1)?;
    if count.by.is_some() || keeps_state(&workload.template()?) {
        return None;
    }
    let spec = workload.spec()?;
    let at = spec.at("replicas");
    let message =
        format!("{} has a single pod, and {} leads to it alone", object.title(), service.object().title());
    Some(
        Notice::new(&CHECK.info, at, message)
            .help("run two or more if the process can be there twice")
            .related(service.spec.at("selector"), Role::Reference, "the Service"),
    )
}

fn keeps_state(template: &PodTemplate<'_>) -> bool {
    let is_database = |container: &Container<'_>| {
        let image = container.image().and_then(|it| Image::parse(it).ok());
        image.and_then(|it| it.official_name()).is_some_and(holds_state)
    };
    let has_claim = template.volumes().any(|it| it.field.key("persistentVolumeClaim").is_some());
    has_claim || template.containers().any(|it| is_database(&it))
}
