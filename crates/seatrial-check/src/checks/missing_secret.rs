//! A Secret that is needed is not defined.
//!
//! ## Why
//! A container whose variables come from a Secret that does not exist is not created
//! (`CreateContainerConfigError`); a pod that mounts one stays in `ContainerCreating`.
//!
//! Secrets are often made by hand, so this is a warning. What an `ExternalSecret`, a
//! `SealedSecret` or a Certificate makes is there. It is an error where another Secret
//! of the same unit is a slip of the keyboard away, and advice where a workload of the
//! unit may create Secrets itself. There is one finding for each name.
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

use std::cell::OnceCell;

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Link;
use seatrial_model::references::Relation;

use crate::makers;
use crate::missing::{Missing, by_name, is_to, missing, outcome_of_flux};
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
    let found = missing(context, |_, link| is_to(link, "", "Secret") && is_other(link));
    // Whoever cannot do without it stands for the rest.
    let (listing, reading): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|it| it.object.is("", "ServiceAccount"));
    let makers = OnceCell::new();
    for it in by_name(reading.into_iter().chain(listing)) {
        let (acts, outcome, most) = words(&it);
        let makers = makers.get_or_init(|| makers::makers(context.world(), it.object.unit()));
        let in_time = makers.iter().filter(|maker| makers::is_in_time(maker, it.object, it.relation()));
        // A Job is there to make something; others may only be allowed to.
        let maker = in_time.min_by_key(|maker| maker.kind() != "Job");
        let most = if maker.is_some() { Severity::Info } else { most };
        let notice = it.notice(&CHECK.info, acts, outcome, most);
        report.add(match maker {
            Some(maker) => notice.because(format!("{} is allowed to create Secrets", maker.title())),
            None => notice,
        });
    }
}

fn words(it: &Missing<'_>) -> (&'static str, &'static str, Severity) {
    if it.object.is("", "ServiceAccount") {
        return ("lists", "pods run without it: nothing is mounted because of this list", Severity::Info);
    }
    if let Some(outcome) = outcome_of_flux(it.object) {
        return ("reads", outcome, Severity::Error);
    }
    let (acts, outcome) = match it.relation() {
        Relation::EnvKey | Relation::EnvFrom => {
            ("reads", "the container is not created: CreateContainerConfigError")
        }
        Relation::Volume | Relation::SubPath => ("mounts", "the pod stays in ContainerCreating"),
        _ if it.object.kind() == "Ingress" => ("reads", "the controller refuses requests to its paths"),
        _ => ("reads", "what it needs the Secret for does not work"),
    };
    (acts, outcome, Severity::Error)
}
