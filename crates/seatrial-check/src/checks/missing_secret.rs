//! A Secret that is needed is not defined.
//!
//! ## Why
//! A container whose variables come from a Secret that does not exist is not created
//! (`CreateContainerConfigError`); a pod that mounts one stays in `ContainerCreating`.
//!
//! Secrets are often made by hand, so this is a warning. What an `ExternalSecret`, a
//! `SealedSecret` or a Certificate makes is there. It is an error where another Secret
//! of the same unit is a slip of the keyboard away.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: PASSWORD
//!         valueFrom: {secretKeyRef: {name: database, key: password}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: database, namespace: default}
//! spec:
//!   target: {name: database}
//!   secretStoreRef: {name: vault, kind: ClusterSecretStore}
//!   dataFrom: [{extract: {key: database}}]
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: PASSWORD
//!         valueFrom: {secretKeyRef: {name: database, key: password}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Link;
use seatrial_model::references::Relation;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-secret",
        title: "A Secret that is needed is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-missing"],
        page: include_str!("missing_secret.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_other = |link: &Link| !matches!(link.relation, Relation::ImagePull | Relation::Certificate);
    for it in missing(context, |_, link| is_to(link, "", "Secret") && is_other(link)) {
        let (acts, outcome) = match it.relation() {
            Relation::EnvKey | Relation::EnvFrom => {
                ("reads", "the container is not created: CreateContainerConfigError")
            }
            Relation::Volume | Relation::SubPath => ("mounts", "the pod stays in ContainerCreating"),
            _ => ("reads", "its controller reports an error and does nothing"),
        };
        report.add(it.notice(&CHECK.info, acts, outcome, Severity::Error));
    }
}
