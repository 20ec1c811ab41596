//! A workload has no selector.
//!
//! ## Why
//! Since `apps/v1` a Deployment, `StatefulSet`, `DaemonSet` or `ReplicaSet` must say
//! which pods are its own; nothing is derived from the template any more. The API
//! server refuses it: `spec.selector: Required value`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: agent}
//! spec:
//!   template:
//!     metadata: {labels: {app: agent}}
//!     spec: {containers: [{name: agent, image: agent:1}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: agent}
//! spec:
//!   selector: {matchLabels: {app: agent}}
//!   template:
//!     metadata: {labels: {app: agent}}
//!     spec: {containers: [{name: agent, image: agent:1}]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Workload};

use crate::partial::{is_partial, is_unlisted_patch};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-workload-selector",
        title: "A workload has no selector",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.missing-field"],
        page: include_str!("missing_workload_selector.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for workload in context.objects().filter_map(Workload::of) {
        let object = workload.object();
        let wants_selector =
            matches!(object.kind(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet");
        let facts = &context.world().repository.facts;
        if object.api_version() == "apps/v1" && wants_selector && !is_unlisted_patch(facts, object) {
            report.add_some(notice(&workload));
        }
    }
}

fn notice(workload: &Workload<'_>) -> Option<Notice> {
    let spec = workload.spec().filter(|it| it.node().is_mapping())?;
    let title = workload.object().title();
    let is_written = spec.key("selector").is_some_and(|it| !it.node().is_null());
    if is_written {
        let is_empty = workload.selector().is_some_and(|it| it.is_everything());
        let message = format!("{title} has an empty selector");
        // What stands there is no selector's.
        let written = spec.key("selector").map(|it| it.node().entries().map(|it| it.name().to_string()));
        let written: Vec<String> = written.into_iter().flatten().collect();
        let help = match &written[..] {
            [] => "select the labels of its template",
            [one] if one.eq_ignore_ascii_case("matchLabel") => "rename `matchLabel` to `matchLabels`",
            _ => "write the labels below `selector.matchLabels`",
        };
        return is_empty.then(|| Notice::new(&CHECK.info, spec.at("selector"), message).help(help));
    }
    if workload.template().is_some_and(|it| is_partial(&it)) {
        return None;
    }
    let at = spec.at("selector");
    let notice = Notice::new(&CHECK.info, at.clone(), format!("{title} has no selector"));
    let notice = notice.help("add `selector.matchLabels` with the labels of its template");
    let labels = workload.template().map(|it| labels_of(&it)).unwrap_or_default();
    if labels.is_empty() {
        // Without labels either, it may be a patch that completes another.
        return Some(notice.severity(Severity::Warning));
    }
    let content = Content::Map(vec![("matchLabels".to_owned(), Content::Map(labels))]);
    Some(notice.change(Change::Insert { at, content }))
}

fn labels_of(template: &PodTemplate<'_>) -> Vec<(String, Content)> {
    let labels = template.labels();
    labels.iter().map(|(key, value)| (key.to_string(), Content::Text(value.to_owned()))).collect()
}
