//! A runtime class is not defined.
//!
//! ## Why
//! The API server refuses a pod whose runtime class does not exist: `pod rejected:
//! RuntimeClass "gvisor" not found`. The Deployment is accepted, its `ReplicaSet` never
//! gets a pod.
//!
//! ## Bad
//! ```yaml pod-spec
//! runtimeClassName: gvisor
//! containers: [{name: app, image: "app:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: node.k8s.io/v1
//! kind: RuntimeClass
//! metadata: {name: gvisor}
//! handler: runsc
//! ```
//! ```yaml pod-spec
//! runtimeClassName: gvisor
//! containers: [{name: app, image: "app:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-runtime-class",
        title: "A runtime class is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.runtimeclass"],
        page: include_str!("missing_runtime_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let known = &context.world().profile.provides.runtime_classes;
    for it in missing(context, |_, link| is_to(link, "node.k8s.io", "RuntimeClass")) {
        if known.has(it.name()) != Some(true) {
            let outcome = "the API server refuses every pod: RuntimeClass not found";
            report.add(it.notice(&CHECK.info, "asks for", outcome, Severity::Error));
        }
    }
}
