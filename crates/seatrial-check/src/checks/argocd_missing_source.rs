//! An Argo CD Application has nothing to deploy.
//!
//! ## Why
//! An Application says under `source`, `sources` or `sourceHydrator` where its objects
//! come from. Without any of them Argo CD reports an invalid specification and deploys
//! nothing.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::gitops::{ARGO, gravity};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-missing-source",
        title: "An Argo CD Application has nothing to deploy",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.source"],
        page: include_str!("argocd_missing_source.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for app in context.of_kind(ARGO, "Application") {
        let Some(spec) = Field::root(app).key("spec") else { continue };
        let has = |key: &str| spec.key(key).is_some_and(|it| !it.node().is_empty());
        if ["source", "sources", "sourceHydrator"].into_iter().any(has) {
            continue;
        }
        let Some(gravest) = gravity(context.world(), app) else { continue };
        let written = ["source", "sources", "sourceHydrator"].into_iter().find_map(|key| spec.key(key));
        let at = written.unwrap_or(spec).location();
        let notice = Notice::new(&CHECK.info, at, format!("{} has no source", app.title()));
        report.add(notice.severity(gravest).help("add `source` with `repoURL` and `path` or `chart`"));
    }
}
