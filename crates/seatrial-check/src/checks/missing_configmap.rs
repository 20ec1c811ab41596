//! A `ConfigMap` that is needed is not defined.
//!
//! ## Why
//! A container whose variables come from a `ConfigMap` that does not exist is not
//! created (`CreateContainerConfigError`); a pod that mounts one stays in
//! `ContainerCreating`. Both wait for ever. `optional: true` says that it may be
//! absent.
//!
//! It is an error where the tree itself shows that the `ConfigMap` should be there:
//! another name is a slip away, or the tree is a whole application. Else it is a
//! warning, for it may be made elsewhere. Each object that needs it has a finding of
//! its own, at its own line, for each fails by itself.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: app-config}
//! data: {LOG_LEVEL: info}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     envFrom: [{configMapRef: {name: app-conifg}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: app-config}
//! data: {LOG_LEVEL: info}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     envFrom: [{configMapRef: {name: app-config}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::references::Relation;

use crate::missing::{is_to, missing, outcome_of_flux};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-configmap",
        title: "A ConfigMap that is needed is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.configmap-missing"],
        page: include_str!("missing_configmap.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, |_, link| is_to(link, "", "ConfigMap")) {
        let (acts, outcome) = match (outcome_of_flux(it.object), it.relation()) {
            (Some(outcome), _) => ("reads", outcome),
            (None, Relation::EnvKey | Relation::EnvFrom) => {
                ("reads", "the container is not created: CreateContainerConfigError")
            }
            (None, Relation::Volume | Relation::SubPath) => ("mounts", "the pod stays in ContainerCreating"),
            _ => ("reads", "what stands in it is not taken into account"),
        };
        report.add(it.notice(&CHECK.info, acts, outcome, Severity::Error));
    }
}
