//! A workload does not select the pods of its own template.
//!
//! ## Why
//! A workload finds its pods by its selector. The API server refuses one that its
//! own template does not meet: `selector does not match template labels`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: website}}
//!     spec: {containers: [{name: web}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web, tier: front}}
//!     spec: {containers: [{name: web}]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness, is_slip};
use seatrial_model::views::{PodTemplate, Workload};
use seatrial_model::{Operator, Requirement};
use seatrial_schema::rules::names;

use crate::selection::requirement_field;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "selector-mismatch",
        title: "A workload does not select the pods of its own template",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.selector"],
        page: include_str!("selector_mismatch.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for workload in context.objects().filter_map(Workload::of).filter(selects_its_template) {
        let (Some(selector), Some(template)) = (workload.selector(), workload.template()) else { continue };
        let labels = template.labels();
        // Labels under a misspelt name are told as such.
        let metadata = template.field.key("metadata").filter(|it| it.key("labels").is_none());
        if metadata.is_some_and(|it| it.entries().any(|(key, _)| is_slip(&key, "labels"))) {
            continue;
        }
        // One finding for each label, as each is another line to edit.
        let is_label = |it: &&Requirement| {
            names::label_key(&it.key).is_empty()
                && it.values.iter().all(|value| names::label_value(value).is_empty())
        };
        let is_no_label =
            |key: &str| labels.get(key).is_some_and(|value| !names::label_value(value).is_empty());
        // What is no label is told as that.
        let requirements =
            selector.requirements.iter().filter(is_label).filter(|it| !is_no_label(it.key.as_str()));
        for requirement in requirements.filter(|it| !it.matches(labels)) {
            report.add_some(notice(&workload, &template, requirement));
        }
    }
}

fn selects_its_template(workload: &Workload<'_>) -> bool {
    let object = workload.object();
    match (object.group(), object.kind()) {
        ("apps" | "extensions", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("", "ReplicationController")
        | ("argoproj.io", "Rollout") => true,
        ("batch", "Job") => workload.spec().is_some_and(|it| it.flag("manualSelector")),
        _ => false,
    }
}

fn notice(workload: &Workload<'_>, template: &PodTemplate<'_>, requirement: &Requirement) -> Option<Notice> {
    let selector = workload.spec()?.key("selector")?;
    let title = workload.object().title();
    let message = format!("{title} selects {requirement}, which its own template does not have");
    let labels = template.field.at("metadata");
    let value = template.labels().get(&requirement.key);
    let notice = Notice::new(&CHECK.info, requirement_field(&selector, &requirement.key).location(), message);
    let notice = notice.help("give the selector and the template the same labels");
    let notice = with_label(notice, template, requirement);
    Some(match value {
        Some(value) => notice.related(
            template.field.key("metadata")?.key("labels")?.at(&requirement.key),
            Role::Definition,
            format!("the template has {}={value}", requirement.key),
        ),
        None => {
            notice.related(labels, Role::Definition, format!("the template has no label {}", requirement.key))
        }
    })
}

/// The template is changed and not the selector, which is kept for good once
/// the object is there.
fn with_label(notice: Notice, template: &PodTemplate<'_>, requirement: &Requirement) -> Notice {
    let (Operator::In, [value]) = (requirement.operator, requirement.values.as_slice()) else {
        return notice;
    };
    let path = ["metadata", "labels", requirement.key.as_str()];
    let at = template.object().location(path.iter().fold(template.field.path(), |path, key| path.key(key)));
    let content = Content::Text(value.to_string());
    match template.field.keys(&path) {
        Some(_) => notice.change(Change::Set { at, content }),
        None => notice.change(Change::Insert { at, content }),
    }
}
