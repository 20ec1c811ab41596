//! Two Argo CD Applications apply one object.
//!
//! ## Why
//! An object belongs to the Application that applied it last. The other one shows it as
//! out of sync and warns of a shared resource; with self-healing the two overwrite each
//! other, and when one of them is deleted or prunes, the object is gone for both.
//!
//! Applications of one cluster are compared by what they apply. Namespaces are left out:
//! many bring the one that they share.
//!
//! ## Bad
//! ```yaml file:argocd/apps.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: one, namespace: argocd}
//! spec: {destination: {server: "https://kubernetes.default.svc"}, source: {path: one}}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: two, namespace: argocd}
//! spec: {destination: {name: in-cluster}, source: {path: two}}
//! ```
//! ```yaml file:one/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
//! ```
//! ```yaml file:two/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
//! ```
//! ```text deliveries
//! Application one one
//! Application two two
//! ```
//!
//! ## Good
//! ```yaml file:argocd/apps.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: one, namespace: argocd}
//! spec: {destination: {server: "https://kubernetes.default.svc"}, source: {path: one}}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: two, namespace: argocd}
//! spec: {destination: {name: in-cluster}, source: {path: two}}
//! ```
//! ```yaml file:one/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings-one, namespace: shop}
//! ```
//! ```yaml file:two/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings-two, namespace: shop}
//! ```
//! ```text deliveries
//! Application one one
//! Application two two
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::gitops::deployed::{cluster_of, deployed, shared};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-shared-object",
        title: "Two Argo CD Applications apply one object",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["duplicate-identity", "argo.shared"],
        page: include_str!("argocd_shared_object.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all = deployed(repository, |it| it.is("argoproj.io", "Application"));
    for it in shared(repository, &all, cluster_of) {
        report
            .add(it.notice(&CHECK.info, "the two overwrite each other, and the one that prunes removes it"));
    }
}
