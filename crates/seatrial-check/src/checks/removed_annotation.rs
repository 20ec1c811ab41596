//! An annotation is no longer read.
//!
//! ## Why
//! Before there was a field, an annotation told Kubernetes what to do. Since the
//! field came, the annotation is accepted and has no effect: a seccomp profile that
//! is only annotated is not applied, and a pod that is marked as critical is not.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//!   annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}
//! spec: {containers: [{name: web, image: web:1}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   securityContext: {seccompProfile: {type: RuntimeDefault}}
//!   containers: [{name: web, image: web:1}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "removed-annotation",
        title: "An annotation is no longer read",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["deprecated.annotation"],
        page: include_str!("removed_annotation.rs"),
    },
    run,
};

/// An annotation of pods that a field has taken the place of.
struct Removed {
    /// The annotation, or how it begins where it ends in a slash.
    key: &'static str,
    since: &'static str,
    /// The field of the pod spec that is read instead.
    field: &'static [&'static str],
}

const REMOVED: &[Removed] = &[
    Removed {
        key: "seccomp.security.alpha.kubernetes.io/pod",
        since: "1.27",
        field: &["securityContext", "seccompProfile"],
    },
    Removed {
        key: "container.seccomp.security.alpha.kubernetes.io/",
        since: "1.27",
        field: &["securityContext", "seccompProfile"],
    },
    Removed {
        key: "scheduler.alpha.kubernetes.io/critical-pod",
        since: "1.16",
        field: &["priorityClassName"],
    },
    Removed { key: "scheduler.alpha.kubernetes.io/affinity", since: "1.8", field: &["affinity"] },
    Removed { key: "scheduler.alpha.kubernetes.io/tolerations", since: "1.8", field: &["tolerations"] },
    Removed {
        key: "security.alpha.kubernetes.io/sysctls",
        since: "1.11",
        field: &["securityContext", "sysctls"],
    },
    Removed {
        key: "security.alpha.kubernetes.io/unsafe-sysctls",
        since: "1.11",
        field: &["securityContext", "sysctls"],
    },
    Removed { key: "pod.beta.kubernetes.io/init-containers", since: "1.8", field: &["initContainers"] },
    Removed { key: "pod.alpha.kubernetes.io/init-containers", since: "1.8", field: &["initContainers"] },
];

impl Removed {
    fn is(&self, key: &str) -> bool {
        if self.key.ends_with('/') { key.starts_with(self.key) } else { key == self.key }
    }
}

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let annotations = template.field.keys(&["metadata", "annotations"]);
        for (key, field) in annotations.into_iter().flat_map(|it| it.entries()) {
            let Some(removed) = REMOVED.iter().find(|it| it.is(&key)) else { continue };
            report.add(notice(&template, removed, &key, &field));
        }
    }
}

fn notice(template: &PodTemplate<'_>, removed: &Removed, key: &str, field: &Field<'_>) -> Notice {
    let title = template.object().title();
    let message = format!("annotation `{key}` of {title} has no effect since Kubernetes {}", removed.since);
    let notice = Notice::new(&CHECK.info, field.location(), message);
    let name = removed.field.join(".");
    if is_set(template, removed, key) {
        let notice = notice.severity(Severity::Info).because(format!("`{name}` is set besides"));
        return notice.help("remove it").change(Change::Remove { at: field.location() });
    }
    notice.help(format!("set `{name}` in the pod's `spec` instead"))
}

/// Whether the field that is read now says something, in the pod or in the
/// container that the annotation names.
fn is_set(template: &PodTemplate<'_>, removed: &Removed, key: &str) -> bool {
    let container = key.strip_prefix(removed.key).unwrap_or_default();
    let mut containers =
        template.containers().filter(|it| !container.is_empty() && it.name() == Some(container));
    template.spec.keys(removed.field).is_some() || containers.any(|it| it.field.keys(removed.field).is_some())
}
