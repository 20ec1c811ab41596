//! A Service leads to another workload than the one that bears its name.
//!
//! ## Why
//! A Service that was copied from a neighbour and whose selector was left as it was sends
//! its traffic to the neighbour. Both have pods, so nothing is reported anywhere; the
//! workload it was made for gets no request.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: api}
//! spec: {selector: {app: web}, ports: [{port: 80}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: api}
//! spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: api:1}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web:1}]}}}
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
//! spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: api:1}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web:1}]}}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Service};
use seatrial_model::{Agreement, Object};
use seatrial_yaml::FieldPath;

use crate::neighbours::are_forms;
use crate::selection::selector_field;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "service-selects-sibling",
        title: "A Service leads to another workload than the one that bears its name",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.service-selector"],
        page: include_str!("service_selects_sibling.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates: Vec<PodTemplate<'_>> = context.pod_templates().collect();
    let mut by_name: FxHashMap<&str, Vec<&PodTemplate<'_>>> = FxHashMap::default();
    for template in &templates {
        by_name.entry(template.object().name()).or_default().push(template);
    }
    let services: Vec<Service<'_>> = context.of_kind("", "Service").filter_map(Service::of).collect();
    for service in &services {
        let Some(named) = by_name.get(service.object().name()) else { continue };
        report.add_some(judge(service, named, &services, &templates));
    }
}

fn judge<'a>(
    service: &Service<'a>,
    named: &[&PodTemplate<'a>],
    all: &[Service<'a>],
    templates: &[PodTemplate<'a>],
) -> Option<Notice> {
    let near = |it: &Object| {
        Agreement::between(service.object().namespace(), it.namespace(), true) == Agreement::Exact
    };
    let selector = service.selector()?;
    let name = service.object().name();
    let mut own = named.iter().filter(|it| near(it.object()));
    let (own, None) = (own.next()?, own.next()) else { return None };
    // What is usual is seen without a look at all the others.
    if selector.matches(own.labels()) {
        return None;
    }
    let mut selected = templates.iter().filter(|it| near(it.object()) && selector.matches(it.labels()));
    let (sibling, None) = (selected.next()?, selected.next()) else { return None };
    let other = sibling.object().name();
    let is_selected = all.iter().any(|it| it.selector().is_some_and(|it| it.matches(own.labels())));
    // One release of several, a primary or a canary, is meant to be led to.
    if is_selected || are_forms(name, other) || runs_to_end(own.object()) || runs_to_end(sibling.object()) {
        return None;
    }
    let title = service.object().title();
    let message = format!(
        "{title} leads to {}, and nothing leads to {}",
        sibling.object().title(),
        own.object().title()
    );
    let field = selector_field(&service.spec.key("selector")?);
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .help(format!("select the labels of {}", own.object().title()))
        .related(own.object().location(FieldPath::root()), Role::Definition, "the workload of its name")
        .related(sibling.object().location(FieldPath::root()), Role::Reference, "what it selects");
    let key = selector.requirements.first().filter(|_| selector.requirements.len() == 1)?.key.clone();
    Some(match own.labels().get(&key) {
        Some(value) if field.as_str().is_some() => {
            notice.change(Change::Set { at: field.location(), content: Content::Text(value.to_owned()) })
        }
        _ => notice,
    })
}

fn runs_to_end(object: &Object) -> bool {
    matches!(object.kind(), "Job" | "CronJob")
}
