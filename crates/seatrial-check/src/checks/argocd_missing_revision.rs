//! An Argo CD source tracks a revision that this repository does not have.
//!
//! ## Why
//! `targetRevision` is a branch, a tag or a commit. A branch that was merged and
//! deleted, or a name with a slip in it, ends every comparison with
//! `Unable to resolve 'feature/x' to a commit SHA`: the application stays as it
//! is and no later commit reaches the cluster.
//!
//! Only sources whose address is this repository are judged; one of the same owner
//! whose directories are here is taken for it, with a warning. A shallow clone, or one of
//! a single branch, does not know every name: an absent one is a warning there, `main`,
//! `master` and commits a note. A server may keep a commit that no branch leads to, so
//! that one which is not here is a warning.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! develop
//! main
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop.git, targetRevision: feature/cart, path: argocd}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! develop
//! main
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop.git, targetRevision: main, path: argocd}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::gitops::{MissingRevision, Revision, Source};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-missing-revision",
        title: "An Argo CD source tracks a revision that this repository does not have",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.targetRevision"],
        page: include_str!("argocd_missing_revision.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for source in Source::of(context.world().repository, object).iter().filter(|it| !it.is_chart()) {
            let Some((origins, is_sure)) = source.own_repository(context.world()) else { continue };
            let Some(revision) = source.literal("targetRevision") else { continue };
            if Revision::of(origins, revision) == Revision::Absent {
                let at = source.field.at("targetRevision");
                let help =
                    "set `targetRevision` to a branch or tag that exists, or push the one that is named";
                let missing = MissingRevision { object, at, written: revision, origins, is_sure, help };
                report.add(missing.notice(&CHECK.info));
            }
        }
    }
}
