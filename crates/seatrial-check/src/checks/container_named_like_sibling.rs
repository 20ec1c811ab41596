//! A container bears the name of a neighbouring workload.
//!
//! ## Why
//! A workload that was copied from its neighbour keeps the name of the neighbour's container
//! when only the image is exchanged. Logs, metrics and `kubectl set image` then name the
//! wrong program, and probes, ports and variables may have been left as well. Told only where
//! the neighbour has a container of that name that runs another image, and where nothing in
//! the image's own name accounts for it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "shop/api:1"}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: api, image: "shop/web:1"}]}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "shop/api:1"}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "shop/web:1"}]}}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate};

use crate::image::Image;
use crate::neighbours::are_forms;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "container-named-like-sibling",
        title: "A container bears the name of a neighbouring workload",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["copy-paste"],
        page: include_str!("container_named_like_sibling.rs"),
    },
    run,
};

/// A workload's name and namespace.
type Key<'a> = (&'a str, Option<&'a str>);

fn run(context: &Context<'_>, report: &mut Report) {
    let mut namesakes: FxHashMap<Key<'_>, Container<'_>> = FxHashMap::default();
    for template in context.pod_templates() {
        let object = template.object();
        if let Some(container) = template.long_running().find(|it| it.name() == Some(object.name())) {
            namesakes.entry((object.name(), object.namespace())).or_insert(container);
        }
    }
    for template in context.pod_templates() {
        report.add_some(judge(&template, &namesakes));
    }
}

fn judge<'a>(template: &PodTemplate<'a>, namesakes: &FxHashMap<Key<'a>, Container<'a>>) -> Option<Notice> {
    let mut containers = template.long_running();
    // One of several may well be a copy of the neighbour, as a sidecar.
    let (container, None) = (containers.next()?, containers.next()) else { return None };
    let object = template.object();
    let name = container.name()?;
    let other = namesakes.get(&(name, object.namespace()))?;
    let (image, others) = (Image::parse(container.image()?).ok()?, Image::parse(other.image()?).ok()?);
    if are_forms(object.name(), name) || image.path == others.path || image.path.contains(name) {
        return None;
    }
    let sibling = other.field.object();
    let message = format!("{} bears the name of {}", container_title(&container), sibling.title());
    let notice = Notice::new(&CHECK.info, container.field.at("name"), message)
        .because(format!("it runs `{}`, and {} runs `{}`", image.path, sibling.title(), others.path))
        .help("name the container after what it runs, and look whether more was copied")
        .related(other.field.at("name"), Role::Reference, "the container of that name");
    Some(notice)
}
