//! A Service leads to its workload and to an unrelated one besides.
//!
//! ## Why
//! A workload that was copied from its neighbour and kept a label of the neighbour's pods is
//! selected by the neighbour's Service as well: a part of the requests reaches the wrong
//! program. Told where the Service bears the name of one workload and selects exactly one
//! other, called otherwise, that runs another image.
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
//!   selector: {matchLabels: {app: api}}
//!   template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "shop/api:1"}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: mailer}
//! spec:
//!   selector: {matchLabels: {app: api, tier: mail}}
//!   template: {metadata: {labels: {app: api, tier: mail}}, spec: {containers: [{name: mailer, image: "shop/mailer:1"}]}}
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
//!   selector: {matchLabels: {app: api}}
//!   template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "shop/api:1"}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: mailer}
//! spec:
//!   selector: {matchLabels: {app: mailer, tier: mail}}
//!   template: {metadata: {labels: {app: mailer, tier: mail}}, spec: {containers: [{name: mailer, image: "shop/mailer:1"}]}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Service, Workload};
use seatrial_model::{Agreement, Object};
use seatrial_yaml::FieldPath;

use crate::image::Image;
use crate::neighbours::are_forms;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pods-labelled-like-sibling",
        title: "A Service leads to its workload and to an unrelated one besides",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["copy-paste", "ref.service-selector"],
        page: include_str!("pods_labelled_like_sibling.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for service in context.of_kind("", "Service").filter_map(Service::of) {
        // Peers find each other by a headless Service, which may be of several kinds.
        if !service.is_headless() {
            report.add_some(judge(context, &service));
        }
    }
}

fn judge(context: &Context<'_>, service: &Service<'_>) -> Option<Notice> {
    let object = service.object();
    let selector = service.selector()?;
    let selected = context.pods().selected(object, &selector);
    let [one, other] = selected.found[..] else { return None };
    let is_near = |it: &Object| Agreement::between(object.namespace(), it.namespace(), true);
    if !selected.same_unit || [one, other].iter().any(|it| is_near(it.object) != Agreement::Exact) {
        return None;
    }
    let (own, sibling) = match object.name() {
        name if name == one.object.name() => (one.object, other.object),
        name if name == other.object.name() => (other.object, one.object),
        _ => return None,
    };
    if are_forms(own.name(), sibling.name()) || !are_strangers(own, sibling)? {
        return None;
    }
    let (template, service) = (PodTemplate::of(sibling)?, object.title());
    let key = &selector.requirements.first()?.key;
    let label = template.field.keys(&["metadata", "labels"])?.key(key)?;
    let message = format!("{service} leads to {} and to {} besides", own.title(), sibling.title());
    let notice = Notice::new(&CHECK.info, label.location(), message)
        .help(format!(
            "give the pods of {} labels of their own, or select more of the labels",
            sibling.title()
        ))
        .related(
            object.location(FieldPath::root().key("spec").key("selector")),
            Role::Cause,
            "it selects both",
        )
        .related(own.location(FieldPath::root()), Role::Definition, "the workload of its name");
    Some(notice)
}

/// Whether two workloads stay up, run other images and do not select each
/// other's pods, which is told by itself.
fn are_strangers(one: &Object, other: &Object) -> Option<bool> {
    let (one, other) = (Workload::of(one)?, Workload::of(other)?);
    let (here, there) = (one.template()?, other.template()?);
    let selects =
        |by: &Workload<'_>, it: &PodTemplate<'_>| by.selector().is_some_and(|by| by.matches(it.labels()));
    let is_told =
        one.object().kind() == other.object().kind() && selects(&one, &there) && selects(&other, &here);
    let stay = !one.runs_to_completion() && !other.runs_to_completion();
    let images = |it: &PodTemplate<'_>| -> Vec<String> {
        let images = it.long_running().filter_map(|it| it.image());
        images.filter_map(|it| Image::parse(it).ok()).map(|it| it.path.to_owned()).collect()
    };
    let (here, there) = (images(&here), images(&there));
    let share = here.iter().any(|it| there.contains(it));
    Some(!is_told && stay && !here.is_empty() && !there.is_empty() && !share)
}
