//! A pod says otherwise than its runtime class.
//!
//! ## Why
//! A `RuntimeClass` brings its overhead and the labels of its nodes into each of its
//! pods. The API server refuses a pod that states other ones, or an overhead that no class
//! states. A Deployment is still accepted, and then waits for pods that are never created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: node.k8s.io/v1
//! kind: RuntimeClass
//! metadata: {name: gvisor}
//! handler: runsc
//! scheduling: {nodeSelector: {sandbox: gvisor}}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   runtimeClassName: gvisor
//!   nodeSelector:
//!     sandbox: kata
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: node.k8s.io/v1
//! kind: RuntimeClass
//! metadata: {name: gvisor}
//! handler: runsc
//! scheduling: {nodeSelector: {sandbox: gvisor}}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   runtimeClassName: gvisor
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_policy::{Denial, State, runtime_class};
use seatrial_schema::Value;
use seatrial_schema::admission::Attributes;
use seatrial_yaml::PathStep;

use crate::pod_classes::{Contradiction, contradictions};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-runtime-class",
        title: "A pod says otherwise than its runtime class",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.runtime-class"],
        page: include_str!("refused_by_runtime_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        if !["overhead", "runtimeClassName"].iter().any(|it| template.spec.key(it).is_some()) {
            continue;
        }
        let object = template.object();
        for it in contradictions(context, object, "runtimeClassName", admit) {
            let notice = notice(&it, template.spec.text("runtimeClassName"));
            report.add(context.weigh(object, notice));
        }
    }
}

fn admit(request: &Attributes<'_>, pod: &mut Value, state: &dyn State) -> Result<(), Denial> {
    runtime_class::admit(request, pod, state)?;
    runtime_class::enforce(request, pod, state)
}

fn notice(it: &Contradiction<'_>, named: Option<&str>) -> Notice {
    let subject = it.subject();
    let class = named.map_or_else(|| "RuntimeClass".to_owned(), |it| format!("RuntimeClass `{it}`"));
    let (message, help) = match it.denial.place().last() {
        Some(PathStep::Key(label)) if it.field() == "nodeSelector" => {
            let own = it.own.as_deref().unwrap_or_default();
            let message = format!("`nodeSelector` of {subject} contradicts {class}: `{label}: {own}`");
            (message, format!("remove `{label}`: the class fills it in"))
        }
        _ if it.denial.message.contains("without") => {
            let message = match named {
                Some(_) => format!("`overhead` of {subject} is not stated by {class}"),
                None => format!("`overhead` of {subject} has no RuntimeClass behind it"),
            };
            (message, "remove `overhead`: only a RuntimeClass gives it".to_owned())
        }
        _ => (
            format!("`overhead` of {subject} contradicts {class}"),
            "remove `overhead`: the class fills it in".to_owned(),
        ),
    };
    it.notice(&CHECK.info, message).help(help)
}
