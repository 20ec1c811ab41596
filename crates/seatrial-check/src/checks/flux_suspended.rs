//! Flux is told to leave an object alone.
//!
//! ## Why
//! With `suspend: true` nothing of it is applied any more, and what changes in the
//! repository does not reach the cluster. It is meant for a while; in the repository it stays
//! for whoever comes next.
//!
//! ## Bad
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, suspend: true}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::flux::deploys;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-suspended",
        title: "Flux is told to leave an object alone",
        severity: Severity::Info,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux.suspend"],
        page: include_str!("flux_suspended.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects().filter(|it| deploys(it)) {
        let field = Field::root(object).keys(&["spec", "suspend"]);
        if let Some(field) = field.filter(|it| it.as_bool() == Some(true)) {
            let message = format!("{} is suspended: nothing of it is applied", object.title());
            let notice = Notice::new(&CHECK.info, field.location(), message);
            report.add(notice.help("remove `suspend` when the reason is gone"));
        }
    }
}
