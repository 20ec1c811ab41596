//! Pods ask for a node label that nodes no longer have.
//!
//! ## Why
//! Since Kubernetes 1.24 kubeadm labels its control planes with
//! `node-role.kubernetes.io/control-plane` only, and since 1.25 taints them with the same
//! key. A pod that asks for `node-role.kubernetes.io/master` stays Pending, and a
//! `DaemonSet` that tolerates only the old taint has no pod on control planes. (K3s and
//! some others still set the old label.)
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: backup}
//! spec:
//!   nodeSelector: {node-role.kubernetes.io/master: ""}
//!   containers: [{name: backup, image: backup:1}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: backup}
//! spec:
//!   nodeSelector: {node-role.kubernetes.io/control-plane: ""}
//!   containers: [{name: backup, image: backup:1}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;

use crate::node_labels::{Place, asked};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "removed-node-label",
        title: "Pods ask for a node label that nodes no longer have",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["scheduling.node-label", "deprecated.label"],
        page: include_str!("removed_node_label.rs"),
    },
    run,
};

const OLD: &str = "node-role.kubernetes.io/master";
const NEW: &str = "node-role.kubernetes.io/control-plane";

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let labels = asked(&template);
        // With both, each term is for one sort of cluster.
        let has_new = labels.iter().any(|it| it.key == NEW);
        for label in labels.iter().filter(|it| it.key == OLD && it.is_required && !has_new) {
            report.add(of_label(&template, label.place, &label.field));
        }
        report.add_some(of_toleration(&template));
    }
}

fn of_label(template: &PodTemplate<'_>, place: Place, field: &Field<'_>) -> Notice {
    let message = format!("{} asks for nodes with the label `{OLD}`", template.object().title());
    let change = place.change(field, NEW);
    Notice::new(&CHECK.info, field.location(), message)
        .because("kubeadm and most services have not set it since Kubernetes 1.24")
        .help(format!("ask for `{NEW}`"))
        .change(change)
}

/// A toleration of the old taint where none is for the new one.
fn of_toleration(template: &PodTemplate<'_>) -> Option<Notice> {
    let tolerations: Vec<Field<'_>> = template.spec.list("tolerations").collect();
    let is_for = |it: &Field<'_>, key: &str| it.text("key") == Some(key);
    let is_for_all = |it: &Field<'_>| it.text("key").is_none_or(str::is_empty);
    let old = tolerations.iter().find(|it| is_for(it, OLD))?;
    if tolerations.iter().any(|it| is_for(it, NEW) || is_for_all(it)) {
        return None;
    }
    let key = old.key("key")?;
    let message = format!("{} tolerates the taint `{OLD}` and not `{NEW}`", template.object().title());
    Some(
        Notice::new(&CHECK.info, key.location(), message)
            .severity(Severity::Info)
            .because("control planes have had the new taint only since Kubernetes 1.25")
            .help(format!("tolerate `{NEW}`"))
            .change(Change::Set { at: key.location(), content: Content::Text(NEW.to_owned()) }),
    )
}
