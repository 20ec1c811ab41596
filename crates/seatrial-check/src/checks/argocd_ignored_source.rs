//! Argo CD does not look at the source of an Application.
//!
//! ## Why
//! Where an Application has `sources`, Argo CD does not look at `source`: what stands
//! there is not deployed, without a word.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   sources:
//!     - {repoURL: "https://charts.example.com", chart: cache, targetRevision: 1.2.3}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   sources:
//!     - {repoURL: "https://github.com/example/shop", path: k8s}
//!     - {repoURL: "https://charts.example.com", chart: cache, targetRevision: 1.2.3}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};

use crate::gitops::application_spec;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-ignored-source",
        title: "Argo CD does not look at the source of an Application",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.source"],
        page: include_str!("argocd_ignored_source.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let Some(spec) = application_spec(context.world().repository, object) else { continue };
        let part = |key: &str| spec.key(key).filter(|it| !it.node().is_empty());
        let (Some(source), Some(sources)) = (part("source"), part("sources")) else { continue };
        let message = format!("{} has `source` and `sources`, and `source` is ignored", object.title());
        let notice = Notice::new(&CHECK.info, source.location(), message);
        let notice = notice.related(sources.location(), Role::Reference, "what Argo CD deploys");
        report.add(notice.help("make it an entry of `sources`, or remove one of the two"));
    }
}
