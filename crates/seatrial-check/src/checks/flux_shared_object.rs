//! Two objects of Flux apply one object.
//!
//! ## Why
//! Each Kustomization and `HelmRelease` corrects what it applied. Where two of them apply
//! the same object with different content it changes back and forth for good; and when one
//! of them is deleted, or no longer has it, the object is pruned for both.
//!
//! An object that both apply with the same fields is only a note. Namespaces are left
//! out: many bring the one that they share.
//!
//! ## Bad
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: one, namespace: flux-system}
//! spec: {path: ./one}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: two, namespace: flux-system}
//! spec: {path: ./two}
//! ```
//! ```yaml file:one/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
//! data: {colour: red}
//! ```
//! ```yaml file:two/settings.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
//! data: {colour: blue}
//! ```
//! ```text deliveries
//! Kustomization one one
//! Kustomization two two
//! ```
//!
//! ## Good
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: one, namespace: flux-system}
//! spec: {path: ./one}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: two, namespace: flux-system}
//! spec: {path: ./two}
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
//! Kustomization one one
//! Kustomization two two
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Object;

use crate::flux::deploys;
use crate::gitops::deployed::{deployed, shared};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-shared-object",
        title: "Two objects of Flux apply one object",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["duplicate-identity", "flux.shared"],
        page: include_str!("flux_shared_object.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all = deployed(repository, deploys);
    for it in shared(repository, &all, cluster_of) {
        report.add(if it.is_same() {
            let outcome = "when one of the two goes, it prunes the object, which comes back with the other";
            it.notice(&CHECK.info, outcome).severity(Severity::Info)
        } else {
            it.notice(&CHECK.info, "the two correct each other, and the one that prunes removes it")
        });
    }
}

/// The cluster that Flux runs in; none where another may be meant.
fn cluster_of(by: &Object) -> Option<String> {
    by.field(&["spec", "kubeConfig"]).is_none().then(String::new)
}
