//! A finished Job stays until somebody deletes it.
//!
//! ## Why
//! A Job that has ended keeps its pods, and a second `kubectl apply` does not run it again:
//! its template cannot be changed. With `ttlSecondsAfterFinished` it goes by itself. Jobs of
//! a `CronJob` are removed by its history limits, hooks by Helm or Argo CD.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate}
//! spec:
//!   template:
//!     spec: {restartPolicy: Never, containers: [{name: a, image: "ghcr.io/acme/api:1"}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate}
//! spec:
//!   ttlSecondsAfterFinished: 3600
//!   template:
//!     spec: {restartPolicy: Never, containers: [{name: a, image: "ghcr.io/acme/api:1"}]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "job-kept-forever",
        title: "A finished Job stays until somebody deletes it",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["schedule.ttl"],
        page: include_str!("job_kept_forever.rs"),
    },
    run,
};

/// Marks of those who delete the Job themselves.
const HOOKS: &[&str] = &["helm.sh/hook", "argocd.argoproj.io/hook", "kustomize.toolkit.fluxcd.io/force"];

fn run(context: &Context<'_>, report: &mut Report) {
    for job in context.of_kind("batch", "Job").filter(|it| !is_deleted(it)) {
        let Some(spec) = Field::root(job).key("spec").filter(|it| it.node().is_mapping()) else { continue };
        if spec.key("ttlSecondsAfterFinished").is_some_and(|it| !it.node().is_null()) {
            continue;
        }
        let at = spec.at("ttlSecondsAfterFinished");
        let change = Change::Insert { at: at.clone(), content: Content::Int(3600) };
        report.add(
            Notice::new(&CHECK.info, at, format!("{} stays after it has finished", job.title()))
                .help("write `ttlSecondsAfterFinished`, long enough to read its logs")
                .change(change),
        );
    }
}

fn is_deleted(job: &Object) -> bool {
    let annotations = job.field(&["metadata", "annotations"]);
    HOOKS.iter().any(|it| annotations.is_some_and(|all| all.get(it).is_some()))
}
