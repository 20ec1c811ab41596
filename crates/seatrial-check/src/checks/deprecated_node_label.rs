//! Pods ask for a node label under its old name.
//!
//! ## Why
//! Labels that began with `beta.kubernetes.io` and `failure-domain.beta.kubernetes.io` have
//! had final names since Kubernetes 1.14 and 1.17. Controllers still copy the values to
//! the old names, and say that they will stop; the API server warns already.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   nodeSelector: {beta.kubernetes.io/os: linux}
//!   containers: [{name: web, image: web:1}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   nodeSelector: {kubernetes.io/os: linux}
//!   containers: [{name: web, image: web:1}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};

use crate::node_labels::asked;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "deprecated-node-label",
        title: "Pods ask for a node label under its old name",
        severity: Severity::Info,
        level: Level::Object,
        strictness: Strictness::Strict,
        families: &["deprecated.label"],
        page: include_str!("deprecated_node_label.rs"),
    },
    run,
};

/// Old names, the names they have now, and since when.
const NAMES: &[(&str, &str, &str)] = &[
    ("beta.kubernetes.io/os", "kubernetes.io/os", "1.14"),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch", "1.14"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "1.17"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", "1.17"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", "1.17"),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let labels = asked(&template);
        for label in &labels {
            let Some((old, new, since)) = NAMES.iter().find(|(old, ..)| label.key == *old) else { continue };
            let message = format!("{} asks for the node label `{old}`", template.object().title());
            let notice = Notice::new(&CHECK.info, label.field.location(), message)
                .because(format!("the name has been deprecated since Kubernetes {since}"))
                .help(format!("ask for `{new}`"));
            let has_new = labels.iter().any(|it| it.key == *new);
            report.add(if has_new { notice } else { notice.change(label.place.change(&label.field, new)) });
        }
    }
}
